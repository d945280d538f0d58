"""Which code an open visit has, what the server knows of one that was scanned, and noting that it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.words import listed
from zhijian.programmes.inspection.checklists.applying import Place, fitting
from zhijian.programmes.inspection.joining import grounds
from zhijian.programmes.inspection.models import Checklist, Inspection, Purpose
from zhijian.programmes.inspection.visitcode import Told

SCANNED = ledger.entry_kind("inspection.code_scanned", label=_("The inspection code was scanned"))


def announced(matter: Matter, actor: Actor, kind: str, due: dt.date | None, lists: Sequence[Checklist]) -> Told | None:
    """What the code says that one of its officers shows; None where the superiors' platform issued one.

    Good until the end of the day that was planned, or of today where that day is over. `lists` are those in force.
    Who stands in for an officer is named in his place.
    """
    visit: Inspection = matter.inspection  # type: ignore[attr-defined]
    if visit.check_code:
        return None
    asked = _lists(matter, visit, lists)
    return Told(
        number=matter.number,
        kind=kind,
        day=max(due or calendar.today(), calendar.today()),
        enterprise=matter.entity.name if matter.entity else matter.premises.name,  # type: ignore[union-attr]
        people=tuple(_people(matter, actor)),
        lists=tuple(one.title for one in asked),
        basis=tuple(grounds(one.basis for one in asked)),
        office=stack().organ(matter.area).name,
    )


def in_words(told: Told) -> str:
    """The same for a phone that has no network: a code of plain text, in the place's language. The signed address
    stands below it, so that who kept it can have it checked once there is one."""
    with override(stack().language):
        lines = [
            (_now("Inspection code"), told.number),
            (_now("Office"), told.office),
            (_now("Name of the enterprise"), told.enterprise),
            (_now("Kind of check"), str(Purpose(told.kind).label)),
            (_now("Good until"), told.day.isoformat()),
            *((_now("Officer"), " ".join(filter(None, person))) for person in told.people),
            (_now("What is checked"), listed(told.lists) or _now("chosen at the door")),
            *((_now("Legal basis"), one) for one in told.basis),
        ]
        return "\n".join(_now("{what}: {value}").format(what=what, value=value) for what, value in lines)


def _lists(matter: Matter, visit: Inspection, lists: Sequence[Checklist]) -> list[Checklist]:
    """Those that it went by, the one that is asked for, or all that are for the place."""
    if gone := [one.checklist for one in visit.lists.all()]:  # type: ignore[attr-defined]
        return gone
    if visit.checklist:
        return [visit.checklist]
    return fitting(lists, Place.of(matter.premises)) if matter.premises else []


def _people(matter: Matter, actor: Actor) -> Iterable[tuple[str, str]]:
    """The two officers; the one who shows the code in the place of whom he stands in for."""
    away = actor.stands_for(matter.assignee_id, matter.second_id)
    for person in (matter.assignee, matter.second):
        if person is None:
            continue
        if away is not None and person.pk == away.person_id:
            yield actor.name, actor.certificate
        else:
            yield person.name, person.certificate_no


def state_of(told: Told) -> tuple[str, Matter | None]:
    """How a code stands: good, early, expired, over, cancelled, or changed (other officers). The matter if we know it.

    Its signature was verified by whoever read it. What no matter is known of (a copy of the platform) goes by its day.
    """
    today = calendar.today()
    with scoped(SYSTEM):
        rows = Matter.objects.select_related("inspection", "assignee", "second", "entity")
        matter = rows.filter(kind="inspection", number=told.number).first()
        if matter is not None:
            if matter.state in ("cancelled", "away"):
                return "cancelled", matter
            if matter.closed is not None or (matter.state == "rectifying" and told.kind != "recheck"):
                return "over", matter
            if not _theirs(told, matter):
                return "changed", matter
    if told.day < today:
        return "expired", matter
    planned = matter.inspection.planned_for if matter is not None else None  # type: ignore[attr-defined]
    return ("early" if told.kind != "recheck" and planned and planned > today else "good"), matter


def _theirs(told: Told, matter: Matter) -> bool:
    """Whether each of the people holds the matter, or stands in today for who does."""
    holders = {matter.assignee_id, matter.second_id} - {None}
    named = {certificate or name for name, certificate in told.people}
    if {one.certificate_no or one.name for one in (matter.assignee, matter.second) if one} == named:
        return True
    people = Person.objects.filter(certificate_no__in=[certificate for _n, certificate in told.people if certificate])
    covered: set[int] = set()
    for person in people:
        covered |= holders.intersection(actor_of(person).hands)
    return len(people) == len(told.people) and covered == holders


def note_scan(matter: Matter) -> None:
    """Keep when a code was scanned, once a day: that it was, and not by whom."""
    with scoped(SYSTEM), transaction.atomic():
        visit = Inspection.objects.select_for_update(of=("self",)).get(pk=matter.pk)
        now = when.now()
        if visit.scanned is not None and calendar.legal_day(visit.scanned) == calendar.legal_day(now):
            return
        Inspection.objects.filter(pk=visit.pk).update(scanned=now)
        ledger.record(SCANNED.code, actor=PUBLIC, subject=f"matter:{matter.pk}", matter=matter, at=now)
