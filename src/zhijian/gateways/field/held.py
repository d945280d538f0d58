"""Records that are kept but could not be placed: what each is, why it waits, trying again, and placing it by hand."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from zhijian.gateways.field import records, unlisted
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.people.keeping import SHOWN, Row
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed
from zhijian.programmes.inspection.actions import CannotPlace, record_visit
from zhijian.programmes.inspection.record import NewerSchema, Unlisted, read

WATCHERS = (Role.HEAD, Role.ADMIN)
COUNTED = 1000
OPENED = ledger.entry_kind("field.opened", label=gettext_lazy("The record {record} was taken out as it came"))
PLACED = ledger.entry_kind("field.placed", label=gettext_lazy("A record from the field was placed here by hand"))
TRIED = ledger.entry_kind("field.again", label=gettext_lazy("The record {record} was tried once more"))

# How `records.work_on` tells why: the exception's name, then its text.
WHY = {
    "CannotPlace: premises": gettext_lazy("The premises that it names are not in the register."),
    "CannotPlace: unlisted": gettext_lazy("The shop has no file here. Match it, or make a file for it."),
    "CannotPlace: after_loss": gettext_lazy(
        "The visit was begun after the phone had been reported lost or was revoked."
        " Ask the inspector whether it is his."
    ),
    "CannotPlace: task": gettext_lazy("It re-checks findings that are not known here."),
    "CannotPlace: amends": gettext_lazy(
        "It is a new version of a record that is not here, or of a visit that has ended otherwise meanwhile."
        " Place the first one, then try again."
    ),
    "NewerSchema": gettext_lazy("The app that wrote it is newer than this server, which cannot read it yet."),
    "CannotPlace: form": gettext_lazy(
        "It was filled in with a form of another server, or with one that is not known here."
    ),
    "CannotPlace: values": gettext_lazy("The form holds a value that cannot be read."),
    "CannotPlace: edited": gettext_lazy(
        "It changes a form that was sent before. Both are kept; say on the visit's page what is to be corrected."
    ),
    "ValidationError": gettext_lazy("Its content is not as any released app writes it."),
}
PURPOSES = {
    "routine": gettext_lazy("Routine visit"),
    "special": gettext_lazy("Special visit"),
    "recheck": gettext_lazy("Re-check"),
    "random": gettext_lazy("Double-random"),
    "flight": gettext_lazy("Unannounced (flight)"),
    "correction": gettext_lazy("Correction at the door"),
    "collect": gettext_lazy("Form from ODK Collect"),
}


def waiting(actor: Actor) -> QuerySet[FieldRecord]:
    """What is held where the actor answers for it, the oldest first; what came from nobody's area goes to the city."""
    where = area_filter(actor, roles=(*WATCHERS, Role.AUDITOR))
    if any(post.role == Role.ADMIN for post in actor.posts):
        where |= Q(area="")
    rows = FieldRecord.objects.filter(where, state=FieldRecord.State.HELD)
    return rows.select_related("device", "person").order_by("received", "pk")


def placed_in(uid: UUID) -> QuerySet[FieldRecord, int | None]:
    """The matter that the record became, as a query: nothing while it waits."""
    return FieldRecord.objects.filter(pk=uid, matter__isnull=False).values_list("matter", flat=True)


def count(actor: Actor) -> int:
    """How many are held, counted no further than `COUNTED`."""
    return waiting(actor).order_by()[:COUNTED].count()


@dataclass(frozen=True)
class Told:
    """What a record says of itself, as far as it can be read."""

    purpose: str
    premises: UUID | None
    started: dt.datetime | None
    answers: int
    failed: int
    photos: int
    officers: str
    papers: str
    unlisted: Unlisted | None = None


def raw(kept: FieldRecord) -> dict[str, Any]:
    """The record as it came."""
    found: dict[str, Any] = json.loads(bytes(kept.body))
    return found


def told(kept: FieldRecord) -> Told:
    """The record in a few words; whatever is not as expected is left out, since it may be the reason."""
    content = raw(kept).get("content")
    content = content if isinstance(content, dict) else {}
    answers = _rows(content, "answers")
    return Told(
        purpose=str(PURPOSES.get(str(content.get("purpose") or kept.kind), kept.kind)),
        premises=_uuid(content.get("premises")),
        started=_moment(content.get("started")),
        answers=len(answers),
        failed=sum(one.get("answer") == "no" for one in answers),
        photos=len(_rows(content, "photos")),
        officers=listed(one.get("name", "") for one in _rows(content, "inspectors")),
        papers=listed(one["number"] for one in _rows(content, "papers") if one.get("number")),
        unlisted=unlisted.told(content),
    )


def _rows(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = content.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _moment(value: Any) -> dt.datetime | None:
    try:
        return parse_datetime(str(value))
    except ValueError:
        return None


def why(kept: FieldRecord) -> tuple[str, str]:
    """Why it waits, in a sentence, and what the program said."""
    said = str(kept.flags[0].get("why", "")) if kept.flags else ""
    name, _colon, text = said.partition(": ")
    known = WHY.get(said) or WHY.get(name)
    return str(known) if known else text if name.startswith("Not") else _("It could not be worked on."), said


def is_newer(kept: FieldRecord) -> bool:
    """Whether it waits for a newer server only: no premises would help."""
    return bool(kept.flags) and str(kept.flags[0].get("why", "")).startswith(NewerSchema.__name__)


def _locked(uid: UUID) -> FieldRecord:
    rows = FieldRecord.objects.select_for_update(of=("self",)).select_related("device__person")
    kept = rows.get(pk=uid)
    if kept.state != FieldRecord.State.HELD:
        raise NotOpen(_("Somebody has dealt with this record meanwhile."))
    return kept


def again(uid: UUID, actor: Actor) -> FieldRecord:
    """Work on it once more, as if it had come now. Raises NotOpen when it no longer waits."""
    with scoped(SYSTEM):
        kept = _locked(uid)
        _note(TRIED.code, kept, actor)
        records.work_on(kept, raw(kept))
        return kept


def place(uid: UUID, premises: Premises, actor: Actor) -> Matter:
    """Make of it what follows from a visit to these premises; its bytes and its digest stay as they came.

    Raises NotOpen with the reason when it still can't be worked on.
    """
    with scoped(SYSTEM):
        kept = _locked(uid)
        came = raw(kept)
        unlisted.remember(kept, came)
        try:
            with transaction.atomic():
                record = read({**came, "content": {**came["content"], "premises": str(premises.uid)}})
                matter = record_visit(record, came, kept.sha256, kept.device, kept.received)
                kept.matter = matter
        except StepError as error:
            raise NotOpen(error.message) from error
        except NewerSchema as error:
            raise NotOpen(str(WHY["NewerSchema"])) from error
        except (ValidationError, CannotPlace, KeyError, TypeError, ValueError) as error:
            raise NotOpen(_("It could not be worked on.")) from error
        kept.state = FieldRecord.State.ACCEPTED
        kept.flags, kept.area = matter.flags, matter.area
        kept.save(update_fields=["state", "flags", "matter", "area", "place"])
        data = {"record": str(kept.pk), "premises": str(premises.uid)}
        ledger.record(PLACED.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, data=data)
        _others(kept)
        return matter


def _others(kept: FieldRecord) -> None:
    """What else the phone sent of the same place of no file finds its premises now."""
    if kept.place is None:
        return
    rows = FieldRecord.objects.filter(place=kept.place, state=FieldRecord.State.HELD).exclude(pk=kept.pk)
    for other in rows.select_for_update(of=("self",)).select_related("device__person").order_by("received"):
        records.work_on(other, raw(other))


def file(uid: UUID, area: str, actor: Actor) -> Matter:
    """Make a file without a code for the place that the record entered, in `area`, and place the record there.

    Raises NotOpen when the record waits no more, or entered no place.
    """
    with scoped(SYSTEM):
        kept = _locked(uid)
        premises = unlisted.new_file(raw(kept), area, actor)
        if premises is None:
            raise NotOpen(_("This record names premises of the register; it enters none."))
        return place(uid, premises, actor)


def note_opened(kept: FieldRecord, actor: Actor) -> None:
    """That somebody took the bytes out."""
    with scoped(SYSTEM):
        _note(OPENED.code, kept, actor)


def _note(kind: str, kept: FieldRecord, actor: Actor) -> None:
    ledger.record(kind, actor=actor, subject=f"field:{kept.pk}", area=kept.area, data={"record": str(kept.pk)})


# What hangs on a person who hands over (kernel/people): his records that wait stay with those who place them.
STAY = gettext_lazy("They stay with the head of office, who places them.")


def _of(person: Person) -> QuerySet[FieldRecord]:
    return FieldRecord.objects.filter(person=person, state=FieldRecord.State.HELD)


def count_of(person: Person) -> int:
    """How many of his records wait, bounded."""
    return _of(person).order_by()[: COUNTED + 1].count()


def rows_of(person: Person) -> list[Row]:
    """The same, oldest first."""
    rows = _of(person).order_by("received", "pk")[:SHOWN]
    return [Row(why(kept)[0], f"{kept.received:%Y-%m-%d}", reverse("held_record", args=[kept.pk])) for kept in rows]


def stay(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """Nothing to move: whoever places them sees them as before."""
    return 0
