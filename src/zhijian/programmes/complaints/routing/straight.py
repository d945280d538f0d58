"""What a row lets go straight is passed on by a job, within seconds, as the system.

The job decides under the matter's lock by what stands there then: it may run twice, late, or beside a person, and
does nothing where somebody was faster. What was handed up is a person's from then on: it never goes straight again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import in_its_language
from zhijian.programmes.complaints.flow import KINDS, RECEIVED
from zhijian.programmes.complaints.models import Item
from zhijian.programmes.complaints.routing import words
from zhijian.programmes.complaints.routing.matching import Found, first
from zhijian.programmes.complaints.routing.proposing import case_of, holding, proposal

NOTE = 300
BY_PEOPLE = ("pass_on", "hand_up")  # who passes it on or back has decided
WENT = ledger.entry_kind(
    "complaints.straight",
    label=gettext_lazy("It went straight, by row {row} of the routing rules of {since}: {rule}"),
    says={"rule": words.of_code},
)


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """After whatever a row may look at: it arrived, was registered, named, or sorted."""
    if flow.kind in KINDS and step.verb not in BY_PEOPLE:
        look_at(matter)


def look_at(matter: Matter) -> None:
    """Let a job look whether it goes straight, where it lies to be routed and some row sends straight at all."""
    from zhijian.programmes.complaints.jobs import route

    if matter.state == RECEIVED.code and any(row.straight for row in holding(matter).rows):
        route.later(matter=matter.pk)


def look_at_all(items: Sequence[tuple[Item, str]]) -> None:
    """The same of many whose proposed category is known by now: a job for each that a row sends straight, no other."""
    from zhijian.programmes.complaints.jobs import route

    for record, proposed in items:
        matter, rows = record.matter, holding(record.matter).rows
        if matter.state == RECEIVED.code and any(row.straight for row in rows):
            found = first(rows, case_of(record, proposed=proposed))
            if found is not None and found.row.straight:
                route.later(matter=matter.pk)


def hear_opened(flow: Flow, step: Step, matters: Sequence[Matter], actor: Actor) -> None:
    """Many that came together are looked at with their traces, which are made in the next seconds."""


def send(pk: int, at: dt.datetime | None = None) -> bool:
    """Pass the item on where its row sends straight; whether it did. Raises Matter.DoesNotExist, StepError."""
    matter = locked(pk)
    if matter.state != RECEIVED.code or matter.assignee_id is not None or handed_up(matter):
        return False
    record = Item.objects.get(pk=pk)
    record.matter = matter
    found = proposal(record)
    if found is None or not found.row.straight:
        return False
    with in_its_language():
        note = words.sentence(found.row)[:NOTE]
    matter = perform(matter, "pass_on", SYSTEM, at=at, area=found.area, note=note)
    _noted(matter, found, at)
    if (who := fewest(found.row.hands, found.area)) is not None:
        perform(matter, "assign", SYSTEM, at=at, assignee=who.pk)
    return True


def fewest(role: str, area: str) -> Person | None:
    """Who of that role at the office itself, and not on leave, holds the fewest open items; None: nobody does.

    Of several the one that has waited longest for another. Named are roles, no people: those come and go.
    """
    if not role:
        return None
    day = calendar.today()
    held = Matter.objects.filter(assignee=OuterRef("pk"), closed=None, kind__in=KINDS).order_by().values("assignee")
    lasting = Q(posts__until=None) | Q(posts__until__gte=day)
    rows = Person.objects.filter(
        lasting, is_active=True, posts__role=role, posts__jurisdiction=area, posts__since__lte=day
    ).exclude(leaves__in=Leave.objects.between(day, day))
    latest = Matter.objects.filter(assignee=OuterRef("pk"), kind__in=KINDS).order_by().values("assignee")
    counted = rows.distinct().annotate(
        n=Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0),
        last=Coalesce(Subquery(latest.annotate(last=Max("pk")).values("last")), 0),
    )
    return counted.order_by("n", "last", "pk").first()


def _noted(matter: Matter, found: Found, at: dt.datetime | None) -> None:
    made = holding(matter).made
    ledger.record(
        WENT.code, actor=SYSTEM, subject=f"matter:{matter.pk}", matter=matter, at=at,
        data={"row": found.number, "rule": found.row.code, "set": made.pk if made is not None else 0,
              "since": made.since.isoformat() if made is not None else ""},
    )  # fmt: skip


def locked(pk: int) -> Matter:
    """The matter as it stands now, which nobody else changes until this transaction ends."""
    return Matter.objects.select_for_update(of=("self",)).select_related("premises", "entity").get(pk=pk)


def handed_up(matter: Matter) -> bool:
    """Whether an office has handed it up before."""
    return LedgerEntry.objects.filter(matter=matter, kind=f"{matter.kind}.hand_up").exists()
