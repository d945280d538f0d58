"""A list of matters seen as columns by state: the columns are the flow's, the rows and filters are the list's.

Each column counts to a bound and loads its first page only; further pages go on by key.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import paging
from zhijian.kernel.desk.lists import MatterList
from zhijian.kernel.desk.views.todo import COLUMNS, Line, line_of
from zhijian.kernel.matters.flow import State
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.search import capped_count

SIZE = 20
CARD = (*COLUMNS, "opened", "version")


@dataclass(frozen=True)
class Column:
    """A state with its first cards. `here`: the one that a narrow screen shows."""

    state: State
    here: bool
    count: str
    cards: list[Line]
    after: str


def states_of(one: type[MatterList]) -> list[State]:
    """The columns of a list's board; for a list of several flows, each state once."""
    found: dict[str, State] = {}
    for flow in one.all_flows():
        for state in flow.columns:
            found.setdefault(state.code, state)
    return list(found.values())


def wanted(one: type[MatterList], given: str) -> list[State]:
    """The columns that the filter by state leaves, those too that a board does not show by itself (what is over).

    All that it shows by itself where the filter names none.
    """
    usual = states_of(one)
    every = list({s.code: s for s in (*usual, *(s for flow in one.all_flows() for s in flow.states))}.values())
    if given in ("open", "closed"):
        return [state for state in every if state.final == (given == "closed")] or usual
    return [state for state in every if state.code == given] or usual


def rows_of(one: type[MatterList], actor: Actor, given: dict[str, str]) -> QuerySet[Matter]:
    """The list's rows under all filters but the one by state, with what a card shows."""
    rows = one.narrowed(actor, {name: value for name, value in given.items() if name != "state"})
    return rows.select_related("entity", "premises", "assignee").only(*CARD)


def column(rows: QuerySet[Matter], state: State, order: str, after: str = "", here: bool = False) -> Column:
    """One column: what is open by the nearest day, what is over by the newest, unless `order` says otherwise."""
    own = rows.filter(state=state.code, closed__isnull=not state.final)
    count, more = capped_count(own)
    page = paging.page(own, paging.order_of(order, "newest" if state.final else "due"), after, size=SIZE)
    return Column(state, here, f"{count:,}+" if more else f"{count:,}", [line_of(row) for row in page.rows], page.after)
