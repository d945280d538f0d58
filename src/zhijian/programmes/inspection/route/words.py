"""How the order of a day is said: its entry, and why a stop can't be met."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence import ledger


def _said(facts: dict[str, Any]) -> str:
    by_hand, least = (
        _t("Day's order of %(day)s put by hand; places: %(n)s"),
        _t("Day %(day)s put in order; places: %(n)s"),
    )
    return (by_hand if facts.get("how") == "hand" else least) % {"day": facts.get("day"), "n": facts.get("n")}


KEPT = ledger.entry_kind("routing.kept", label=_("Order of a day"), describe=_said)


def clock(seconds: int) -> str:
    """Seconds after midnight as people say them: 09:05."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
