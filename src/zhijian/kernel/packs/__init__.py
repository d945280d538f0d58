"""Law and place as data: what a rule means stands in code, what it is here and since when stands in a pack.

A stack of packs (nation, province, city) is chosen by the PACK setting; on top stand the bureau's own rows, made on the
desk with a date and a reason, only where the shipped row leaves that to it.
"""

from __future__ import annotations

from .current import in_its_language, rule_rows, rule_timeline, stack
from .loader import Area, NumberFormat, Organ, Pack, PackError, Stack
from .rows import Limit, RuleAbsent, RuleRow, Timeline, Unit

__all__ = [
    "Area",
    "Limit",
    "NumberFormat",
    "Organ",
    "Pack",
    "PackError",
    "RuleAbsent",
    "RuleRow",
    "Stack",
    "Timeline",
    "Unit",
    "in_its_language",
    "rule_rows",
    "rule_timeline",
    "stack",
]
