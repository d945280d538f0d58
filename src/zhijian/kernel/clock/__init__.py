"""When: working days, statutory time limits, and which version of the law they come from.

`rule(name)` declares a rule, `.on(day)` gives the row in force; `calendar` counts days; `start`, `stop`, `suspend`,
`resume` keep a matter's clocks; `explain` tells each day counted and each left out.
"""

from __future__ import annotations

from typing import Any

from zhijian.kernel.packs import Limit, RuleAbsent, RuleRow, Unit

from .declared import CLOCK, Event, Rule, declared, rule

_LATER = {
    "DueState", "due_state", "explain", "nearest", "overdue", "past_due", "recompute_open", "resume", "start", "stop",
    "stop_all", "suspend",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """What needs the models is imported at first use, since apps import rules while Django still loads them."""
    if name in _LATER:
        from . import clocks

        return getattr(clocks, name)
    raise AttributeError(name)


__all__ = ["CLOCK", "Event", "Limit", "Rule", "RuleAbsent", "RuleRow", "Unit", "declared", "rule"]
