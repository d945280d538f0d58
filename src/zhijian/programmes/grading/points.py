"""From facts to points, total and grade, each point with its reason: the tables' arithmetic. Pure: no Django, no I/O.

Static points follow from what a place is, dynamic ones from what visits found within a year. Each item that failed
counts once, however often it was found, so the order of visits does not matter and a further failure never helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from zhijian.kernel.clock.arithmetic import add_months

Table = Mapping[str, Any]
Seen = tuple[str, str, str]  # a visit or event: its day, number and uid
NONE = Decimal(0)


@dataclass(frozen=True)
class Ground:
    """A row of a pack: the rule, its article, since when it holds, whether it is still to be verified."""

    rule: str
    article: str
    since: date
    unverified: bool = False


@dataclass(frozen=True)
class Tables:
    """The tables in force on a day; `grounds` by what they are for."""

    day: date
    lines: Mapping[str, str]  # trade -> line
    static: Mapping[str, Sequence[Table]]  # line -> factors
    dynamic: Table
    adjust: Table
    cutoffs: Sequence[Table]
    visits: Mapping[str, Sequence[int]]  # grade -> [least, usual most]
    grounds: Mapping[str, Ground]
    catering: Table | None = None
    catering_cutoffs: Sequence[Table] = ()


@dataclass(frozen=True, order=True)
class Failed:
    """An item that did not comply at a visit: of which list, its number and text there."""

    list: str
    no: str
    key: bool = False
    text: str = ""


@dataclass(frozen=True)
class Visit:
    """A visit with a result. `failed` are items known by name; of a visit taken over from elsewhere only the counts."""

    day: date
    number: str = ""
    uid: str = ""
    failed: tuple[Failed, ...] = ()
    checked: int = 0
    failed_count: int = 0
    failed_key: int = 0
    of_line: bool = True  # went by a list of the line
    counts: bool = True  # among the visits of the year: a re-check of what was found is not


@dataclass(frozen=True)
class Event:
    """What else raises a grade: penalty, failed_sample, incident, refusal."""

    kind: str
    day: date
    word: str = ""


@dataclass(frozen=True)
class Facts:
    """What a grade depends on."""

    trade: str
    known: Mapping[str, str] = field(default_factory=dict)  # factor -> number or choice
    category: str = ""  # three digits of a production licence
    licensed: date | None = None  # the first day of its oldest licence
    visits: tuple[Visit, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Line:
    """Some points and why: of which part, under which code of the table, for what, seen where and when."""

    part: str  # static, dynamic, total, adjust, catering
    code: str
    points: Decimal
    name: str = ""  # of the factor, or the item's text
    value: str = ""
    known: bool = True
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came out."""

    line: str
    grade: str
    by_points: str  # the grade before it is raised or lowered
    static: Decimal
    dynamic: Decimal
    total: Decimal
    lines: tuple[Line, ...]
    needed: int  # visits a year, at least
    usual: int
    catering: str = ""
    score: Decimal | None = None  # of the year, 0 to 10
    unknown: int = 0  # factors that nobody has entered


def line_of(trade: str, tables: Tables) -> str:
    """Which table a trade goes by; empty where it is not graded."""
    return tables.lines.get(trade, "")


def factors(trade: str, category: str, tables: Tables) -> list[Table]:
    """The static factors that concern a place."""
    return [one for one in tables.static.get(line_of(trade, tables), ()) if _concerns(one, trade, category)]


def _concerns(factor: Table, trade: str, category: str) -> bool:
    trades, when, unless = factor.get("trades"), factor.get("when"), factor.get("unless")
    if trades and trade not in trades:
        return False
    return not (when and category != when) and not (unless and category == unless)


def grade(facts: Facts, tables: Tables) -> Outcome:
    """Points by factor, the total, the grade by the cut-offs, raised or lowered, and how often it is visited."""
    line = line_of(facts.trade, tables)
    static = [_static(one, facts) for one in factors(facts.trade, facts.category, tables)]
    dynamic = _dynamic(facts, tables)
    standing = sum((one.points for one in static), NONE)
    moving = min(sum((one.points for one in dynamic), NONE), _number(tables.dynamic["max"]))
    by_points = by_cutoffs(standing + moving, tables.cutoffs)
    adjusted = _adjusted(facts, tables)
    level = _shifted(by_points, sum(int(one.points) for one in adjusted), tables.cutoffs)
    annual, score, why = _catering(facts, tables) if line == "service" else ("", None, [])
    ends = " · ".join(f"{one['grade']} ≤ {one['max']}" for one in tables.cutoffs[:-1])
    total = Line("total", by_points, standing + moving, value=ends)
    least, usual = tables.visits.get(level, (1, 1))
    return Outcome(
        line, level, by_points, standing, moving, standing + moving, (*static, *dynamic, total, *adjusted, *why),
        int(least), int(usual), annual, score, sum(not one.known for one in static),
    )  # fmt: skip


def by_cutoffs(total: Decimal, cutoffs: Sequence[Table]) -> str:
    """The grade whose upper end the total does not pass; each end belongs to its grade."""
    return next((one["grade"] for one in cutoffs if total <= _number(one["max"])), cutoffs[-1]["grade"])


def _shifted(level: str, by: int, cutoffs: Sequence[Table]) -> str:
    codes = [one["grade"] for one in cutoffs]
    return codes[max(0, min(len(codes) - 1, codes.index(level) + by))]


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


# Static -------------------------------------------------------------------------------------------------------------


def _static(factor: Table, facts: Facts) -> Line:
    """The points of a factor: by its step or choice; what nobody has entered counts as the table says."""
    code, name, most = factor["code"], factor["name"], _number(factor["max"])
    value = facts.category if factor.get("from") == "licence" else facts.known.get(code, "")
    points, shown = _by_choice(factor, value) if "choices" in factor else _by_step(factor, value)
    if points is None:
        return Line("static", code, min(_number(factor["unknown"]), most), name, value, known=False)
    return Line("static", code, min(points, most), name, shown)


def _by_choice(factor: Table, value: str) -> tuple[Decimal | None, str]:
    found = next((one for one in factor["choices"] if one["code"] == value), None)
    return (_number(found["points"]), found["name"]) if found else (None, value)


def _by_step(factor: Table, value: str) -> tuple[Decimal | None, str]:
    try:
        size = Decimal(value)
    except ArithmeticError:
        return None, value
    if not size.is_finite() or size < 0:
        return None, value
    step = next((one for one in factor["steps"] if "to" not in one or size <= _number(one["to"])), factor["steps"][-1])
    return _number(step["points"]), f"{value} {factor.get('measure', '')}".strip()


# Dynamic ------------------------------------------------------------------------------------------------------------


def _within(facts: Facts, day: date, months: int) -> list[Visit]:
    """The visits of the months up to a day, that day included."""
    since = add_months(day, -months)
    found = (one for one in facts.visits if since < one.day <= day)
    return sorted(
        found, key=lambda v: (v.day, v.number, v.uid, v.checked, v.failed_count, v.failed_key, v.failed, v.of_line)
    )


def _seen(visit: Visit) -> Seen:
    return visit.day.isoformat(), visit.number, visit.uid


def _dynamic(facts: Facts, tables: Tables) -> list[Line]:
    """Each item that failed, once; of visits without items the number of those that failed."""
    of = tables.dynamic
    general, key = _number(of["general"]), _number(of["key"])
    found: dict[tuple[str, str], list[tuple[Failed, Visit]]] = {}
    lines = []
    for visit in _within(facts, tables.day, int(of["months"])):
        for item in visit.failed:
            found.setdefault((item.list, item.no), []).append((item, visit))
        if not visit.failed and visit.failed_count and visit.of_line:
            grave = min(visit.failed_key, visit.failed_count)
            points = key * grave + general * (visit.failed_count - grave)
            lines.append(Line("dynamic", "counted", points, value=str(visit.failed_count), seen=(_seen(visit),)))
    for (_code, no), times in sorted(found.items()):
        grave = any(item.key for item, _visit in times)
        seen = tuple(dict.fromkeys(_seen(visit) for _item, visit in times))
        text = times[-1][0].text
        lines.append(Line("dynamic", "key" if grave else "general", key if grave else general, text, no, seen=seen))
    return lines


# Raised and lowered -------------------------------------------------------------------------------------------------


def _adjusted(facts: Facts, tables: Tables) -> list[Line]:
    """What raises the level: the gravest event of the last months; else what lowers it: years without anything."""
    of, day = tables.adjust, tables.day
    since = add_months(day, -int(of["raise_months"]))
    grave = [one for one in facts.events if one.kind in of["raise"] and since < one.day <= day]
    if grave:
        worst = max(grave, key=lambda one: (int(of["raise"][one.kind]), one.day, one.kind, one.word))
        by = Decimal(int(of["raise"][worst.kind]))
        return [Line("adjust", worst.kind, by, value=worst.word, seen=((worst.day.isoformat(), "", ""),))]
    years = int(of["clean_years"])
    if int(of["lower"]) and _clean(facts, day, years):
        return [Line("adjust", "clean", Decimal(-int(of["lower"])), value=str(years))]
    return []


def _clean(facts: Facts, day: date, years: int) -> bool:
    """Visited in each of the years, and nothing failed, nor anything else happened, in all of them."""
    begins = [add_months(day, -12 * n) for n in range(years + 1)]
    if any(begins[-1] < one.day <= day for one in facts.events):
        return False
    visits = _within(facts, day, 12 * years)
    if any(one.failed or one.failed_count for one in visits):
        return False
    return all(any(begins[n + 1] < one.day <= begins[n] for one in visits) for n in range(years))


# Food service: the annual grade -------------------------------------------------------------------------------------


def _catering(facts: Facts, tables: Tables) -> tuple[str, Decimal | None, list[Line]]:
    """The annual grade of food service: the mean of the year's visits; none where the rules say so."""
    of, day = tables.catering, tables.day
    if of is None or not tables.catering_cutoffs:
        return "", None, []

    def none(code: str, value: str = "") -> tuple[str, Decimal | None, list[Line]]:
        return "", None, [Line("catering", code, NONE, value=value)]

    if facts.licensed is not None and day < add_months(facts.licensed, int(of["new_months"])):
        return none("new", facts.licensed.isoformat())
    months = int(of["incident_months"])
    recent = [
        one.day for one in facts.events if one.kind == "incident" and one.day <= day < add_months(one.day, months)
    ]
    if recent:
        return none("incident", max(recent).isoformat())
    visits = [one for one in _within(facts, day, int(of["months"])) if one.of_line and one.checked]
    if not visits:
        return none("unvisited")
    if any(one.failed_key > int(of["key_failed_max"]) for one in visits):
        return none("key_items")
    scores = [score_of(one) for one in visits]
    mean = (sum(scores, NONE) / len(scores)).quantize(Decimal("0.1"), ROUND_DOWN)
    lines = [Line("catering", "visit", score, seen=(_seen(one),)) for score, one in zip(scores, visits, strict=True)]
    level = next((one["grade"] for one in tables.catering_cutoffs if mean >= _number(one["min"])), "")
    return level, mean, lines if level else [*lines, Line("catering", "too_low", mean)]


def score_of(visit: Visit) -> Decimal:
    """What a visit comes to, of 10: the share of its items that complied, rounded down to a tenth."""
    good = max(visit.checked - visit.failed_count, 0)
    return (Decimal(10) * good / visit.checked).quantize(Decimal("0.1"), ROUND_DOWN)


def face_of(score: Decimal, cutoffs: Iterable[Table]) -> str:
    """The face that goes with a score; empty where it is too low for any."""
    return next((str(one.get("face", "")) for one in cutoffs if score >= _number(one["min"])), "")


# When the next visit is due -----------------------------------------------------------------------------------------


def part_ends(needed: int, year: int) -> list[date]:
    """The year shared out evenly among its visits: the last day of each part."""
    months = [-(-12 * k // needed) for k in range(1, needed + 1)]  # rounded up
    return [date.fromordinal(date(year + n // 12, n % 12 + 1, 1).toordinal() - 1) for n in months]


def settled(needed: int, made: int, since: date, day: date) -> int:
    """How many of the year's visits are no longer due: those made, or those of parts that were over before the grade
    began. (Who is graded in November has not missed the visits of spring.)"""
    return min(max(made, sum(end < since for end in part_ends(needed, day.year))), needed)


def next_due(needed: int, done: int, day: date) -> date:
    """By when the next visit is due: with the end of the part that comes after those done; with all of them done, of
    the first part of the next year."""
    return part_ends(needed, day.year)[done] if done < needed else part_ends(needed, day.year + 1)[0]
