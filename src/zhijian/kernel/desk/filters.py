"""Filters of lists: each reads one or two parameters and narrows the rows; they stay in the address bar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import area_filter, below
from zhijian.kernel.clock import calendar, clocks, past_due
from zhijian.kernel.desk.columns import accessor
from zhijian.kernel.matters import pairs
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Entity
from zhijian.kernel.registry.search import matching

Rows: TypeAlias = QuerySet[Matter]
Options = list[tuple[str, str]]
PEOPLE = 300  # of the longest list of people to choose from


@dataclass(frozen=True)
class Filter:
    """One filter: `params` it reads, how it is drawn, what can be chosen, and how it narrows."""

    code: str
    label: str | Promise
    widget: Literal["search", "select", "check", "dates"]
    apply: Callable[[Rows, dict[str, str], Actor], Rows]
    options: Callable[[Actor], Options] = lambda actor: []
    params: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The parameters of the address that belong to it."""
        return self.params or (self.code,)


@dataclass
class Shown:
    """A filter as a page shows it."""

    filter: Filter
    value: str
    values: dict[str, str] = field(default_factory=dict)
    options: Options = field(default_factory=list)


def _text(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    """Number, title, or an entity that the register's own search finds."""
    typed = given["q"].strip()
    found = list(matching(Entity.objects.all(), typed).values_list("pk", flat=True)) if len(typed) > 1 else []
    return rows.filter(Q(number__contains=typed) | Q(title__contains=typed) | Q(entity_id__in=found))


def _area(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    return rows.filter(below("area", given["area"]))


def area_options(actor: Actor) -> Options:
    """The tree of places within the person's scope, deeper ones set in."""
    mine = [area for area in stack().areas.values() if actor.can_read(area.code)]
    depth = {"city": 0, "district": 1, "office": 2}
    least = min((depth.get(area.level, 2) for area in mine), default=0)
    mine.sort(key=lambda area: area.code)
    return [(a.code, "　" * (depth.get(a.level, 2) - least) + (a.short or a.name)) for a in mine]


def _assignee(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    who = given["assignee"]
    if who == "me":
        return rows.filter(assignee_id=actor.person_id)
    if who == "none":
        return rows.filter(assignee=None)
    return rows.filter(assignee_id=int(who)) if who.isdecimal() else rows


def people(actor: Actor, roles: list[str] | None = None, area: str = "") -> Options:
    """Active staff with a post (one of `roles`) inside `area`, or inside the actor's own scope; by name."""
    day = calendar.today()
    posts: dict[str, Any] = {"posts__since__lte": day}
    where = Q(posts__until=None) | Q(posts__until__gte=day)
    if roles:
        posts["posts__role__in"] = roles
    if area:
        where &= below("posts__jurisdiction_id", area)
    else:
        where &= area_filter(actor, "posts__jurisdiction_id")
    found = Person.objects.filter(where, is_active=True, **posts).distinct().order_by("name_key", "pk")
    return [(str(pk), name) for pk, name, _key in found.values_list("pk", "name", "name_key")[:PEOPLE]]


def _assignees(actor: Actor) -> Options:
    return [("me", _("me")), ("none", _("nobody yet")), *people(actor)]


def _overdue(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    return rows.filter(past_due(), closed=None)


def _due(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    """How the nearest clock of what is open stands; of two that hold, the nearer one."""
    found = clocks.standing()
    if given["due"] not in found:
        return rows
    rows = rows.filter(found.pop(given["due"]), closed=None)
    if given["due"] == "today":
        return rows.exclude(found["late"])
    return rows.exclude(found["soon"]) if given["due"] == "later" else rows


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _period(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    first, last = _date(given.get("from", "")), _date(given.get("to", ""))
    if first:
        rows = rows.filter(opened__gte=calendar.start_of(first))
    if last:
        rows = rows.filter(opened__lt=calendar.end_of(last))
    return rows


def _flags(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    return rows.exclude(flags=[])


def _urgency(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
    return rows.filter(urgency=int(given["urgency"])) if given["urgency"].isdecimal() else rows


DUE = {
    "late": gettext_lazy("Overdue"),
    "today": gettext_lazy("Due today"),
    "soon": gettext_lazy("Due soon"),
    "later": gettext_lazy("Due later"),
    "none": gettext_lazy("Without a time limit"),
}
STANDARD = {
    one.code: one
    for one in (
        Filter("q", gettext_lazy("Number, title, enterprise"), "search", _text),
        Filter("area", gettext_lazy("Area"), "select", _area, area_options),
        Filter("assignee", gettext_lazy("In charge"), "select", _assignee, _assignees),
        Filter("overdue", gettext_lazy("Overdue only"), "check", _overdue),
        Filter("due", gettext_lazy("Time limit"), "select", _due, lambda actor: [(k, str(v)) for k, v in DUE.items()]),
        Filter("period", gettext_lazy("Opened"), "dates", _period, params=("from", "to")),
        Filter("flags", gettext_lazy("Something to look at"), "check", _flags),
        Filter(
            "urgency", gettext_lazy("Urgency"), "select", _urgency,
            lambda actor: [(str(v), str(label)) for v, label in Matter.Urgency.choices],
        ),
    )
}  # fmt: skip
STANDARD["single"] = Filter(
    "single", gettext_lazy("One officer only"), "check",
    lambda rows, given, actor: rows.filter(pairs.alone(pairs.kinds())),
)  # fmt: skip
STANDARD["owner"] = STANDARD["assignee"]


def state_filter(flows: list[Flow]) -> Filter:
    """By state; "open" and "closed" gather what is not over and what is."""

    def narrow(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
        state = given["state"]
        if state in ("open", "closed") and state not in codes:
            return rows.filter(closed__isnull=state == "open")
        return rows.filter(state=state)

    labels = {state.code: state.label for flow in flows for state in flow.states}
    codes = set(labels)

    def options(actor: Actor) -> Options:
        over = [("open", _("all that are open")), ("closed", _("all that are over"))]
        return [*(o for o in over if o[0] not in codes), *((code, str(label)) for code, label in labels.items())]

    return Filter("state", gettext_lazy("State"), "select", narrow, options)


def kind_filter(flows: list[Flow]) -> Filter:
    """By kind, for lists of several."""
    return Filter(
        "kind",
        gettext_lazy("Kind"),
        "select",
        lambda rows, given, actor: rows.filter(kind=given["kind"]),
        lambda actor: [(flow.kind, str(flow.title)) for flow in flows],
    )


def filter_of(flows: list[Flow], code: str) -> Filter:
    """The standard filter of that code, or one for the record's field of that name. Raises ValueError for neither."""
    if code == "state":
        return state_filter(flows)
    if code == "kind":
        return kind_filter(flows)
    if code in STANDARD:
        return STANDARD[code]
    flow = flows[0]
    if flow.record is None:
        raise ValueError(f"{flow.kind} has no filter {code}")
    made: Any = flow.record._meta.get_field(code)
    path = f"{accessor(flow)}__{code}"

    def narrow(rows: Rows, given: dict[str, str], actor: Actor) -> Rows:
        try:
            return rows.filter(**{path: made.to_python(given[code])})
        except Exception:  # noqa: BLE001 -- nonsense in the address narrows nothing
            return rows

    def options(actor: Actor) -> Options:
        if made.choices:
            return [(str(value), str(label)) for value, label in made.choices]
        return [("True", _("yes")), ("False", _("no"))]

    return Filter(code, made.verbose_name, "select", narrow, options)
