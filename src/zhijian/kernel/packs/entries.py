"""Entries that changes of rules leave in the ledger (subject "rules:<name>")."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock.wording import limit_words
from zhijian.kernel.evidence.ledger import entry_kind

SET = _("Set {rule} to {new} from {since} (before: {old}). Reason: {reason}")


def _words(value: str) -> str:
    """A length of time in the reader's language; any other value as it stands, "–" for none."""
    try:
        return limit_words(value)
    except ValueError:
        return value or "–"


def _set(facts: dict[str, Any]) -> str:
    return str(SET).format_map({**facts, "new": _words(facts["new"]), "old": _words(facts["old"])})


OVERRIDE = entry_kind("rules.override", label=SET, describe=_set)
WITHDRAW = entry_kind("rules.withdraw", label=_("Put the shipped value of {rule} back from {since}. Reason: {reason}"))
SIGN_OFF = entry_kind("rules.sign_off", label=_("Checked {key} against the published text: {note}"))
YEAR = entry_kind("rules.calendar", label=_("Entered the days off of {year} ({number})"))
