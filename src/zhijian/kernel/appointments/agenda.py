"""What stands in the calendar of a person or an office: what is due, appointments, leave, and days off.

A day shows no more than so many lines; what is beyond them is said to be there, and stands on the day's own page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.appointments.declared import label_of
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.appointments.offering import day_off
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable

ONE = dt.timedelta(days=1)
COLUMNS = ("id", "uid", "kind", "title", "state", "due", "area", "premises__name", "entity__name", "assignee__name")


@dataclass(frozen=True)
class Who:
    """Whose calendar: one person's, or an office's."""

    code: str
    label: str
    person: Person | None = None
    area: str = ""


@dataclass(frozen=True)
class Item:
    """One line of a day. `begins` None: the whole day."""

    day: dt.date
    title: str
    kind: str
    url: str = ""
    tone: str = ""
    begins: dt.datetime | None = None
    ends: dt.datetime | None = None
    note: str = ""
    ident: str = ""

    @property
    def time(self) -> str:
        """When it begins, by the place's clocks; empty for the whole day."""
        return f"{calendar.local(self.begins):%H:%M}" if self.begins else ""


@dataclass
class Day:
    """A day with its lines; `off` says why nobody is at work, `holiday` which break it lies in."""

    day: dt.date
    off: str
    away: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    more: bool = False
    holiday: str = ""
    beside: bool = False  # of a neighbouring month


def span(view: str, day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day that a view of `day` shows; a month shows whole weeks."""
    if view == "day":
        return day, day
    monday = day - dt.timedelta(days=day.weekday())
    if view == "week":
        return monday, monday + 6 * ONE
    first = day.replace(day=1)
    last = (first + 31 * ONE).replace(day=1) - ONE
    return first - dt.timedelta(days=first.weekday()), last + dt.timedelta(days=6 - last.weekday())


def step(view: str, day: dt.date, by: int) -> dt.date:
    """The day by which the view before (-1) or after (1) is named."""
    if view == "month":
        first = day.replace(day=1)
        return (first + 31 * ONE).replace(day=1) if by > 0 else (first - ONE).replace(day=1)
    return day + dt.timedelta(days=by * (7 if view == "week" else 1))


def days_of(who: Who, actor: Actor, first: dt.date, last: dt.date, most: int) -> list[Day]:
    """Every day from the first to the last, each with at most `most` lines: four queries, however much there is."""
    days = {first + n * ONE: Day(first + n * ONE, day_off(first + n * ONE)) for n in range((last - first).days + 1)}
    for item in [*appointments(who, actor, first, last, most), *due(who, actor, first, last, most)]:
        days[item.day].items.append(item)
    for leave in leaves(who, first, last):
        for day in days.values():
            if leave.since <= day.day <= leave.until:
                told = {"who": leave.person.name, "stand_in": leave.stand_in.name}
                day.away.append(_("%(who)s on leave, %(stand_in)s stands in") % told)
    for one in days.values():
        one.holiday = calendar.current().holiday(one.day) if one.off else ""
        one.items.sort(key=lambda item: (item.begins is None, item.begins or 0))
        one.more, one.items = len(one.items) > most, one.items[:most]
    return list(days.values())


def _daily(rows: QuerySet[Matter], by: str, most: int) -> QuerySet[Matter]:
    """The first rows of each day, one more than are shown."""
    place = Window(RowNumber(), partition_by=[F(by)], order_by=["pk"])
    return rows.annotate(nth=place).filter(nth__lte=most + 1)


def _mine(who: Who) -> Q:
    if who.person is not None:
        return Q(assignee=who.person) | Q(second=who.person)
    return below("area", who.area)


def due(who: Who, actor: Actor, first: dt.date, last: dt.date, most: int) -> list[Item]:
    """Planned visits, deadlines, re-checks: open matters by the day on which they are due."""
    rows = readable(Matter.objects.filter(_mine(who), closed=None, due__gte=first, due__lte=last), actor)
    keys = list(_daily(rows, "due", most).values_list("pk", flat=True))
    found = Matter.objects.filter(pk__in=keys).select_related("premises", "entity", "assignee").only(*COLUMNS)
    return [_due(matter, calendar.today()) for matter in found.order_by("due", "pk")]


def _due(matter: Matter, today: dt.date) -> Item:
    flow = flow_of(matter.kind)
    place = matter.premises or matter.entity
    shop = place.name if place is not None and place.name != matter.title else ""
    state = flow.state(matter.state)
    assert matter.due is not None
    return Item(
        matter.due, matter.title, f"{flow.title} · {state.label}", f"/m/{matter.uid}/",
        "late" if matter.due < today else state.tone,
        note=" · ".join(filter(None, [shop, matter.assignee.name if matter.assignee else ""])),
        ident=f"matter-{matter.uid}",
    )  # fmt: skip


def _slots(who: Who, first: dt.date, last: dt.date) -> QuerySet[Slot]:
    rows = Slot.objects.filter(day__gte=first, day__lte=last, withdrawn_at=None)
    if who.person is not None:
        booked = Q(bookings__state=Booking.State.BOOKED) & (
            Q(bookings__matter__assignee=who.person) | Q(bookings__matter__second=who.person)
        )
        return rows.filter(Q(officer=who.person) | Q(officer=None) & booked).distinct()
    return rows.filter(below("area", who.area))


def appointments(who: Who, actor: Actor, first: dt.date, last: dt.date, most: int) -> list[Item]:
    """What is booked, and what is offered and free, of his own slots (and of an office's, what is booked with him)."""
    keys = list(
        _daily(Slot.objects.filter(pk__in=_slots(who, first, last).values("pk")), "day", most).values_list(
            "pk", flat=True
        )
    )
    taken = Count("bookings", filter=Q(bookings__state=Booking.State.BOOKED))
    slots = list(Slot.objects.filter(pk__in=keys).annotate(taken=taken).select_related("officer").order_by("begins"))
    booked = Booking.objects.filter(slot__in=slots, state=Booking.State.BOOKED).select_related("matter", "entity")
    held: dict[int, list[Booking]] = {}
    for booking in booked.order_by("pk"):
        held.setdefault(booking.slot_id, []).append(booking)
    return [item for slot in slots for item in _of_slot(slot, held.get(slot.pk, []))]


def _of_slot(slot: Slot, bookings: Iterable[Booking]) -> list[Item]:
    who = slot.officer.name if slot.officer else ""
    common = {"begins": slot.begins, "ends": slot.ends}
    note = " · ".join(filter(None, [slot.place, who]))
    found = [
        Item(
            slot.day, one.matter.title if one.matter else one.entity.name, label_of(slot.kind),
            f"/m/{one.matter.uid}/" if one.matter else f"/slots/{slot.uid}/", "good", note=note,
            ident=f"booking-{one.uid}", **common,
        )
        for one in bookings
    ]  # fmt: skip
    if (left := slot.capacity - len(found)) > 0:
        words = _("%(left)s of %(all)s free") % {"left": left, "all": slot.capacity}
        found.append(
            Item(
                slot.day,
                words,
                label_of(slot.kind),
                f"/slots/{slot.uid}/",
                note=note,
                ident=f"slot-{slot.uid}",
                **common,
            )
        )
    return found


def leaves(who: Who, first: dt.date, last: dt.date) -> list[Leave]:
    """Who is away: the person, or the people whose home is the office."""
    rows = Leave.objects.filter(since__lte=last, until__gte=first).select_related("person", "stand_in")
    own = Q(person=who.person) if who.person is not None else Q(person__home=who.area)
    return list(rows.filter(own).order_by("since", "pk")[:100])
