"""Open matters go from one person to another: each keeps its clocks and gets an entry with both names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter

# Who hears that a matter went over to somebody else: what is owed elsewhere may name its officers.
Hear = Callable[[Matter, dt.datetime], None]
_hearers: list[Hear] = []


def on_handed(hear: Hear) -> None:
    """Register who hears of each matter that is handed over, in the same transaction."""
    if hear not in _hearers:
        _hearers.append(hear)


HANDED = ledger.entry_kind("matter.handed_over", label=_("Handed over from {giver} to {successor}"))


def open_of(person: Person) -> QuerySet[Matter]:
    """What he holds that is not done, as first or as second officer: open matters, and closed ones of which a clock
    runs on, since a paper is still to be served."""
    held = Matter.objects.filter(Q(assignee=person) | Q(second=person), closed=None).values("pk")
    owed = _running().filter(Q(matter__assignee=person) | Q(matter__second=person)).values("matter")
    return Matter.objects.filter(pk__in=held.union(owed))  # two small indexes; an OR of both would scan the table


def _running() -> QuerySet[Clock]:
    """The clocks that a matter's end leaves running: those about something else of it."""
    return Clock.objects.filter(stopped=None).exclude(about="")


def days_of(closed: Sequence[Matter]) -> dict[int, dt.date]:
    """The nearest day of what runs on of these closed matters, by matter. One query."""
    rows = _running().filter(matter__in=[matter.pk for matter in closed], due__isnull=False).order_by("-due")
    return dict(rows.values_list("matter", "due")) if closed else {}


def left_alone(giver: Person, successor: Person) -> QuerySet[Matter]:
    """The open matters of which both are the officers: they keep one, and the second is to be named anew."""
    both = Q(assignee=giver, second=successor) | Q(assignee=successor, second=giver)
    return Matter.objects.filter(both, closed=None, pk__in=open_of(giver).values("pk")).order_by("due", "pk")


def hand_over(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """Everything open of `giver` is `successor`'s, in the running transaction; how many matters.

    Locked one by one in the order of their keys: who closes one of them meanwhile is waited for, and what is closed by
    then stays where it was. Where the successor is the other officer already, the second one is to be named anew.
    """
    undone = Q(closed=None) | Exists(_running().filter(matter=OuterRef("pk")))
    rows = Matter.objects.filter(undone, pk__in=list(open_of(giver).values_list("pk", flat=True)))
    return hand_over_of(rows, giver, successor, actor, at)


def hand_over_of(rows: QuerySet[Matter], giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """The same for these of his matters, whatever of them is not done."""
    rows = rows.filter(Q(assignee=giver) | Q(second=giver))
    done = 0
    for matter in rows.select_for_update(of=("self",)).order_by("pk"):
        told = {"giver": giver.name, "successor": successor.name}
        if matter.assignee_id == giver.pk:
            matter.assignee = successor
            told["as"] = "assignee"
        if matter.second_id in (giver.pk, matter.assignee_id):
            alone = matter.assignee_id == successor.pk
            matter.second = None if alone else successor
            told |= {"second": "to be named"} if alone else {"as": "second"}
        matter.version += 1
        matter.save(update_fields=["assignee", "second", "version"])
        told |= {"state": matter.state}
        data = {**told, "version": matter.version}
        ledger.record(HANDED.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, data=data, at=at)
        for hear in _hearers:
            hear(matter, at)
        done += 1
    return done
