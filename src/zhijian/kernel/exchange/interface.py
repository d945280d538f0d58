"""The same tables by interface: records go out as webhooks, answers and records come in as webhooks.

Out: `record.owed` {table, key, round, fields}; `fields` are the columns of the import sheet. In: `record.answered`
{table, key, state, number, reason} with the words of their answer sheet, and `record.given` {table, fields}.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.exchange import acts, arriving, entries, jobs
from zhijian.kernel.exchange.acts import note, put, told_now, workable
from zhijian.kernel.exchange.declared import KEY, Unfit
from zhijian.kernel.exchange.exporting import AT_ONCE, NothingToExport
from zhijian.kernel.exchange.models import Inlet, Message, Owed, State
from zhijian.kernel.exchange.owing import digests
from zhijian.kernel.exchange.sheets import Line
from zhijian.kernel.exchange.tables import Table, platforms, table_of
from zhijian.kernel.notices.webhooks import sending, signing
from zhijian.kernel.notices.webhooks.models import Delivery, Endpoint
from zhijian.kernel.packs import stack

LARGEST = 1_000_000  # bytes of one message
UNDELIVERED = gettext_noop("The interface could not be reached; report it again, or by file.")


# Why a signed message can't be used; `{it}` is what stands there.
WHY = {
    "text": gettext_lazy("It is no JSON, or holds characters that no text has."),
    "shape": gettext_lazy("It is no object with “type” (text) and “data” (an object with “table”)."),
    "lacks": gettext_lazy("It has no {it}."),
    "table": gettext_lazy("type, data and data.table are needed, of a table in the pack: {it}"),
    "type": gettext_lazy("This type means nothing for that table: {it}"),
    "key": gettext_lazy("There is not one record with this key, but none or several: {it}"),
    "state": gettext_lazy("This state is not among the answers in the pack: {it}"),
    "not_waited": gettext_lazy("No answer is waited for: the record is to be reported, or was withdrawn."),
    "fields": gettext_lazy("data.fields must hold the columns of the table, and of these: {it}"),
}


class Unusable(Exception):
    """A signed message that says nothing we can use: a key of WHY, and what stands there."""

    def __init__(self, code: str, it: str = "") -> None:
        super().__init__(f"{code}:{it}")


def why(error: str) -> str:
    """What is kept of an error, in the words of whoever reads it."""
    code, _colon, it = error.partition(":")
    if code == "table" and " indices must be " in it:  # kept before such messages had words of their own
        code = "shape"
    return str(WHY[code]).format(it=it) if code in WHY else error


def endpoint_of(platform: str) -> Endpoint | None:
    """Where a platform's records go by interface; None where nobody set it up, or it is switched off."""
    return Endpoint.objects.filter(name=platform, disabled_at=None).first()


def send(table: Table, uids: Sequence[Any], actor: Actor) -> tuple[int, list[tuple[Owed, Any]]]:
    """Send those records that are to be reported; returns how many, and those that they would refuse.

    Raises NothingToExport.
    """
    endpoint = endpoint_of(table.platform)
    if endpoint is None or "interface" not in table.by:
        raise NothingToExport(_("This platform has no interface that is switched on."))
    with transaction.atomic():
        rows = workable(actor).filter(platform=table.platform, table=table.code, uid__in=list(uids)[:AT_ONCE])
        rows = rows.filter(state=State.TO_REPORT).select_related("matter").order_by("pk")
        sent, left, at = 0, [], timezone.now()
        for row in rows.select_for_update(of=("self",)):
            shown, bad = told_now(row, table)
            if bad:
                left.append((row, bad))
                continue
            whole, marks = digests(table, shown)
            put(row, str(State.EXPORTED), at, told=True, digest=whole, sent=marks, why="", batch=None)
            note(entries.EXPORTED, row, actor, at, round=row.round)
            fields = {column.head: text for column, text in zip(table.columns, shown, strict=True)}
            data = {"table": table.code, KEY: row.key, "round": row.round, "fields": fields}
            sending.deliver(endpoint, "record.owed", data, area=row.area, about=f"owed:{row.pk}")
            sent += 1
    if not sent:
        raise NothingToExport(_("Nothing could be sent: in every chosen record something is missing, see below."))
    return sent, left


def failing_since(platform: str) -> dt.datetime | None:
    """Since when nothing reaches a platform's interface; None where it is reached, off, or not there."""
    endpoint = endpoint_of(platform)
    return endpoint.failing_since if endpoint is not None else None


def failing() -> dict[str, dt.datetime]:
    """Every platform whose interface is on and cannot be reached, with since when."""
    rows = Endpoint.objects.filter(disabled_at=None, failing_since__isnull=False)
    return {one.name: one.failing_since for one in rows if one.failing_since is not None}


def unusable() -> QuerySet[Message]:
    """Messages that came in, could not be used, and nobody has seen to."""
    return Message.objects.filter(state=Message.State.FAILED, settled_at=None)


def undelivered(delivery: Delivery) -> None:
    """A record that could not be delivered is to be reported again, unless something happened to it since."""
    row = Owed.objects.select_for_update().filter(pk=int(delivery.about.partition(":")[2])).first()
    if row is not None and row.state == State.EXPORTED and row.batch_id is None:
        put(row, str(State.TO_REPORT), timezone.now(), why=UNDELIVERED)


def receive(platform: str, given: Mapping[str, str], body: bytes) -> bool:
    """Keep a signed message and queue its work; False when it was here before.

    Raises KeyError where the platform has no inlet, signing.BadSignature.
    """
    inlet = Inlet.objects.filter(platform=platform, active=True).first()
    if inlet is None or platform not in platforms():
        raise KeyError(platform)
    message = signing.verify(inlet.valid, given, body, timezone.now())
    kept, is_new = Message.objects.get_or_create(
        inlet=inlet,
        webhook_id=message,
        defaults={"body": body.decode(errors="replace"), "received_at": timezone.now()},
    )
    if is_new:
        jobs.read_message.later(message=kept.pk)
    return is_new


def refused(platform: str, why: str, address: str) -> None:
    """Somebody knocked without the secret: counted, and an entry of the ledger once an hour."""
    with scoped(SYSTEM):
        inlet = Inlet.objects.select_for_update().get(platform=platform)
        now = timezone.now()
        first = inlet.refused_at is None or (now - inlet.refused_at).total_seconds() > 3600
        inlet.refused += 1
        if first:
            inlet.refused_at = now
            ledger.record(
                entries.REFUSED, actor=SYSTEM, subject=f"exchange:{platform}", area=str(stack().setting("city", "")),
                data={"table": platform, "reason": why, "number": address},
            )  # fmt: skip
        inlet.save(update_fields=["refused", "refused_at"])


def read_message(pk: int) -> None:
    """What a message says is done, or why not is kept beside it. Runs as the system."""
    message = Message.objects.select_for_update().select_related("inlet").get(pk=pk)
    if message.state == Message.State.DONE:
        return
    try:
        with transaction.atomic():
            _do(message.inlet.platform, str(message.body))
        message.state, message.error = Message.State.DONE, ""
    except (Unusable, Unfit) as error:
        message.state, message.error = Message.State.FAILED, str(error)[:300]
    message.save(update_fields=["state", "error"])


def _do(platform: str, body: str) -> None:
    try:
        told = json.loads(body)
        if "\0" in str(told) or not str(told).encode():
            raise ValueError
    except ValueError as error:  # half a surrogate pair, too, which no database holds
        raise Unusable("text") from error
    if not isinstance(told, dict) or not isinstance(told.get("data", {}), dict):
        raise Unusable("shape")
    for name, where in (("type", told), ("data", told), ("table", told.get("data", {}))):
        if name not in where:
            raise Unusable("lacks", "data.table" if name == "table" else name)
    kind, data = told["type"], told["data"]
    if not isinstance(kind, str) or not isinstance(data["table"], str):
        raise Unusable("shape")
    try:
        table = table_of(platform, data["table"])
    except KeyError as error:
        raise Unusable("table", data["table"][:80]) from error
    if kind == "record.answered":
        _answered(table, data)
    elif kind == "record.given" and not table.owing:
        _given(table, data)
    else:
        raise Unusable("type", str(kind)[:80])


def _answered(table: Table, data: Mapping[str, Any]) -> None:
    key, state = str(data.get(KEY, "")), str(data.get("state", ""))
    rows = Owed.objects.filter(platform=table.platform, table=table.code, key=key)
    found = list(rows.select_for_update(of=("self",)).select_related("matter")[:2])
    if len(found) != 1:
        raise Unusable("key", f"{KEY} = {key[:80]}")
    row = found[0]
    if table.answer is None or state not in table.answer.states:
        raise Unusable("state", state[:80])
    if row.state in (State.TO_REPORT, State.WITHDRAWN):
        raise Unusable("not_waited")
    acts.answered(row, table.answer.states[state], str(data.get("number", "")), str(data.get("reason", "")), SYSTEM)


def _given(table: Table, data: Mapping[str, Any]) -> None:
    fields = data.get("fields")
    if not isinstance(fields, dict):
        raise Unusable("fields", table.key_column.head)
    line = Line(1, {str(head): str(text) for head, text in fields.items()})
    key = line.cells.get(table.key_column.head, "")
    if not key:
        raise Unusable("fields", table.key_column.head)
    arriving.take_row(table, key, arriving.values_of(table, line), str(stack().setting("city", "")), SYSTEM)


sending.on_given_up("owed:", undelivered)
