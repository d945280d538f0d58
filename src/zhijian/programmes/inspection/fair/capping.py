"""The yearly cap on planned visits: counted by one query, refused where it is reached and no exception is named.

What the cap is stands in the rule `inspection.frequency_cap`: a number for everybody, or a table of `any`, kinds of
visits that count, and risk grades (`A` to `D`). A grade's number takes the place of `any`; a kind's number binds
besides. No number is shipped: none was published.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.inspection import kinds, rules
from zhijian.programmes.inspection.models import Inspection, Outside, Purpose

NEVER_MADE = ("cancelled", "hindered")
PLANNED = "planned"  # what counts: no exception
ALL = tuple(Outside(value) for value in Outside.values)


def _said(facts: dict[str, Any]) -> str:
    of = facts.get("outside", "")
    why = Outside(of).label if of in Outside.values else of
    told = {"why": why, "reason": facts.get("reason") or "–", "n": facts.get("counted", 0)}
    return _t("Outside the yearly cap: %(why)s (%(reason)s). Visits that counted by then: %(n)s") % told


OUTSIDE = ledger.entry_kind("inspection.outside_cap", label=_("Outside the yearly cap"), describe=_said)


@dataclass(frozen=True)
class Standing:
    """How an enterprise's year stands: visits that count, those outside the cap, and each cap with what it counts."""

    year: int
    counted: int
    outside: int
    bounds: tuple[tuple[int, int], ...] = ()  # (visits, cap)

    @property
    def reached(self) -> bool:
        """Whether one more visit that counts would pass a cap."""
        return any(rules.cap_reached(n, cap, PLANNED) for n, cap in self.bounds)

    @property
    def over(self) -> bool:
        """Whether there are more than allowed already."""
        return any(n > cap for n, cap in self.bounds)

    @property
    def tightest(self) -> tuple[int, int] | None:
        """The cap of which least is left, and what stands against it: (visits, cap). None where there is no cap."""
        return min(self.bounds, key=lambda bound: bound[1] - bound[0], default=None)


def caps(value: Any, purpose: str, grade: str) -> tuple[int | None, int | None]:
    """The cap on all visits and that on visits of the purpose, as the rule's value has them; None: no cap.

    >>> caps({"any": 3, "special": 1, "A": 1}, "special", "A")
    (1, 1)
    """
    if value is None or isinstance(value, int):
        return value, None
    table: Mapping[str, int] = value
    own = table.get(grade, table.get("any")) if grade else table.get("any")
    return own, table.get(purpose)


def made_in(year: int) -> Q:
    """Visits that were made in a year; of those taken over without an hour the day on which they were closed."""
    begin, end = calendar.start_of(dt.date(year, 1, 1)), calendar.start_of(dt.date(year + 1, 1, 1))
    taken_over = Q(started=None, planned_for=None, matter__closed__gte=begin, matter__closed__lt=end)
    return Q(started__gte=begin, started__lt=end) | taken_over


def visits(year: int) -> QuerySet[Inspection]:
    """The visits of a year: made by their day, else planned for it. What was cancelled or ended at a shut door is none,
    nor is one more record of the same visit.

    Narrowed to enterprises or premises, the index on their matters answers it.
    """
    planned = Q(started=None, planned_for__range=(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    return Inspection.objects.filter(made_in(year) | planned, twice_of=None).exclude(matter__state__in=NEVER_MADE)


def standing(
    entity: Entity, day: dt.date, purpose: str = "", *, premises: Any = None, but: int | None = None
) -> Standing:
    """How the enterprise's year of `day` stands, over all offices (it is a number, no row is shown). One query.

    `premises`: whose risk grade binds, and which are counted alone where the place's rule counts by premises.
    `but`: a visit that is left out, because it is the one that is being decided on.
    """
    alone = premises is not None and rules.CAP_COUNTS.value(day, "enterprise") == "premises"
    with scoped(SYSTEM):
        rows = visits(day.year).filter(matter__entity=entity.pk)
        rows = rows.filter(matter__premises=premises.pk) if alone else rows
        rows = rows.exclude(pk=but) if but is not None else rows
        found = list(rows.values_list("purpose", "outside").annotate(n=Count("pk")).order_by())
    counts = [(kind, n) for kind, outside, n in found if cause_of(kind, outside) == PLANNED]
    total = sum(n for _kind, n in counts)
    against = (total, sum(n for kind, n in counts if kind == purpose))
    grade = premises.risk if premises is not None else ""
    most = caps(rules.FREQUENCY_CAP.value(day), purpose, grade)
    bounds = tuple((n, cap) for n, cap in zip(against, most, strict=True) if cap is not None)
    return Standing(day.year, total, sum(n for *_kind, n in found) - total, bounds)


def full(places: Iterable[tuple[int, int, str]], day: dt.date) -> set[int]:
    """Of places (premises, entity, risk grade) those whose enterprise has had as many visits in the year of `day` as
    the cap allows: no routine visit is offered there. One query; where there is no cap, none."""
    places = list(places)
    value = rules.FREQUENCY_CAP.value(day)
    if value is None or not places:
        return set()
    by = "premises" if rules.CAP_COUNTS.value(day, "enterprise") == "premises" else "entity"
    counted_as = {place: place if by == "premises" else entity for place, entity, _risk in places}
    with scoped(SYSTEM):  # numbers over all offices, no row is shown
        rows = visits(day.year).filter(**{f"matter__{by}__in": set(counted_as.values())})
        found = list(rows.values_list(f"matter__{by}", "purpose", "outside").annotate(n=Count("pk")).order_by())
    every: Counter[int] = Counter()
    routine: Counter[int] = Counter()
    for key, purpose, outside, n in found:
        if cause_of(purpose, outside) == PLANNED:
            every[key] += n
            routine[key] += n if purpose == Purpose.ROUTINE else 0
    full_ones = set()
    for place, _entity, risk in places:
        key = counted_as[place]
        bounds = zip((every[key], routine[key]), caps(value, str(Purpose.ROUTINE), risk), strict=True)
        if any(rules.cap_reached(n, cap, PLANNED) for n, cap in bounds):
            full_ones.add(place)
    return full_ones


def cause_of(purpose: str, outside: str | None) -> str:
    """What a visit comes from: the ground that was named, or that its kind stands on by itself; else it counts."""
    return outside or kinds.by_itself(purpose) or PLANNED


def allowed(day: dt.date) -> list[Outside]:
    """The exceptions that the place knows on that day."""
    return [one for one in ALL if rules.EXCEPTIONS[one.value].value(day, False)]


def at_the_door(day: dt.date) -> list[str]:
    """The exceptions that may be named for a visit begun at a door: those of the kinds that are planned by hand."""
    grounds = {ground for kind in kinds.plannable(day) for ground in kind.grounds}
    return [one.value for one in allowed(day) if one in grounds]


def named(ground: str, reason: str, day: dt.date) -> dict[str, str]:
    """The fields of a visit that was begun under an exception; nothing where the law knows none such, or nothing calls
    for it: then the visit counts."""
    known = ground in at_the_door(day) and reason.strip()
    return {"outside": ground, "outside_reason": reason.strip()} if known else {}


def _between_counting_and_planning() -> None:
    """A test waits here for the other one."""


def _lock(entity: Entity) -> None:
    """Two who plan for the same enterprise go one after the other: the second counts what the first planned."""
    list(Entity.objects.select_for_update(of=("self",), no_key=True).filter(pk=entity.pk).values_list("pk"))


locking: Callable[[Entity], None] = _lock


def within_cap(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """One visit more than the cap allows needs an exception, and what calls for it; both are kept.

    Putting a visit off within its year takes no place; into another year it takes one there.
    """
    if facts is None or matter.entity is None:
        return ok()
    day = getattr(facts, "planned_for", None) or (record.planned_for if record else None) or matter.day
    purpose = getattr(facts, "purpose", None) or (record.purpose if record else Purpose.ROUTINE)
    kind = kinds.of(str(purpose), day)
    outside = record.outside if record is not None else (facts.outside or kind.by_itself)
    if record is None and outside:
        if outside not in allowed(day):
            return no(_("The law here knows no such exception: choose another one, or none."))
        if outside not in kind.grounds:
            return no(_("A visit of this kind cannot fall under this exception: choose another kind, or none."))
        if not facts.outside_reason.strip():
            return no(_("Say what calls for this visit: the number of the complaint, of the clue or of the document."))
    if record is not None and record.planned_for is not None and record.planned_for.year == day.year:
        return ok()
    if cause_of(str(purpose), outside) != PLANNED:
        return ok()
    return _a_place_left(matter, record, str(purpose), day)


def _a_place_left(matter: Matter, record: Inspection | None, purpose: str, day: dt.date) -> Guard:
    assert matter.entity is not None
    if rules.FREQUENCY_CAP.maybe(day) is None:
        return ok()
    locking(matter.entity)
    found = standing(matter.entity, day, purpose, premises=matter.premises, but=record.pk if record else None)
    _between_counting_and_planning()
    if not found.reached:
        return ok()
    assert found.tightest is not None
    n, cap = found.tightest
    told = {"year": found.year, "n": n, "cap": cap}
    return no(
        _("Visits of this enterprise that count in %(year)s already: %(n)s; the cap is %(cap)s. Name the lawful"
          " exception that this visit falls under, or plan it for next year.") % told, rules.FREQUENCY_CAP,
    )  # fmt: skip


def say_outside(matter: Matter, record: Inspection, actor: Actor, at: dt.datetime) -> None:
    """A visit outside the cap says so in the ledger, with how the year stood."""
    cause = cause_of(record.purpose, record.outside)
    if cause == PLANNED or matter.entity is None:
        return
    if not record.outside:
        record.outside = cause
        record.save(update_fields=["outside"])
    day = record.planned_for or matter.day
    now = standing(matter.entity, day, record.purpose, premises=matter.premises, but=record.pk)
    ledger.record(
        OUTSIDE.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, at=at,
        data={
            "outside": cause, "reason": record.outside_reason, "rule": rules.EXCEPTIONS[cause].name,
            "counted": now.counted, "bounds": [list(bound) for bound in now.bounds],
        },
    )  # fmt: skip


def over_cap(matter: Matter, day: dt.date) -> Standing | None:
    """For a visit begun at the door: how the year stands, if it is one too many. It has happened: that is a doubt."""
    if matter.kind != "inspection" or matter.entity is None or rules.FREQUENCY_CAP.maybe(day) is None:
        return None
    record = Inspection.objects.get(pk=matter.pk)
    if record.twice_of_id is not None or cause_of(record.purpose, record.outside) != PLANNED:
        return None
    found = standing(matter.entity, day, record.purpose, premises=matter.premises)
    return found if found.over else None
