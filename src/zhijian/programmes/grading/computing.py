"""Counting grades anew: of one place after a visit, of the whole city by night. A person decides what follows from it.

Only a grade that comes out otherwise than when it was last decided is a step of its own; points and the number of
visits are written where they changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import among
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import Planted, Planter
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.grading import points, reading, rules
from zhijian.programmes.grading.models import Grading
from zhijian.programmes.grading.points import Outcome, Tables
from zhijian.programmes.grading.reading import Place

BATCH = 2000  # places that are read, counted and written together
COUNTED = (
    "computed", "points", "static", "dynamic", "lines", "tables", "unknown", "catering", "score", "face",
)  # fmt: skip
KEPT = (*COUNTED, "group", "needed", "usual", "made", "left")
AfterOpening = Callable[[Planter, Planted], Any]


@dataclass
class Done:
    """What a round came to."""

    opened: int = 0
    stepped: int = 0
    written: int = 0
    ended: int = 0
    gradings: list[int] = field(default_factory=list)


def outcome_of(place: Place, tables: Tables) -> Outcome:
    """The grade of a place by the tables."""
    return points.grade(place.facts, tables)


def told(outcome: Outcome, tables: Tables) -> dict[str, Any]:
    """What came out as the record keeps it."""
    face = points.face_of(outcome.score, tables.catering_cutoffs) if outcome.score is not None else ""
    return {
        "computed": outcome.grade, "points": _tenths(outcome.total), "static": _tenths(outcome.static),
        "dynamic": _tenths(outcome.dynamic), "unknown": outcome.unknown, "catering": outcome.catering,
        "score": outcome.score, "face": face if outcome.catering else "",
        "lines": [_line(one) for one in outcome.lines], "tables": _tables(tables, outcome),
    }  # fmt: skip


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))


def _line(one: points.Line) -> dict[str, Any]:
    made: dict[str, Any] = {"part": one.part, "code": one.code, "points": str(one.points.normalize() + 0)}
    made |= {name: value for name in ("name", "value") if (value := getattr(one, name))}
    if one.seen:
        made["seen"] = [list(seen) for seen in one.seen]
    return made if one.known else {**made, "known": False}


def _tables(tables: Tables, outcome: Outcome) -> list[dict[str, Any]]:
    """The rows that were used: their rule, article, first day, and whether they are verified."""
    parts = {one.part for one in outcome.lines}
    names = [
        "cutoffs",
        "visits",
        "dynamic",
        "adjust",
        *(["catering", "catering_cutoffs"] if "catering" in parts else []),
    ]
    return [
        {
            "what": name,
            "rule": one.rule,
            "article": one.article,
            "since": one.since.isoformat(),
            "unverified": one.unverified,
        }
        for name in (f"static_{outcome.line}", *names)
        if (one := tables.grounds.get(name)) is not None
    ]


# One round ----------------------------------------------------------------------------------------------------------


def settle(premises: Sequence[int], tables: Tables | None = None, after: AfterOpening | None = None) -> Done:
    """Count these places anew and do what follows. `after` is done to each grade that is opened (the demo's story)."""
    at = when.now()
    tables = tables or rules.tables(calendar.legal_day(at))
    done = Done()
    if tables is None:
        return done
    with scoped(SYSTEM):
        found = reading.places(premises, tables)
        changed: list[Grading] = []
        matters: list[Matter] = []
        fresh: list[Place] = []
        for place in found:
            for over in place.second:
                perform(over.matter, "end", SYSTEM, at=at, reason="merged")
                done.ended += 1
            if place.grading is not None and not _stays(place, tables):
                perform(place.grading.matter, "end", SYSTEM, at=at, reason=_why_over(place, tables))
                done.ended += 1
                place.grading = None
            if place.graded(tables) and place.grading is None:
                fresh.append(place)
            elif place.grading is not None:
                _again(place, tables, at, changed, matters, done)
        Grading.objects.bulk_update(changed, [*KEPT, "computed_on"], batch_size=500)
        Matter.objects.bulk_update(matters, ["due"], batch_size=1000)
        done.written = len({*(one.pk for one in changed), *(one.pk for one in matters)})
        _open(fresh, tables, at, after, done)
    return done


def _stays(place: Place, tables: Tables) -> bool:
    assert place.grading is not None
    return place.graded(tables) and place.grading.matter.entity_id == place.premises.entity_id


def _why_over(place: Place, tables: Tables) -> str:
    if place.premises.merged_into_id is not None:
        return "merged"
    if place.premises.status == "closed":
        return "closed"
    return "trade" if not place.graded(tables) else "another"


def _again(
    place: Place, tables: Tables, at: dt.datetime, changed: list[Grading], matters: list[Matter], done: Done
) -> None:
    """A place that has a grade: another office, another computed grade, other points, other days."""
    record = place.grading
    assert record is not None
    if record.matter.area != place.premises.area and place.premises.area:
        record.matter = perform(record.matter, "move", SYSTEM, at=at, area=place.premises.area)
    new = told(outcome_of(place, tables), tables)
    verb = verb_for(record.matter.state, record, new["computed"])
    if verb:
        record.matter = perform(record.matter, verb, SYSTEM, at=at, computed=new["computed"], points=new["points"])
        done.stepped += 1
    if write(record, new, place, tables) or verb:
        record.computed_on = tables.day
        changed.append(record)
    due = due_of(record, tables.day)
    if record.matter.due != due:
        record.matter.due = due
        matters.append(record.matter)


def verb_for(state: str, record: Grading, computed: str) -> str:
    """Which step says what came out; empty where nothing that a person must know of has changed."""
    if state == "held" and computed != record.decided:
        return "propose"
    if state == "proposed" and record.grade and computed == record.decided:
        return "settle"
    return "recompute" if computed != record.computed else ""


def write(record: Grading, new: dict[str, Any], place: Place, tables: Tables) -> bool:
    """Put what came out into the record (not saved). Whether anything changed."""
    new = {**new, "group": tables.lines[place.premises.trade], "made": place.made_in(tables.day.year)}
    was = {name: getattr(record, name) for name in KEPT}
    for name, value in new.items():
        setattr(record, name, value)
    reckon(record, tables)
    return was != {name: getattr(record, name) for name in KEPT}


def reckon(record: Grading, tables: Tables) -> None:
    """How many visits the grade asks for in a year, and how many of them are left (not saved)."""
    least, usual = tables.visits.get(record.goes_by, (1, 1))
    record.needed, record.usual = int(least), int(usual)
    record.left = record.needed - _settled(record, tables.day)


def due_of(record: Grading, day: dt.date) -> dt.date:
    """By when its next visit is due."""
    return points.next_due(record.needed, _settled(record, day), day)


def _settled(record: Grading, day: dt.date) -> int:
    since = record.since or calendar.legal_day(record.matter.opened)
    return points.settled(record.needed, record.made, since, day)


def _open(fresh: Iterable[Place], tables: Tables, at: dt.datetime, after: AfterOpening | None, done: Done) -> None:
    """A grade for each place that has none: proposed, until a person confirms it."""
    from zhijian.programmes.grading.flow import GRADING

    fresh, planter = _still_without(list(fresh)), Planter()
    entities = Entity.objects.only("id", "name").in_bulk({one.premises.entity_id for one in fresh})
    for place in fresh:
        new = told(outcome_of(place, tables), tables)
        about = About(place.premises.name, place.premises.area, entities[place.premises.entity_id], place.premises)
        planted = planter.perform(
            GRADING, "compute", SYSTEM, at=at, about=about, by_field={"computed_on": tables.day},
            computed=new["computed"], points=new["points"],
        )  # fmt: skip
        record = planted.record
        assert isinstance(record, Grading)
        write(record, new, place, tables)
        if after is not None:
            after(planter, planted)
        planted.matter.due = due_of(record, tables.day)
        done.gradings.append(planted.matter.pk)
    planter.flush()
    done.opened += len(fresh)


def _still_without(fresh: list[Place]) -> list[Place]:
    """Those that nobody has opened a grade for meanwhile; who comes second waits here for the first."""
    if not fresh:
        return []
    keys = [one.premises.pk for one in fresh]
    list(Premises.objects.select_for_update(no_key=True).filter(pk__in=among(keys)).order_by("pk").values_list("pk"))
    opened = Matter.objects.filter(kind="grading", closed=None, premises__in=among(keys))
    taken = set(opened.values_list("premises_id", flat=True))
    return [one for one in fresh if one.premises.pk not in taken]


def settle_all(after: AfterOpening | None = None) -> Done:
    """The whole city, batch by batch, each in a transaction of its own."""
    total, last = Done(), 0
    tables = rules.tables(calendar.legal_day(when.now()))
    if tables is None:
        return total
    with scoped(SYSTEM):
        over = list(reading.left_over(tables))
    settle(over, tables)
    while keys := reading.keys_of(tables, last, BATCH):
        done, last = settle(keys, tables, after), keys[-1]
        total.opened += done.opened
        total.stepped += done.stepped
        total.written += done.written
        total.ended += done.ended
    return total
