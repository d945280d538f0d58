"""The place's calendar: legal days in the pack's zone, and which of them are working days.

Years come, the first that knows one, from: what an administrator entered; `calendar/*.toml` of the packs; for cn the
library `chinesecalendar` (2004–2026). Beyond them Monday to Friday is counted and marked provisional (暂定).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel.packs import stack
from zhijian.kernel.packs.current import own
from zhijian.kernel.packs.loader import PackError, Stack, read_toml

from . import arithmetic
from .arithmetic import ONE, Calendar, Year


def zone() -> ZoneInfo:
    """The zone of legal days."""
    return ZoneInfo(stack().zone)


def local(at: datetime) -> datetime:
    """A moment as the place's clocks show it. Raises ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return at.astimezone(zone())


def legal_day(at: datetime) -> date:
    """The day on which a moment falls, in law."""
    return local(at).date()


def today() -> date:
    """The legal day of now."""
    return legal_day(timezone.now())


_shipped: dict[str, Calendar] = {}
_current: dict[tuple[str, int], Calendar] = {}


def shipped() -> Calendar:
    """The calendar of packs and library alone, without the database."""
    of = stack()
    if of.name not in _shipped:
        _shipped[of.name] = read(of)
    return _shipped[of.name]


def current() -> Calendar:
    """Published years of packs, library and administrator together."""
    mine = own()
    key = (stack().name, mine.version[2])
    built = _current.get(key)
    if built is None:
        base = shipped()
        built = Calendar({**base.years, **{y["year"]: year_of(y, y["number"]) for y in mine.years}}, base.weekend)
        _current.clear()
        _current[key] = built
    return built


def read(of: Stack) -> Calendar:
    """Read a stack's calendar. Raises PackError for a table that contradicts itself."""
    years: dict[int, Year] = {}
    if of.setting("calendar.library") == "chinesecalendar":
        years.update(_library())
    for name, path in of.files("calendar/*.toml").items():
        raw = read_toml(path)
        for entry in raw["year"]:
            try:
                years[entry["year"]] = year_of(entry, raw["source"])
            except (KeyError, ValueError) as error:
                raise PackError(f"{name}, year {entry.get('year')}: {error}") from error
    return Calendar(years, frozenset(of.setting("calendar.weekend", [6, 7])))


def year_of(raw: dict[str, Any], source: str) -> Year:
    """A year from a table: off = [{from, to, name}], work = [day], statutory = [day]. Raises ValueError on nonsense."""
    off: dict[date, str] = {}
    for stretch in raw["off"]:
        day, last = _day(stretch["from"]), _day(stretch["to"])
        if last < day:
            raise ValueError(_("%(name)s ends before it begins.") % {"name": stretch["name"]})
        while day <= last:
            if day in off:
                raise ValueError(_("%(day)s is off twice.") % {"day": day})
            off[day] = stretch["name"]
            day += ONE
    work = frozenset(_day(d) for d in raw.get("work", []))
    statutory = frozenset(_day(d) for d in raw.get("statutory", []))
    if work & off.keys():
        raise ValueError(_("%(day)s is both off and worked.") % {"day": min(work & off.keys())})
    if statutory - off.keys():
        raise ValueError(_("%(day)s is a statutory holiday, but not off.") % {"day": min(statutory - off.keys())})
    wrong = [d for d in (*off, *work, *statutory) if d.year != raw["year"]]
    if wrong:
        raise ValueError(_("%(day)s is not in %(year)s.") % {"day": wrong[0], "year": raw["year"]})
    if any(d.isoweekday() < 6 for d in work):
        raise ValueError(_("A make-up day is a Saturday or Sunday."))
    return Year(off, work, statutory, source)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@cache
def _library() -> dict[int, Year]:
    from chinese_calendar import constants

    years: dict[int, Year] = {}
    for number in sorted({d.year for d in constants.holidays}):
        off = {d: _NAMES.get(name, name) for d, name in constants.holidays.items() if d.year == number}
        work = frozenset(d for d in constants.workdays if d.year == number)
        years[number] = Year(off, work, frozenset(), "chinesecalendar (State Council notices)")
    return years


_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利七十周年纪念日",
}


def is_working_day(day: date) -> bool:
    """True if the day counts among 工作日; see `is_provisional` for days of unpublished years."""
    return current().is_working_day(day)


def is_provisional(day: date) -> bool:
    """True while the days off of the day's year are not published."""
    return not current().published(day)


def add_working_days(day: date, n: int) -> tuple[date, bool]:
    """The n-th working day after `day` (before, if negative), and whether it is provisional."""
    return arithmetic.add_working_days(current(), day, n)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative if `end` lies before `start`."""
    return arithmetic.working_days_between(current(), start, end)


def days_off(first: date, last: date) -> list[date]:
    """Days of the range that are not working days (what a phone is given)."""
    calendar = current()
    days = (first + n * ONE for n in range((last - first).days + 1))
    return [day for day in days if not calendar.is_working_day(day)]


def start_of(day: date) -> datetime:
    """The first moment of a legal day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a legal day, in UTC."""
    return start_of(day + ONE)
