"""Lists of matters: a programme declares what stands in it; paging, filters, bulk work and Excel are here.

class ProblemList(MatterList):
    flow = PROBLEM
    columns = ["number", "entity", "title", "state", "owner", "due"]
    filters = ["state", "area", "category", "owner", "overdue"]
    bulk = ["plan", "assign"]
    export = True
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import READING_ROLES, Relation, Role
from zhijian.kernel.desk import filters as narrowing
from zhijian.kernel.desk.columns import Column, column_of
from zhijian.kernel.desk.paging import Order
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters import pairs
from zhijian.kernel.matters.catalogue import KERNEL, furniture
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable, readers

ALWAYS = (
    "id", "uid", "kind", "number", "title", "area", "state", "due", "due_at", "closed", "version", "entity_id",
    "opened",
)  # fmt: skip


@dataclass(frozen=True)
class Many:
    """What is done to chosen rows as a whole, on a page of its own: its words, and the address that takes the list.

    For `roles`; none named: for whoever has a bulk step of the list.
    """

    label: str | Promise
    url: str
    roles: tuple[Role, ...] = ()
    do_not_call_in_templates: ClassVar[bool] = True


class MatterList:
    """A list of the matters of a flow (or of several). Declare a subclass in a programme's `desk.py`; that is all.

    `name` stands in the address (the flow's kind by default), `start` are filters that hold until somebody chooses,
    `panels` are shown on the record page of the flow's matters, `room` puts it on the menu, `empty` says what would be
    here and how it gets here. `bulk` are the verbs that are fit to be done to many at once, from the page or by a sheet
    that comes back (`sheets`); one that opens a matter, by a sheet only. `many` are acts on the chosen rows as a whole.
    `exported` are columns that only Excel has. `pages` names a page of the programme's own that opens a matter: verb →
    name of its address. `opens` names what opens a matter where a plain step is not enough:
    verb → function(actor, about, facts) -> Matter.
    """

    flow: ClassVar[Flow | None] = None
    flows: ClassVar[Sequence[Flow]] = ()
    name: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""
    columns: ClassVar[Sequence[str | Column]] = ("number", "title", "entity", "area", "state", "assignee", "due")
    filters: ClassVar[Sequence[str | narrowing.Filter]] = ("q", "state", "area", "assignee", "overdue", "period")
    start: ClassVar[dict[str, str]] = {}
    bulk: ClassVar[Sequence[str]] = ()
    many: ClassVar[Sequence[Many]] = ()
    exported: ClassVar[Sequence[str | Column]] = ()
    export: ClassVar[bool] = True
    order: ClassVar[Order] = "newest"
    roles: ClassVar[frozenset[Role] | None] = None
    panels: ClassVar[Sequence[str | Panel]] = ()
    room: ClassVar[bool] = True
    rank: ClassVar[int] = 50
    empty: ClassVar[str | Promise] = ""
    opens: ClassVar[dict[str, Callable[..., Matter]]] = {}
    pages: ClassVar[dict[str, str]] = {}
    do_not_call_in_templates: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.all_flows():
            _lists[cls.slug()] = cls

    @classmethod
    def all_flows(cls) -> list[Flow]:
        """The flows whose matters stand in it."""
        return list(cls.flows) or ([cls.flow] if cls.flow else [])

    @classmethod
    def kinds(cls) -> list[str]:
        return [flow.kind for flow in cls.all_flows()]

    @classmethod
    def slug(cls) -> str:
        return cls.name or cls.kinds()[0]

    @classmethod
    def url(cls) -> str:
        return f"/l/{cls.slug()}/"

    @classmethod
    def opens_at(cls, flow: Flow, step: Step) -> str:
        """The page that opens a matter by this step."""
        return reverse(cls.pages[step.verb]) if step.verb in cls.pages else reverse("open", args=[flow.kind, step.verb])

    @classmethod
    def label(cls) -> str | Promise:
        first = cls.all_flows()[0]
        return cls.title or first.plural or first.title

    @classmethod
    def who(cls) -> frozenset[Role]:
        """Whose room it is: those named, else everybody for whom the flow has a step, and those who oversee."""
        if cls.roles is not None:
            return cls.roles
        return frozenset().union(*(readers(flow) for flow in cls.all_flows()))

    @classmethod
    def made_columns(cls, export: bool = False) -> list[Column]:
        """The columns of the page, or those of the Excel file."""
        flow = cls.all_flows()[0]
        named = [*cls.columns, *cls.exported] if export else cls.columns
        return [column if isinstance(column, Column) else column_of(flow, column) for column in named]

    @classmethod
    def made_filters(cls) -> list[narrowing.Filter]:
        codes = list(cls.filters)
        if "q" not in codes:
            codes.insert(0, "q")
        if len(cls.all_flows()) > 1 and "kind" not in codes:
            codes.insert(1, "kind")
        if "single" not in codes and any(pairs.naming(flow) for flow in cls.all_flows()):
            codes.append("single")
        flows = cls.all_flows()
        return [code if isinstance(code, narrowing.Filter) else narrowing.filter_of(flows, code) for code in codes]

    @classmethod
    def base(cls, actor: Actor) -> QuerySet[Matter]:
        """The rows that the actor may see, with constants so that the index by kind and area is used."""
        kinds = cls.kinds()
        rows = Matter.objects.filter(kind=kinds[0]) if len(kinds) == 1 else Matter.objects.filter(kind__in=kinds)
        return readable(rows, actor)

    @classmethod
    def given(cls, params: QueryDict) -> dict[str, str]:
        """The filters' values: of the address, else those that hold from the start."""
        found = {}
        for one in cls.made_filters():
            for name in one.reads:
                value = params.get(name, cls.start.get(name, "")).replace("\x00", "").strip()[:80]
                if value:
                    found[name] = value
        return found

    @classmethod
    def narrowed(cls, actor: Actor, given: dict[str, str]) -> QuerySet[Matter]:
        """The rows that the filters leave. Of an area, he is asked for what he may see there and nowhere else."""
        rows = cls.base(actor.within(given["area"]) if "area" in given else actor)
        for one in cls.made_filters():
            if any(name in given for name in one.reads):
                rows = one.apply(rows, given, actor)
        return rows

    @classmethod
    def with_columns(cls, rows: QuerySet[Matter], export: bool = False) -> QuerySet[Matter]:
        """Only the columns that are shown, joined in the one query."""
        needed = {name for column in cls.made_columns(export) for name in column.fields}
        joins = {name.split("__")[0] for name in needed if "__" in name}
        keys = {join for join in joins if Matter._meta.get_field(join).concrete}
        record_keys = {f"{join}__matter" for join in joins - keys}
        only = {*ALWAYS, *needed, *keys, *(f"{key}__id" for key in keys), *record_keys}
        rows = rows.select_related(*sorted(joins)) if joins else rows
        return rows.only(*sorted(only))

    @classmethod
    def bulk_steps(cls, actor: Actor) -> list[Step]:
        """The steps that may be done to many at once, by this person."""
        if actor.looks_on:
            return []
        flow = cls.all_flows()[0]
        mine: set[Any] = set(actor.roles_at())
        found = {}
        for step in flow.steps:
            if (
                step.verb in cls.bulk
                and step.froms
                and any(who in mine or isinstance(who, Relation) for who in step.whos)
            ):
                found.setdefault(step.verb, step)
        return list(found.values())

    @classmethod
    def many_acts(cls, actor: Actor) -> list[Many]:
        """The acts on chosen rows as a whole that are this person's."""
        mine, works = actor.roles_at(), bool(cls.bulk_steps(actor))
        return [act for act in cls.many if (mine & set(act.roles) if act.roles else works)]

    @classmethod
    def opening_steps(cls, actor: Actor) -> list[tuple[Flow, Step]]:
        """The steps by which this person may open a matter here."""
        mine = actor.roles_at()
        return [
            (flow, step)
            for flow in cls.all_flows()
            for step in flow.steps
            if not step.froms and not step.hidden and step.by is None and any(who in mine for who in step.whos)
        ]


_lists: dict[str, type[MatterList]] = {}


@cache
def load() -> dict[str, type[MatterList]]:
    """Every list by its name; imports the `desk` modules of programmes and kernel rooms once."""
    furniture("desk")
    furniture("desk", KERNEL)
    return _lists


def list_of(name: str, actor: Actor) -> type[MatterList] | None:
    """The list of that name, if it is one of this person's rooms."""
    found = load().get(name)
    return found if found is not None and found.who() & actor.roles_at() else None


def rooms(actor: Actor) -> list[type[MatterList]]:
    """The lists on this person's menu, in order."""
    mine = actor.roles_at() & READING_ROLES  # a partner department has its own step, and no list
    return sorted(
        (one for one in load().values() if one.room and one.who() & mine), key=lambda one: (one.rank, one.slug())
    )


def of_kind(kind: str) -> type[MatterList] | None:
    """The list in which matters of that kind stand."""
    return next((one for one in load().values() if kind in one.kinds()), None)


def page_of(kind: str, actor: Actor) -> str:
    """The address of the list in which matters of that kind stand; empty for whoever does not have it."""
    found = of_kind(kind)
    return found.url() if found is not None and found.who() & actor.roles_at() & READING_ROLES else ""


def counted(rows: QuerySet[Matter], most: int) -> list[tuple[type[MatterList], int]]:
    """How many of these matters stand in which list; of at most one more than `most`. One query."""
    kinds = Counter(rows.order_by().values_list("kind", flat=True)[: most + 1])
    return [(found, n) for kind, n in sorted(kinds.items()) if (found := of_kind(kind)) is not None]


def panels_of(kind: str) -> list[Panel]:
    """What the programme shows on the record page of this kind."""
    found: list[Panel] = []
    for one in load().values():
        if kind in one.kinds():
            found += [panel if isinstance(panel, Panel) else Panel(panel) for panel in one.panels]
    return found
