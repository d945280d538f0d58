"""How acts of the exchange read in the ledger. That something became owed follows from a step and is no act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence.ledger import entry_kind
from zhijian.kernel.exchange.tables import name_of


def _said(label: str | Promise) -> Callable[[dict[str, Any]], str]:
    def describe(facts: dict[str, Any]) -> str:
        return str(label).format_map({"number": "", "reason": "", **facts, "table": name_of(facts["table"])})

    return describe


def _kind(code: str, label: str | Promise) -> str:
    entry_kind(code, label=label, describe=_said(label))
    return code


EXPORTED = _kind("exchange.exported", _("Exported for {table} (round {round})"))
RECEIPT = _kind("exchange.receipt", _("Received by {table}: {number}"))
SENT_BACK = _kind("exchange.sent_back", _("Sent back by {table}: {reason}"))
DONE_THERE = _kind("exchange.done_there", _("Entered by hand at {table}: {number}"))
MENDED = _kind("exchange.mended", _("To be reported again to {table}: {reason}"))
CODE = _kind("exchange.taken", _("Taken from {table}: {number}"))
BATCH = _kind("exchange.batch", _("Export for {table}: {count} records"))
ARRIVAL = _kind("exchange.arrival", _("Sheet “{name}” of {table} taken in: {count} rows"))
REFUSED = _kind("exchange.refused", _("A message for {table} was not signed by it: {reason} ({number})"))
ENDPOINT = _kind("exchange.endpoint", _("Interface of {table} set up: {reason}"))
