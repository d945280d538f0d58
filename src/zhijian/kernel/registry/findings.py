"""What an import would change, and what of it a person has to confirm first."""

from __future__ import annotations

from typing import Any

from .models import ImportRun

ENOUGH = 20  # known rows from which on a share of them says something
FREE = frozenset({"extra"})  # other columns (a year's report) may change in every row


def to_confirm(run: ImportRun) -> list[dict[str, Any]]:
    """Fields of which a great share of the known rows would be replaced, and columns that cannot be read."""
    above = run.findings.get("ask_above", 1)
    return [*run.findings.get("unread", ()), *(told for told in run.findings.get("changed", ()) if _much(told, above))]


def _much(told: dict[str, Any], above: float) -> bool:
    return told["field"] not in FREE and told["known"] >= ENOUGH and bool(told["replaced"] > above * told["known"])


def confirmed(run: ImportRun) -> dict[str, list[str]]:
    """For the ledger: what was confirmed before the import of a trial."""
    asked = to_confirm(run.parent) if run.parent and run.parent.dry_run else []
    return {"confirmed": [told.get("field") or told["column"] for told in asked]} if asked else {}
