"""A day of somebody, in the order that was kept for it or by its dates, with the hours that follow.

Who goes together is there at the same time: of the two the one who leads more of the day's visits sets the hours, the
other one's day is built round them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from zhijian.kernel import routing, when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.people import note
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments.models import Booking
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.routing import roads
from zhijian.kernel.routing.matrix import Matrix, Place, straight
from zhijian.kernel.routing.models import DayOrder
from zhijian.kernel.routing.ordering import DUE, NORMAL, PROMISED, Plan, Stop, Visit
from zhijian.kernel.routing.rules import Pace, pace
from zhijian.programmes.inspection.guards import MOST_A_DAY
from zhijian.programmes.inspection.route.waiting import Waiting, waiting_for
from zhijian.programmes.inspection.route.words import KEPT

MOST = MOST_A_DAY  # stops
TOGETHER = 8  # people whose days hang together, at most
PUNCTUAL = 10 * 60  # seconds by which the two of a joint visit may be apart


@dataclass(frozen=True)
class Shop:
    """One place to go to, with all that is to be done there."""

    waiting: list[Waiting]
    appointment: tuple[int, int] | None = None  # seconds after midnight
    with_whom: str = ""  # who sets its hour
    at: int | None = None

    @property
    def matter(self) -> Matter:
        return self.waiting[0].matter

    @property
    def key(self) -> str:
        return str(self.matter.premises.uid)

    @property
    def place(self) -> Place | None:
        shop = self.matter.premises
        return Place(float(shop.lat), float(shop.lon)) if shop.lat is not None and shop.lon is not None else None


@dataclass
class Day:
    """Somebody's day: its shops, and the plan over those whose place is known (its stops are `placed`)."""

    person: Person
    day: dt.date
    shops: list[Shop]
    kept: DayOrder | None
    plan: Plan = field(default_factory=Plan)
    matrix: Matrix = field(default_factory=lambda: Matrix([[0]], [[0]]))

    @property
    def placed(self) -> list[Shop]:
        return [one for one in self.shops if one.place is not None]

    @property
    def nowhere(self) -> list[Shop]:
        """Those of which nobody knows where they are."""
        return [one for one in self.shops if one.place is None]

    def shop_of(self, visit: Visit) -> Shop:
        return self.placed[visit.stop]


def of(person: Person, day: dt.date) -> Day:
    """The day of a person in the order that holds, in the caller's scope."""
    return _days(person, day)[-1]


def arranged(person: Person, day: dt.date, actor: Actor) -> Day:
    """The day put in the order that takes least, and kept. `actor` may be the system, by night."""
    found = _days(person, day)[-1]
    places, speed = [None, *(one.place for one in found.placed)], pace(day)
    matrix = roads.matrix(places, speed)
    found.matrix = matrix
    found.plan = routing.arrange(_stops(found, speed), matrix, _hours(day, speed))
    ways = {"keys": [one.key for one in found.placed], "seconds": matrix.seconds, "metres": matrix.metres}
    order = [found.placed[n].key for n in found.plan.order]
    keep(person, day, order, actor, by_hand=False, ways=ways if matrix.roads else None)
    return found


def keep(
    person: Person, day: dt.date, order: Sequence[str], actor: Actor, by_hand: bool, ways: dict[str, Any] | None
) -> DayOrder:
    """Keep an order of premises for the day; what a person does is an entry."""
    made = {
        "area": person.home_id or "", "order": list(order), "by_hand": by_hand, "made_at": when.now(),
        "made_by_id": actor.person_id, "ways": ways,
    }  # fmt: skip
    with scoped(SYSTEM):  # who works in two offices has one day
        row, _new = DayOrder.objects.update_or_create(person=person, day=day, defaults=made)
    if actor.person_id is not None:
        told = {"day": day.isoformat(), "n": str(len(order)), "how": "hand" if by_hand else "least"}
        note(KEPT.code, person, actor, told)
    return row


def _days(person: Person, day: dt.date) -> list[Day]:
    """The days of all on whom the person's hours hang, his own last, each built on those before."""
    wanted, seen = [person.pk], {person.pk: person}
    rows = due_on(wanted, day)
    for _round in range(TOGETHER):
        leaders = {one.matter.assignee for one in rows} | {one.matter.second for one in rows}
        new = [who for who in leaders if who is not None and who.pk not in seen][: TOGETHER - len(seen)]
        if not new:
            break
        seen |= {who.pk: who for who in new}
        rows = due_on(list(seen), day)
    leads = {pk: sum(one.matter.assignee_id == pk for one in rows) for pk in seen}
    ranked = sorted(seen, key=lambda pk: (-leads[pk], pk))
    ranked = ranked[: ranked.index(person.pk) + 1]
    kept = kept_for(ranked, day)
    booked = _appointments([one.matter.pk for one in rows], day)
    days: list[Day] = []
    for pk in ranked:
        mine = [one for one in rows if pk in (one.matter.assignee_id, one.matter.second_id)][:MOST]
        days.append(_built(seen[pk], day, mine, kept.get(pk), booked, days))
    return days


def kept_for(people: Sequence[int], day: dt.date) -> dict[int, DayOrder]:
    """The orders that are kept for a day, by person. Whose day may be looked at, the caller has asked."""
    with scoped(SYSTEM):
        return {row.person_id: row for row in DayOrder.objects.filter(person__in=people, day=day)}


def due_on(people: Sequence[int], day: dt.date) -> list[Waiting]:
    """What they do on a day: of today also what is late. What was appointed with the shop is done on that day."""
    late = day == calendar.today()
    rows = waiting_for(people, MOST * len(people))
    promised = _promised([one.matter.pk for one in rows])
    days = [promised.get(one.matter.pk, one.due) for one in rows]
    return [one for one, on in zip(rows, days, strict=True) if on is not None and (on <= day if late else on == day)]


def _promised(matters: Sequence[int]) -> dict[int, dt.date]:
    """The next day that was appointed for each matter; one that went by holds nobody any more."""
    rows = Booking.objects.filter(matter__in=matters, state=Booking.State.BOOKED, slot__day__gte=calendar.today())
    return dict(rows.order_by("-slot__day").values_list("matter", "slot__day"))


def _appointments(matters: Sequence[int], day: dt.date) -> dict[int, tuple[int, int]]:
    """The promised time of each matter on that day, in seconds after midnight."""
    rows = Booking.objects.filter(matter__in=matters, state=Booking.State.BOOKED, slot__day=day)
    found: dict[int, tuple[int, int]] = {}
    for begins, ends, matter in rows.order_by("-slot__begins").values_list("slot__begins", "slot__ends", "matter"):
        found[matter] = (seconds_of(begins), seconds_of(ends))
    return found


def seconds_of(at: dt.datetime) -> int:
    """Seconds after midnight by the place's clocks."""
    local = calendar.local(at)
    return local.hour * 3600 + local.minute * 60 + local.second


def _built(
    person: Person, day: dt.date, rows: list[Waiting], kept: DayOrder | None,
    booked: dict[int, tuple[int, int]], before: list[Day],
) -> Day:  # fmt: skip
    """A day from its rows, its kept order, and the hours that others have set for joint visits."""
    shops: dict[str, list[Waiting]] = {}
    for one in rows:
        shops.setdefault(str(one.matter.premises.uid), []).append(one)
    set_by = {key: told for other in before for key, told in _hours_set(other, person).items()}
    made = [
        Shop(
            there,
            next((booked[one.matter.pk] for one in there if one.matter.pk in booked), None),
            *set_by.get(key, ("", None)),
        )
        for key, there in shops.items()
    ]
    found, speed = Day(person, day, _in_order(made, kept), kept), pace(day)
    found.matrix = _ways(found, speed)
    stops = _stops(found, speed)
    found.plan = routing.walk(range(len(stops)), stops, found.matrix, _hours(day, speed), keep=True)
    return found


def _ways(of: Day, speed: Pace) -> Matrix:
    """Straight lines, and by roads where the kept order knows them: a page never waits for a road service."""
    lines = straight([None, *(one.place for one in of.placed)], speed.detour, speed.speed)
    ways = of.kept.ways if of.kept is not None else None
    if not ways:
        return lines
    known = {key: n for n, key in enumerate(ways["keys"], 1)}
    at = [(n, known[one.key]) for n, one in enumerate(of.placed, 1) if one.key in known]
    for here, kept in at:
        for there, other in at:
            lines.seconds[here][there] = ways["seconds"][kept][other]
            lines.metres[here][there] = ways["metres"][kept][other]
    return replace(lines, roads=len(at) == len(of.placed))


def _hours_set(other: Day, person: Person) -> dict[str, tuple[str, int]]:
    """The shops to which both go, with the other one's name and hour."""
    found = {}
    for visit in other.plan.visits:
        shop = other.shop_of(visit)
        pairs = [(one.matter.assignee_id, one.matter.second_id) for one in shop.waiting]
        if any(person.pk in pair and other.person.pk in pair for pair in pairs):
            found[shop.key] = (other.person.name, visit.begins)
    return found


def _in_order(shops: list[Shop], kept: DayOrder | None) -> list[Shop]:
    """As kept, what came since at the end; without an order by the hour, if one is set, and by the day due."""
    if kept is not None:
        places = {key: n for n, key in enumerate(kept.order)}
        return sorted(shops, key=lambda one: places.get(one.key, len(places)))
    hour = [one.at or (one.appointment or (0, 0))[0] for one in shops]
    return [one for _hour, _n, one in sorted(zip(hour, range(len(shops)), shops, strict=True))]


def _stops(of: Day, speed: Pace) -> list[Stop]:
    return [_stop(one, of.day, speed) for one in of.placed]


def _stop(shop: Shop, day: dt.date, speed: Pace) -> Stop:
    minutes = sum(speed.again if one.again else speed.visit for one in shop.waiting)
    if shop.at is not None:
        return Stop(shop.key, minutes * 60, shop.at, shop.at + PUNCTUAL, PROMISED)
    if shop.appointment is not None:
        return Stop(shop.key, minutes * 60, *shop.appointment, PROMISED)
    must = any(one.due is not None and one.due <= day for one in shop.waiting)
    return Stop(shop.key, minutes * 60, None, None, DUE if must else NORMAL)


def _hours(day: dt.date, speed: Pace) -> tuple[int, int]:
    """From when to when visits are made: of today from now on; once the day is over it is told as a whole."""
    now = seconds_of(when.now()) if day == calendar.today() else 0
    return (max(speed.begins, now) if now < speed.ends else speed.begins), speed.ends


__all__ = ["Day", "Shop", "arranged", "due_on", "keep", "kept_for", "of"]
