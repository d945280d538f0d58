"""Taking in what phones send: stored byte for byte first, then made into matters; never refused, never twice.

A record that comes alone is worked on at once, so the phone is told its number and its doubts. When many come at the
same moment (a whole office gets signal back), they are kept, which is what the phone needs to know, and the worker goes
on with them; the phone asks again later. Measured with bench.sync.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any
from uuid import UUID

from django.db import DataError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from zhijian.gateways.field import jobs, problems, unlisted
from zhijian.gateways.field.corrections import take_corrections
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.digest import sha256_hex
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.matters.errors import StepError
from zhijian.programmes.inspection import doubts
from zhijian.programmes.inspection.actions import CannotPlace, record_visit
from zhijian.programmes.inspection.record import NewerSchema, read, schema_of

log = logging.getLogger(__name__)
AT_ONCE = 3  # records within a second that are worked on at once
LIMIT = 2_000_000  # bytes of a record without its photos; 56 answers with notes and strokes are about 60,000

ledger.entry_kind("field.held", label=gettext_lazy("A record from the field waits for a person: {why}"))


def lock(uid: UUID) -> None:
    """One at a time for each record, whoever sends it: two tabs, two processes, an answer that got lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(uid)])


def take(uid: UUID, body: bytes, device: Device) -> tuple[bool, dict[str, Any]]:
    """Take in a record; (True, answer) when it is new, (False, the same answer) when it was here already.

    Raises Problem for other bytes under the same id, or for bytes that are no record at all.
    """
    raw = _parse(uid, body)
    with scoped(SYSTEM):
        lock(uid)
        known = FieldRecord.objects.filter(pk=uid).first()
        if known is not None:
            if known.sha256 != sha256_hex(body):
                raise problems.differs()
            return False, answer(known)
        return True, answer(keep(uid, body, raw, device))


def keep(uid: UUID, body: bytes, raw: dict[str, Any], device: Device) -> FieldRecord:
    """Keep a new record whose bytes say `raw`, and work on it now or in its turn. In a system scope, under its lock."""
    kept = FieldRecord(
        uid=uid,
        device=device,
        person=device.person,
        schema=_number(raw.get("schema")),
        kind=str(raw.get("kind", ""))[:30],
        body=body,
        sha256=sha256_hex(body),
        state=FieldRecord.State.WAITING,
        area=device.person.home_id or "",
    )
    busy = _busy()
    kept.save(force_insert=True)
    if busy:
        jobs.work_on.later(record=str(uid))
    else:
        work_on(kept, raw)
    return kept


def _busy() -> bool:
    """Whether others came within the last second, or still wait: then this one waits its turn as well."""
    just_now = timezone.now() - dt.timedelta(seconds=1)
    recent = FieldRecord.objects.filter(received__gte=just_now)
    return recent.count() >= AT_ONCE or FieldRecord.objects.filter(state=FieldRecord.State.WAITING).exists()


def _parse(uid: UUID, body: bytes) -> dict[str, Any]:
    if len(body) > LIMIT:
        raise problems.unreadable(_("it is too large"))
    try:
        raw = json.loads(body)
    except (ValueError, UnicodeDecodeError) as error:
        raise problems.unreadable(_("it is not JSON")) from error
    if not isinstance(raw, dict) or str(raw.get("id")) != str(uid):
        raise problems.unreadable(_("its number is not that of the address"))
    return raw


def _number(schema: Any) -> int:
    """The schema as a column holds it; 0 for what is no number of a schema. The bytes keep what it said."""
    return schema if isinstance(schema, int) and 0 <= schema < 2**15 else 0


def work_on(kept: FieldRecord, raw: dict[str, Any]) -> None:
    """Make matters of a kept record. Whatever goes wrong, the bytes are kept and a person sees it."""
    kept.state = FieldRecord.State.ACCEPTED
    try:
        with transaction.atomic():
            if kept.kind == "correction":
                schema_of(raw)
                take_corrections(kept, raw)
            else:
                _visit(kept, raw)
    except (
        ValidationError,
        CannotPlace,
        StepError,
        LookupError,
        TypeError,
        ValueError,
        ArithmeticError,
        DataError,
    ) as error:
        log.warning("field record %s is held: %s", kept.uid, error)
        kept.matter = None
        kept.state = FieldRecord.State.HELD
        kept.flags = [{"code": "held", "why": f"{type(error).__name__}: {error}"[:500]}]
        ledger.record(
            "field.held",
            actor=actor_of(kept.device.person, device=str(kept.device.uid)),
            subject=f"field:{kept.uid}",
            area=kept.area,
            data={"why": type(error).__name__, "sha256": kept.sha256},
        )
    kept.save(update_fields=["state", "flags", "matter", "area", "place"])


def _visit(kept: FieldRecord, raw: dict[str, Any]) -> None:
    if raw.get("unread"):  # another gateway could not tell it as a record, and says why
        raise CannotPlace(str(raw["unread"]))
    record = unlisted.placed(kept, read(raw))
    amends = record.content.amends  # a record of before can be amended on a phone that was lost since
    begun = amends.at if amends else record.content.started
    began = begun - doubts.clock_ahead(record.content, kept.received)
    if doubts.after_loss(kept.device, began):
        raise CannotPlace("after_loss")  # nothing is served on anybody before a person has looked
    if amends is not None:
        _first(amends.record)
    kept.matter = record_visit(record, raw, kept.sha256, kept.device, kept.received)
    kept.flags = kept.matter.flags
    kept.area = kept.matter.area


def _first(uid: UUID) -> None:
    """In a burst a new version may have its turn before the record that it amends: that one is worked on first."""
    lock(uid)
    waiting = FieldRecord.objects.filter(pk=uid, state=FieldRecord.State.WAITING).select_related("device__person")
    if (first := waiting.first()) is not None:
        work_on(first, json.loads(bytes(first.body)))


def said(flag: dict[str, Any]) -> str:
    """A flag in words for the phone; why a record is held is told by the desk, which has the program's own words."""
    if flag["code"] == "held" and flag["why"].startswith(NewerSchema.__name__):
        return _(
            "It is kept safely here. The app is newer than the server: it goes on as soon as the server is up to date."
        )
    if flag["code"] == "held":
        return _(
            "It is kept safely here and waits for a person at the desk: the server could not tell where it belongs."
        )
    return doubts.sentence(flag)


def answer(kept: FieldRecord) -> dict[str, Any]:
    """What the phone is told: that the bytes are safe, what became of them, and which photos are still missing."""
    matter = kept.matter
    missing: list[str] = []
    if matter is not None:
        content = json.loads(bytes(kept.body))["content"]
        wanted = {one["sha256"] for name in ("photos", "voices") for one in content.get(name, [])}
        missing = sorted(wanted - set(Blob.objects.filter(pk__in=wanted).values_list("pk", flat=True)))
    return {
        "id": str(kept.uid),
        "state": "held" if kept.state == FieldRecord.State.HELD else "accepted",
        "sha256": kept.sha256,
        "matter": {"uid": str(matter.uid), "number": matter.number, "title": matter.title} if matter else None,
        "flags": [{"code": f["code"], "message": said(f)} for f in kept.flags],
        "blobs_missing": missing,
    }
