"""When a piece of equipment is due: the TSG rules' arithmetic. Pure: no Django, no I/O.

A lift's years are counted from its supervised installation inspection; the month of that is its base month (TSG
T7001—2023, T7008—2023). Everything else runs from its last inspection, for as long as the rule of that day says.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Generic, Literal, TypeVar

from zhijian.kernel.clock.arithmetic import add_months

What = Literal["inspection", "testing"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LiftYears:
    """In which years after the first inspection a lift is inspected; after `yearly_after` in every year."""

    years: frozenset[int] = frozenset()
    yearly_after: int = 0

    def inspected_in(self, n: int) -> bool:
        """True for a year of inspection, False for one of testing."""
        return n in self.years or n > self.yearly_after


@dataclass(frozen=True, eq=False)
class Phases(Generic[T]):
    """One rule through the years: what holds from each day on; None where nobody set anything.

    Known by itself (`eq=False`), so that what is counted by it can be kept: 113,000 lifts ask the same few thousand.
    """

    since: tuple[date, ...] = ()
    values: tuple[T | None, ...] = ()

    def on(self, day: date) -> T | None:
        """What holds on a day."""
        at = bisect_right(self.since, day) - 1
        return self.values[at] if at >= 0 else None

    def began(self, day: date) -> date | None:
        """Since when what holds on a day has held."""
        at = bisect_right(self.since, day) - 1
        return self.since[at] if at >= 0 else None


@dataclass(frozen=True)
class Law:
    """All that the due day depends on, read once: months of each period by group, and the years of lifts."""

    months: Mapping[str, Phases[int]] = field(default_factory=dict)  # by the name of the rule
    by_grade: Mapping[str, Phases[Mapping[str, int]]] = field(default_factory=dict)
    lift: Phases[LiftYears] = field(default_factory=Phases)
    early: tuple[int, int] = (2, 1)  # months by which a lift may be inspected, or tested, before its month
    yearly_cranes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Piece:
    """What the due day of one piece depends on."""

    category: str
    grade: str = ""
    in_use_since: date | None = None
    supervised_on: date | None = None
    base_month: int | None = None
    inspected_on: date | None = None
    tested_on: date | None = None
    told_next: date | None = None  # next inspection as the last report says
    failed_on: date | None = None  # it did not pass then, and has not passed since
    failed_what: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """By when, what, and by which rule."""

    day: date
    what: What
    rule: str


LIFT, VESSEL_FIRST, VESSEL, CYLINDER, PIPE = (
    "equipment.lift_years", "equipment.vessel_first", "equipment.vessel", "equipment.cylinder", "equipment.pipe",
)  # fmt: skip
BOILER, CRANE, CRANE_YEARLY = "equipment.boiler", "equipment.crane", "equipment.crane_yearly"
VEHICLE, RIDE, ROPEWAY = "equipment.vehicle", "equipment.ride", "equipment.ropeway"
PLAIN = {"1": BOILER, "5": VEHICLE, "6": RIDE, "9": ROPEWAY}  # by the first character of the category


def due(piece: Piece, law: Law) -> Due | None:
    """What comes next and by when; None where nothing is known to count from, or the place has no such rule."""
    found = _by_period(piece, law)
    if piece.failed_on is not None and (found is None or piece.failed_on <= found.day):
        what: What = "testing" if piece.failed_what == "testing" else "inspection"
        return Due(piece.failed_on, what, rule_of(piece, law))  # it must not run until it passes
    return found


def _by_period(piece: Piece, law: Law) -> Due | None:
    if piece.category[:1] == "3":
        return _lift(piece, law)
    name = rule_of(piece, law)
    last = piece.inspected_on or piece.supervised_on or piece.in_use_since
    if piece.told_next is not None:
        return Due(piece.told_next, "inspection", name)
    if last is None:
        return None
    months = _months(name, piece, law, last)
    return Due(add_months(last, months), "inspection", name) if months is not None else None


def rule_of(piece: Piece, law: Law) -> str:
    """The name of the rule that sets the period of a piece."""
    category = piece.category
    if category[:1] in PLAIN:
        return PLAIN[category[:1]]
    if category[:1] == "3":
        return LIFT
    if category[:1] == "4":
        return CRANE_YEARLY if category[:2] in law.yearly_cranes else CRANE
    if category[:2] == "23":
        return CYLINDER
    if category[:1] == "8":
        return PIPE
    return VESSEL if piece.inspected_on else VESSEL_FIRST


def _months(name: str, piece: Piece, law: Law, day: date) -> int | None:
    if name in law.by_grade:
        table = law.by_grade[name].on(day) or {}
        strictest = min((n for n in table.values() if n), default=None)  # of an unknown grade
        return table.get(piece.grade, strictest)  # no months at all: what has that grade must not run
    return law.months[name].on(day) if name in law.months else None


def _lift(piece: Piece, law: Law) -> Due | None:
    base = piece.supervised_on or piece.in_use_since
    if base is None:
        return Due(piece.told_next, "inspection", LIFT) if piece.told_next else None
    month = base.year * 12 + (piece.base_month or base.month) - 1
    inspected = _covered(piece.inspected_on, month, law.early[0])
    n = next_inspection(inspected, month, law.lift)
    if n is None:
        return None
    day = last_of(month + 12 * n)
    if piece.told_next is not None and _told_under(piece, law.lift):
        day = piece.told_next
    tested = max(inspected, _covered(piece.tested_on, month, law.early[1])) + 1
    if tested < n and (test := last_of(month + 12 * tested)) < day:
        return Due(test, "testing", LIFT)
    return Due(day, "inspection", LIFT)


def _told_under(piece: Piece, lift: Phases[LiftYears]) -> bool:
    """Whether the report that names the next day was written under the rule that is in force on that day."""
    assert piece.told_next is not None
    began = lift.began(piece.told_next)
    return piece.inspected_on is None or (began is not None and piece.inspected_on >= began)


@lru_cache(maxsize=1 << 16)
def next_inspection(done: int, month: int, lift: Phases[LiftYears]) -> int | None:
    """The first year of inspection after year `done`, by the rule that holds when each year is over."""
    for n in range(done + 1, done + 30):
        years = lift.on(last_of(month + 12 * n))
        if years is None:
            return None
        if years.inspected_in(n):
            return n
    return None


def _covered(on: date | None, month: int, early: int) -> int:
    """The year that an inspection (or test) of that day counts for: the last one that it could be done for."""
    return max((on.year * 12 + on.month - 1 - month + early) // 12, 0) if on is not None else 0


@lru_cache(maxsize=1 << 12)
def last_of(month: int) -> date:
    """The last day of a month, counted from year 0."""
    year, index = divmod(month, 12)
    return date(year, index + 1, monthrange(year, index + 1)[1])


# Maintenance -------------------------------------------------------------------------------------------------------


def on_time(days: Sequence[date], every: int, until: date) -> tuple[int, int]:
    """(visits in time, visits due) of one lift: each visit within `every` days of the one before; what is late now
    counts as due and not made. `days` in order, the first is where counting begins."""
    gaps = [(b - a).days for a, b in itertools.pairwise(days)]
    late = bool(days) and (until - days[-1]).days > every
    return sum(gap <= every for gap in gaps), len(gaps) + late
