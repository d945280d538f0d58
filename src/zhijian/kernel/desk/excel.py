"""Lists of the desk as Excel: a page declares its columns and rows once, the address, button, entry and file are here.

excel.sheet("corrections", _("Corrections from the field"), DECIDERS, HEADS, rows, cells)

and in the template's `.listhead .acts`: `{% load excel %}{% excel "corrections" %}`. Lists of matters have theirs from
`MatterList` already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import exports, gate, xlsx
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack

BLOCK = 1_000  # rows that are fetched and drawn together
PAGING = ("after", "before")  # where in the list one is; the file holds all of it

Rows = Callable[[Actor, QueryDict], Iterable[Any]]
Cells = Callable[[list[Any], Actor], Iterable[Sequence[Any]]]
Told = Callable[[Actor, QueryDict], Iterable[tuple[str, str]]]

ledger.entry_kind("desk.exported", label=gettext_lazy("Exported the list “{list}” to Excel, filters: {filter}"))
# What stands in ledgers from when these lists had kinds of their own.
ledger.entry_kind("papers.exported", label=gettext_lazy("Exported a list of papers to Excel"))
ledger.entry_kind("people.exported", label=gettext_lazy("Exported the list of people to Excel"))
ledger.entry_kind("registry.exported", label=gettext_lazy("Exported doors of {area} to Excel"))
ledger.entry_kind("notices.cost_exported", label=gettext_lazy("Text messages of {month} exported to Excel"))


@dataclass(frozen=True)
class Sheet:
    """A list that goes out as Excel.

    `rows` are the page's own for the actor and the filters of the address, in the page's order, without its end: of a
    queryset a block at a time is held. `cells` draws a block, so that what it looks up is asked once for the block;
    private values covered as on the page. `told` says the filters: heading and value, those without a value left out.
    """

    code: str
    title: str | Promise
    roles: frozenset[Role]
    heads: Sequence[str | Promise]
    rows: Rows
    cells: Cells
    told: Told
    widths: Sequence[int]

    def may(self, actor: Actor) -> bool:
        """Whether it is one of the person's lists."""
        return actor.kind == "staff" and bool(self.roles & actor.roles_at())


_sheets: dict[str, Sheet] = {}


def sheet(
    code: str, title: str | Promise, roles: Iterable[Role], heads: Sequence[str | Promise], rows: Rows, cells: Cells, *,
    told: Told = lambda _actor, _given: (), widths: Sequence[int] = (),
) -> Sheet:  # fmt: skip
    """Declare a list's file; `roles` are those of the page."""
    _sheets[code] = made = Sheet(code, title, frozenset(roles), heads, rows, cells, told, widths)
    return made


def sheets() -> dict[str, Sheet]:
    """Every declared one, by code."""
    return _sheets


def sheet_of(code: str) -> Sheet | None:
    """The one of that code."""
    return _sheets.get(code)


def entry(name: str, given: dict[str, str], actor: Actor) -> None:
    """That the list was taken out, in the person's own chain; a text that was searched for may be somebody's number."""
    told = {key: "…" if key == "q" else value for key, value in given.items() if value}
    with scoped(actor):
        ledger.record(
            "desk.exported",
            actor=actor,
            subject=f"account:{actor.person_id}",
            area=actor.posts[0].area,
            data={"list": name, "filter": "; ".join(f"{key}={value}" for key, value in sorted(told.items())) or "-"},
        )


@require_safe
@gate.staff
def download(request: HttpRequest, code: str) -> HttpResponse:
    """`/excel/<code>/`: the list with the filters of the address; it flows while it is read, however long."""
    one, actor = sheet_of(code), gate.actor_in(request)
    if one is None or not one.may(actor):
        raise Http404
    given = QueryDict(mutable=True)
    given.update({key: value.replace("\x00", "")[:80] for key, value in request.GET.items() if key not in PAGING})
    entry(code, given.dict(), actor)
    title = str(one.title)
    area = given.get("area", "")
    about = exports.about(title, actor, one.told(actor, given), area if area in stack().areas else "")
    return exports.answer(title, code, _body(one, actor, given, about, get_language() or "en"))


def _body(one: Sheet, actor: Actor, given: QueryDict, about: list[str], language: str) -> Iterator[bytes]:
    with override(language), scoped(actor):
        heads = [str(head) for head in one.heads]
        yield from xlsx.stream(about[0], heads, _cells(one, actor, given), one.widths, about=about)


def _cells(one: Sheet, actor: Actor, given: QueryDict) -> Iterator[Sequence[Any]]:
    rows = one.rows(actor, given)
    flowing = rows.iterator(chunk_size=BLOCK) if isinstance(rows, QuerySet) else iter(rows)
    while block := list(islice(flowing, BLOCK)):
        yield from one.cells(block, actor)
