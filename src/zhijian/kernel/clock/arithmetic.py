"""How the law counts time: working days, days, months, hours and minutes. Pure arithmetic: no Django, no I/O.

Ground (cn): Market Supervision Penalty Procedure Rules art. 80, Order 121 art. 45: the first hour or day is excluded;
a last day on a statutory holiday moves to the first day after it. Ordinary weekends are not named there, so a bureau's
duty does not move for them, a party's right does.
"""

from __future__ import annotations

import calendar as _months
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from zhijian.kernel.packs.rows import Limit, Unit

ONE = timedelta(days=1)
FURTHEST = 40_000  # days: no limit reaches further; guards against a calendar without working days


class Why(StrEnum):
    """Why a day was counted or left out; the desk renders it in the person's language."""

    COUNTED = "counted"
    FIRST = "first"  # the day on which it began
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUSPENDED = "suspended"
    MOVED = "moved"  # the last day fell on a day off, and so is this one: not the end yet
    MOVED_TO = "moved_to"  # the first day after: the end


@dataclass(frozen=True)
class Year:
    """A published year: days off with their names, weekend days worked, and statutory holidays proper where known."""

    off: Mapping[date, str]
    work: frozenset[date] = frozenset()
    statutory: frozenset[date] = frozenset()
    source: str = ""


@dataclass(frozen=True, eq=False)  # one is itself: what was counted by it is kept with it
class Calendar:
    """Which days are working days. A year that is not in `years` counts Monday to Friday, provisionally."""

    years: Mapping[int, Year] = field(default_factory=dict)
    weekend: frozenset[int] = frozenset({6, 7})  # ISO weekdays

    def published(self, day: date) -> bool:
        """True if the days off of that year are known."""
        return day.year in self.years

    def holiday(self, day: date) -> str:
        """The name of the break that the day lies in, "" if none."""
        year = self.years.get(day.year)
        return year.off.get(day, "") if year else ""

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, less days off, plus make-up days."""
        year = self.years.get(day.year)
        if year is not None:
            if day in year.work:
                return True
            if day in year.off:
                return False
        return day.isoweekday() not in self.weekend

    def is_statutory(self, day: date, proper: bool = False) -> bool:
        """True on a statutory holiday: any day of the published break, or with `proper` only the days named by law.

        Where the proper days of a year are not known, the break stands for them.
        """
        year = self.years.get(day.year)
        if year is None:
            return False
        return day in year.statutory if proper and year.statutory else day in year.off

    def why_off(self, day: date) -> Why:
        """Why a day is not a working day."""
        return Why.HOLIDAY if self.holiday(day) else Why.WEEKEND


@dataclass(frozen=True)
class Suspension:
    """A stretch that does not count: the day it began still counts, the day it ended does not (that is a first day).

    So it pushes the end by as many days as it lasted. `until` None: it lasts still.
    """

    since: datetime
    until: datetime | None = None
    reason: str = ""
    document: str = ""

    def leaves_out(self, day: date) -> bool:
        """True if the day does not count."""
        return self.since.date() < day and (self.until is None or day <= self.until.date())


Extend = Literal["none", "statutory", "statutory_proper", "any"]


@dataclass(frozen=True)
class Terms:
    """How one limit counts: `extend` says on which last days it moves on, `first` whether the first unit counts."""

    limit: Limit
    extend: Extend = "statutory"
    first: Literal["excluded", "counted"] = "excluded"


@dataclass(frozen=True)
class Day:
    """One day in the count: `n` is its ordinal if it was counted, None if it was left out."""

    day: date
    why: Why
    n: int | None = None
    note: str = ""

    @property
    def counted(self) -> bool:
        """True if the day was used up."""
        return self.n is not None


@dataclass(frozen=True)
class Explanation:
    """Each day from the first to the last, counted or left out, and why. `due` is None while a suspension lasts."""

    terms: Terms
    started: datetime
    due: date | None
    due_at: datetime | None
    provisional: bool
    days: tuple[Day, ...]

    @property
    def counted(self) -> int:
        """How many days were counted."""
        return sum(1 for d in self.days if d.counted)


def add_working_days(calendar: Calendar, start: date, n: int) -> tuple[date, bool]:
    """The n-th working day after `start` (before it, for a negative n), and whether that is provisional.

    With n = 0 the day itself. Provisional: a day on the way lies in a year whose days off are not published.
    """
    day, left, provisional = start, abs(n), False
    step = ONE if n > 0 else -ONE
    while left:
        day += step
        provisional = provisional or not calendar.published(day)
        if calendar.is_working_day(day):
            left -= 1
    return day, provisional


def working_days_between(calendar: Calendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative if `end` lies before `start`."""
    if end < start:
        return -working_days_between(calendar, end, start)
    return sum(1 for n in range(1, (end - start).days + 1) if calendar.is_working_day(start + n * ONE))


def explain(
    calendar: Calendar, started: datetime, terms: Terms, suspensions: tuple[Suspension, ...] = ()
) -> Explanation:
    """Count `terms` from `started` (a time in the zone of legal days) and tell each day."""
    if terms.limit.unit in (Unit.HOURS, Unit.MINUTES):
        return _hours(started, terms, suspensions)
    first = started.date()
    days = tuple(_count(calendar, first, terms, suspensions)) if suspensions else _unpaused(calendar, first, terms)
    due = None if days[-1].why is Why.SUSPENDED else days[-1].day
    provisional = any(not calendar.published(entry.day) for entry in days)
    return Explanation(terms, started, due, None, provisional, days)


def due(
    calendar: Calendar, started: datetime, terms: Terms, suspensions: tuple[Suspension, ...] = ()
) -> tuple[date | None, datetime | None, bool]:
    """(last day, last moment for limits in hours or minutes, provisional). None while a suspension lasts."""
    told = explain(calendar, started, terms, suspensions)
    return told.due, told.due_at, told.provisional


@functools.lru_cache(maxsize=1024)
def _unpaused(calendar: Calendar, first: date, terms: Terms) -> tuple[Day, ...]:
    """The same for all that begin on one day: kept, since orders come by the hundred."""
    return tuple(_count(calendar, first, terms, ()))


def _count(calendar: Calendar, first: date, terms: Terms, suspensions: tuple[Suspension, ...]) -> Iterator[Day]:
    """Day by day until the limit is used up and the last day is not one that moves on."""
    needed = _needed(first, terms)
    working = terms.limit.unit is Unit.WORKING_DAYS
    n = 0
    if terms.first == "counted" and not (working and not calendar.is_working_day(first)):
        n = 1
        yield Day(first, Why.COUNTED, n)
    else:
        yield Day(first, Why.FIRST)
    day = first
    while n < needed:
        day += ONE
        paused = next((s for s in suspensions if s.leaves_out(day)), None)
        if paused is not None:
            yield Day(day, Why.SUSPENDED, note=paused.reason)
            if paused.until is None:
                return
        elif working and not calendar.is_working_day(day):
            yield Day(day, calendar.why_off(day), note=calendar.holiday(day))
        else:
            n += 1
            yield Day(day, Why.COUNTED, n)
        if (day - first).days > FURTHEST:
            raise ValueError("the limit is never used up: the calendar has no working days")
    while _moves(calendar, day, terms.extend):
        note = calendar.holiday(day)
        day += ONE
        moves_on = _moves(calendar, day, terms.extend)
        yield Day(day, Why.MOVED if moves_on else Why.MOVED_TO, note=calendar.holiday(day) or note)


def _needed(first: date, terms: Terms) -> int:
    """How many days must be counted; months and years are turned into days from the first day."""
    n, unit = terms.limit.n, terms.limit.unit
    if unit in (Unit.WORKING_DAYS, Unit.DAYS):
        return n
    return (add_months(first, n * (12 if unit is Unit.YEARS else 1)) - first).days


@functools.lru_cache(maxsize=4096)
def add_months(day: date, n: int) -> date:
    """The same day of the month n months on; the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _months.monthrange(year, month + 1)[1]))


def minutes_over(due_at: datetime, at: datetime) -> int:
    """By how many minutes `at` lies after a last moment: begun ones count; at least 1 for whatever is late."""
    return max(-((due_at - at) // timedelta(minutes=1)), 1)


def _moves(calendar: Calendar, day: date, extend: Extend) -> bool:
    if extend == "none":
        return False
    if extend == "any":
        return not calendar.is_working_day(day)
    return calendar.is_statutory(day, proper=extend == "statutory_proper")


def _hours(started: datetime, terms: Terms, suspensions: tuple[Suspension, ...]) -> Explanation:
    """Hours run through nights, weekends and holidays; the hour in which it began is excluded unless said otherwise.

    Minutes run from the moment itself: they are asked for where somebody's safety waits.
    """
    begin, n = started, terms.limit.n
    if terms.limit.unit is Unit.HOURS and terms.first == "excluded":
        begin = started.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    end: datetime | None = begin + (timedelta(hours=n) if terms.limit.unit is Unit.HOURS else timedelta(minutes=n))
    for pause in sorted(suspensions, key=lambda s: s.since):
        if end is None or pause.since >= end:
            continue
        since = max(pause.since, begin)
        end = None if pause.until is None else end + max(pause.until - since, timedelta())
    days = []
    if end is not None:
        span = (end.date() - started.date()).days
        days = [Day(started.date() + i * ONE, Why.COUNTED if i else Why.FIRST, i or None) for i in range(span + 1)]
    return Explanation(terms, started, end.date() if end else None, end, False, tuple(days))
