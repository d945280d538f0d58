"""The facts of many places at once: what is registered, what staff entered, what visits found."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zhijian.kernel.accounts.scope import below
from zhijian.kernel.clock.arithmetic import add_months
from zhijian.kernel.ids import among
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import LASTING, Licence, Premises
from zhijian.programmes.grading.models import Event, Grading
from zhijian.programmes.grading.points import Event as Grave
from zhijian.programmes.grading.points import Facts, Failed, Tables, Visit, line_of
from zhijian.programmes.inspection.actions import SeenVisit, seen_at

SEEN = ("id", "entity_id", "name", "area", "trade", "status", "merged_into_id")
MATTER = ("id", "kind", "state", "area", "due", "opened", "version", "entity_id", "premises_id")
MAKER = "SC"  # of a production licence: three digits of the category follow


@dataclass
class Place:
    """A place with its grade, if it has one, and everything that its grade depends on."""

    premises: Premises
    grading: Grading | None = None
    facts: Facts = field(default_factory=lambda: Facts(""))
    visits: list[SeenVisit] = field(default_factory=list)
    second: list[Grading] = field(default_factory=list)  # of a place that was joined with this one

    def graded(self, tables: Tables) -> bool:
        """Whether it is a place that is graded."""
        one = self.premises
        stands = one.status != "closed" and one.merged_into_id is None and bool(one.area)
        return stands and bool(line_of(one.trade, tables))

    def made_in(self, year: int) -> int:
        """Visits of that year that count among those of the plan: not refused, no re-check."""
        return sum(one.day.year == year and not one.refused and one.due for one in self.visits)


def places(premises: Sequence[int], tables: Tables) -> list[Place]:
    """These places with all their facts, by six queries whatever their number. In the caller's scope."""
    rows = Premises.objects.filter(pk__in=among(premises)).only(*SEEN).order_by("pk")
    found = {one.pk: Place(one) for one in rows}
    open_ones = Grading.objects.filter(matter__kind="grading", matter__closed=None)
    open_ones = open_ones.filter(matter__premises__in=among(premises))
    matters = [f"matter__{name}" for name in MATTER]
    fields = [one.attname for one in Grading._meta.concrete_fields]
    for grading in open_ones.select_related("matter").only(*fields, *matters).order_by("pk"):
        place = found[grading.matter.premises_id]
        if place.grading is None:
            place.grading = grading
        else:
            place.second.append(grading)
    licences, events = _licences(premises), _events(premises)
    seen = seen_at(premises, since_of(tables))
    for pk, one in found.items():
        one.visits = seen.get(pk, [])
        category, licensed = licences.get(pk, ("", None))
        lists = set(tables.dynamic["lists"].get(line_of(one.premises.trade, tables), ()))
        one.facts = Facts(
            one.premises.trade, one.grading.known if one.grading else {}, category, licensed,
            tuple(_visit(visit, lists) for visit in one.visits if not visit.refused),
            (*events.get(pk, ()), *(Grave("refusal", v.day, v.number) for v in one.visits if v.refused)),
        )  # fmt: skip
    return list(found.values())


def since_of(tables: Tables) -> dt.date:
    """From which day on visits matter: for points, for years without anything, for the number made this year."""
    months = max(int(tables.dynamic["months"]), int(tables.adjust["clean_years"]) * 12, 12)
    return add_months(tables.day, -months)


def _visit(seen: SeenVisit, lists: set[str]) -> Visit:
    """A visit as its line sees it: only what its own lists asked."""
    told = (seen.day, seen.number, seen.uid)
    if not seen.by_list:  # taken over, or from before lists were told apart
        return Visit(*told, (), seen.items_checked, seen.failed_count, seen.failed_key, counts=not seen.again)
    own = [counts for code, counts in seen.by_list.items() if code in lists]
    checked, failed, key = (sum(column) for column in zip(*own, strict=True)) if own else (0, 0, 0)
    items = tuple(sorted({Failed(one.list, one.no, one.key, one.text) for one in seen.failed if one.list in lists}))
    return Visit(*told, items, checked, failed, key, bool(own), not seen.again)


def _licences(premises: Sequence[int]) -> dict[int, tuple[str, dt.date | None]]:
    """Of each place the category of its production licence, and the first day of its oldest licence."""
    found: dict[int, tuple[str, dt.date | None]] = {}
    rows = Licence.objects.filter(premises__in=among(premises), status__in=LASTING).order_by("pk")
    for pk, number, begins in rows.values_list("premises_id", "number", "valid_from"):
        category, first = found.get(pk, ("", None))
        if number.startswith(MAKER) and number[2:5].isdecimal():
            category = number[2:5]
        found[pk] = (category, min((day for day in (first, begins) if day), default=None))
    return found


def _events(premises: Sequence[int]) -> dict[int, list[Grave]]:
    """What staff entered and nobody took back."""
    rows = Event.objects.filter(grading__matter__premises__in=among(premises), strikes=None, struck_by=None)
    found: dict[int, list[Grave]] = defaultdict(list)
    for pk, kind, on, word in rows.values_list("grading__matter__premises_id", "kind", "on", "word"):
        found[pk].append(Grave(kind, on, word))
    return found


def keys_of(tables: Tables, after: int, count: int) -> list[int]:
    """The next so many places after a key that are graded, or were."""
    trades = list(tables.lines)
    rows = Premises.objects.filter(pk__gt=after, trade__in=trades).order_by("pk").values_list("pk", flat=True)
    return list(rows[:count])


def left_over(tables: Tables) -> Iterable[int]:
    """Places with a grade whose trade is none that is graded any more."""
    rows = Matter.objects.filter(kind="grading", closed=None).exclude(premises__trade__in=list(tables.lines))
    return rows.values_list("premises_id", flat=True)


def due_in(areas: Iterable[tuple[str, str]], until: dt.date, most: int) -> dict[int, dt.date]:
    """The places in these areas whose next visit by their grade is due by `until`, the most urgent first. One query."""
    found: dict[int, dt.date] = {}
    for low, high in areas:
        rows = Matter.objects.filter(below("area", low, high), kind="grading", closed=None, due__lte=until)
        rows = rows.filter(grading__left__gt=0, premises__isnull=False).order_by("due", "pk")
        found |= dict(rows.values_list("premises", "due")[:most])
    return dict(sorted(found.items(), key=lambda one: (one[1], one[0]))[:most])
