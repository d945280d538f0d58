"""Command centres: what is open in a list, counted live by state and time limit, by area and by person.

One grouped query over the open matters (a partial index holds no others) gives every number of the page, so they agree
with each other; each leads to the list with the filters that give the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import clocks
from zhijian.kernel.desk import lists, menu, outlines, said
from zhijian.kernel.desk.filters import DUE
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack

PEOPLE = 20  # with most in hand
NEXT = 10
POINTS = 300  # on the map: those with the nearest day
NEAREST = (F("due").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "pk")


@dataclass(frozen=True)
class Centre:
    """A command centre: its name in the address, its title, the list that it counts, and whose it is."""

    code: str
    title: str | Promise
    list: str
    roles: frozenset[Role]


_centres: dict[str, Centre] = {}


def centre(code: str, title: str | Promise, listed: str, roles: Iterable[Role], order: int = 5) -> None:
    """Register a command centre over a list of matters (its slug) and put it on the menu of those who hold a role."""
    _centres[code] = made = Centre(code, title, listed, frozenset(roles))
    menu.item(f"centre_{code}", title, f"/centre/{code}/", made.roles, order=order)


def centre_of(code: str, actor: Actor) -> Centre | None:
    """The one of that name, if it is the person's."""
    lists.load()  # the modules that declare lists declare these
    found = _centres.get(code)
    return found if found is not None and found.roles & actor.roles_at() else None


@dataclass
class Row:
    """A line of a table: what it counts, how many by time limit, and the filters that give them."""

    label: str
    filters: dict[str, str]
    url: str = ""  # where a closer look is
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DUE, 0))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def cells(self, base: dict[str, str], address: str) -> Iterator[tuple[str, int, str]]:
        """Time limit (none for all of them), number, and the address of the list with just these."""
        for due, n in {"": self.total, **self.counts}.items():
            yield due, n, f"{address}?{urlencode({**base, **self.filters, **({'due': due} if due else {})})}"


@dataclass(frozen=True)
class Standing:
    """How everything stands: one total, and the same number by kind and state, by area, by person."""

    whole: Row
    states: list[tuple[str, list[Row]]]
    areas: list[Row]
    people: list[Row]


def rows_of(one: Centre, actor: Actor, area: str = "") -> QuerySet[Matter]:
    """The open matters of a centre that the person reads, of `area` only where it is given."""
    return lists.load()[one.list].narrowed(actor, {"state": "open", **({"area": area} if area else {})})


def look(one: Centre, actor: Actor, area: str) -> Standing:
    """Count what is open below `area`. Two queries: the numbers, and the names of those who have most in hand."""
    when = Case(
        *(When(condition, then=Value(name)) for name, condition in clocks.standing().items()),
        default=Value("none"), output_field=CharField(),
    )  # fmt: skip
    rows = rows_of(one, actor, area).order_by().annotate(stands=when)
    counted = list(rows.values_list("kind", "state", "area", "assignee", "stands").annotate(n=Count("pk")))
    whole = Row(said.area_name(area) or str(_("All")), {})
    states: dict[tuple[str, str], Row] = {}
    places: dict[str, Row] = {}
    people: dict[int | None, Row] = {}
    for kind, state, place, person, stands, n in counted:
        below = _part_of(area, place)
        for row in (
            whole,
            states.setdefault((kind, state), Row("", {"kind": kind, "state": state})),
            places.setdefault(below, Row(said.area_name(below) or below, {"area": below})),
            people.setdefault(person, Row("", {"assignee": str(person) if person else "none"})),
        ):
            row.counts[stands] += n
    return Standing(whole, _by_kind(one, states), _by_area(one, area, places), _by_person(people))


def _part_of(area: str, place: str) -> str:
    """The area right below `area` in which a place lies; itself where it lies with the centre."""
    known = stack().areas
    while (here := known.get(place)) is not None and place != area and here.parent != area:
        place = here.parent or area
    return place


def _by_kind(one: Centre, found: dict[tuple[str, str], Row]) -> list[tuple[str, list[Row]]]:
    def named(flow: Flow) -> list[Row]:
        rows = []
        for state in flow.states:
            if (row := found.get((flow.kind, state.code))) is not None:
                row.label = str(state.label)
                rows.append(row)
        return rows

    flows = lists.load()[one.list].all_flows()
    return [(str(flow.plural or flow.title), rows) for flow in flows if (rows := named(flow))]


def _by_area(one: Centre, area: str, found: dict[str, Row]) -> list[Row]:
    """The parts of the area in their order; what lies with the centre itself has no list of its own."""
    for code, row in found.items():
        if code == area and len(found) > 1:
            row.label, row.filters = _("%(place)s itself") % {"place": row.label}, {}
        elif code != area and code not in stack().leaves:
            row.url = f"/centre/{one.code}/?{urlencode({'area': code})}"
    return [found[code] for code in sorted(found)]


def _by_person(found: dict[int | None, Row]) -> list[Row]:
    """Who has most in hand, and before them what nobody has."""
    most = sorted((pk for pk in found if pk), key=lambda pk: (-found[pk].total, pk))[:PEOPLE]
    names = dict(Person.objects.filter(pk__in=most).values_list("pk", "name"))
    for pk in most:
        found[pk].label = names[pk]
    if None in found:
        found[None].label = _("nobody yet")
    return [found[pk] for pk in ([None] if None in found else []) + most]


def nearest(one: Centre, actor: Actor, area: str) -> list[Matter]:
    """What breaks next: the nearest clocks that still run in time."""
    rows = rows_of(one, actor, area).filter(due__isnull=False).exclude(clocks.past_due())
    return list(rows.select_related("assignee").order_by(*NEAREST)[:NEXT])


def points(one: Centre, actor: Actor, area: str, address: Callable[[Matter], str]) -> dict[str, Any] | None:
    """The map of those at a known place, the nearest day first; None where no ground is known."""
    rows = rows_of(one, actor, area).filter(premises__lat__isnull=False).select_related("premises")
    rows = rows.only("uid", "title", "due", "due_at", "premises__lat", "premises__lon").order_by(*NEAREST)
    found = list(rows[:POINTS])
    ground, tiles = outlines.ground([area]), stack().setting("map_tiles", "")
    if not found or not (ground or tiles):
        return None
    middle = stack().setting("centre", ["0", "0"])
    shown = []
    for matter in found:
        due = said.due_of(matter.due, matter.due_at)
        place = matter.premises
        assert place is not None
        shown.append({"name": matter.title, "lat": str(place.lat), "lon": str(place.lon), "url": address(matter),
                      "bad": bool(due and due.tone == "late")})  # fmt: skip
    return {"points": shown, **(ground or {}), "tiles": tiles, "lat": middle[0], "lon": middle[1]}
