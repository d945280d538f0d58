"""The register of official numbers as a page and as Excel: each number of a series, what became of it, and gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import exports, gate, said, xlsx
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.acts import READERS
from zhijian.kernel.papers.models import NumberRow, Paper, Series

PAGE = 100
BATCH = 2_000
TONES = {"used": "good", "reserved": "act", "void": "bad", "returned": "warn"}
EXPORTED = ledger.entry_kind(
    "numbers.exported", label=gettext_lazy("Exported the register of numbers of {title} {year} to Excel")
)


@dataclass(frozen=True)
class Line:
    """A number as it is shown; `row` None is a gap, which there must never be."""

    n: int
    row: NumberRow | None
    words: str
    tone: str
    holder: str = ""
    paper: Paper | None = None
    elsewhere: bool = False


@dataclass(frozen=True)
class Choice:
    """The series that was chosen, among those that the reader may open."""

    series: Series | None
    every: list[Series]
    state: str

    @property
    def kinds(self) -> list[tuple[str, str]]:
        kinds = dict.fromkeys(one.kind for one in self.every)
        return [(kind, title_of(kind)) for kind in kinds]

    @property
    def organs(self) -> list[tuple[str, str]]:
        known = stack().organs
        codes = sorted({one.organ for one in self.every})
        return [(code, known[code].name if code in known else code) for code in codes]

    @property
    def years(self) -> list[int]:
        return sorted({one.year for one in self.every}, reverse=True)

    @property
    def query(self) -> str:
        """The same choice as the tail of an address."""
        if self.series is None:
            return ""
        chosen = {"kind": self.series.kind, "organ": self.series.organ, "year": str(self.series.year)}
        return urlencode(chosen | ({"state": self.state} if self.state else {}))


def title_of(kind: str) -> str:
    """What a series of numbers is called."""
    try:
        return stack().number_format(kind).title
    except LookupError:
        return kind


def _mine(actor: Actor) -> list[str]:
    """The offices whose registers this person keeps or audits: below his post, or the one that issues for it."""
    areas = [post.area for post in actor.posts if post.role in READERS]
    organs = {stack().organ(area).code for area in areas}
    return sorted(organs | {code for code in stack().organs if any(code.startswith(area) for area in areas)})


def choice(request: HttpRequest, actor: Actor) -> Choice:
    """Read the address; what is not understood falls back to the first kind and the newest year."""
    every = list(Series.objects.filter(organ__in=_mine(actor)).order_by("-year", "kind", "organ"))
    wanted = {name: request.GET.get(name, "") for name in ("kind", "organ", "year")}

    def fits(one: Series) -> int:
        told = {"kind": one.kind, "organ": one.organ, "year": str(one.year)}
        return sum(wanted[name] == told[name] for name in told)

    state = request.GET.get("state", "")
    return Choice(max(every, key=fits, default=None), every, state if state in NumberRow.State.values else "")


def numbers_of(series: Series) -> Any:
    """The rows of a series, by the index that holds its numbers once."""
    rows = NumberRow.objects.filter(kind=series.kind, organ=series.organ, year=series.year)
    return rows.select_related("device__person")


def _lines(rows: list[NumberRow], actor: Actor) -> list[Line]:
    """Rows with their papers, of which only those in scope are named. One query."""
    found = in_scope(Paper.objects.filter(pk__in=[row.paper_id for row in rows if row.paper_id]), actor)
    papers = {paper.pk: paper for paper in found.select_related("entity", "matter").defer("data", "signatures")}
    return [_line(row, papers.get(row.paper_id or 0), actor) for row in rows]


def _line(row: NumberRow, paper: Paper | None, actor: Actor) -> Line:
    holder = ""
    if row.device is not None:
        person = row.device.person
        ours = actor.can_read(person.home_id or "")
        holder = f"{person.name} · {row.device.name}" if ours else said.area_name(person.home_id or "")
    words = str(row.get_state_display())
    return Line(row.n, row, words, TONES[row.state], holder, paper, bool(row.paper_id and paper is None))


def _with_gaps(lines: list[Line], low: int, high: int) -> list[Line]:
    known = {line.n: line for line in lines}
    return [known.get(n) or Line(n, None, _("Missing"), "bad") for n in range(high, low - 1, -1)]


def _page(chosen: Choice, top: int | None, actor: Actor) -> tuple[list[Line], int | None]:
    """A page of lines, highest number first, and where the next one begins.

    All numbers: cut by the numbers themselves, so that a gap is seen. One state: by key.
    """
    series = chosen.series
    assert series is not None
    high = min(top or series.last, series.last)
    if not chosen.state:
        low = max(1, high - PAGE + 1)
        rows = list(numbers_of(series).filter(n__gte=low, n__lte=high))
        return _with_gaps(_lines(rows, actor), low, high), low - 1 if low > 1 else None
    found = list(numbers_of(series).filter(state=chosen.state, n__lte=high).order_by("-n")[: PAGE + 1])
    return _lines(found[:PAGE], actor), found[PAGE].n if len(found) > PAGE else None


@require_safe
@gate.roles(*READERS)
def numbers_page(request: HttpRequest) -> HttpResponse:
    """The register: choose kind, office and year; every number is accounted for."""
    actor = gate.actor_in(request)
    chosen = choice(request, actor)
    context: dict[str, Any] = {"chosen": chosen, "states": NumberRow.State.choices}
    if chosen.series is not None:
        given = request.GET.get("top", "")
        top = int(given) if given.isdecimal() and 0 < len(given) < 10 and int(given) else None
        counts = dict(numbers_of(chosen.series).order_by().values_list("state").annotate(many=Count("pk")))
        lines, below = _page(chosen, top, actor)
        context |= {
            "lines": lines,
            "below": below,
            "top": top,
            "title": title_of(chosen.series.kind),
            "counts": [(code, label, counts.get(code, 0), TONES[code]) for code, label in NumberRow.State.choices],
            "missing": chosen.series.last - sum(counts.values()),
        }
    return render(request, "papers/numbers.html", context)


HEADING = (
    gettext_lazy("No."), gettext_lazy("Number"), gettext_lazy("State"), gettext_lazy("Taken on"),
    gettext_lazy("Changed on"), gettext_lazy("Phone"), gettext_lazy("Enterprise"), gettext_lazy("Reason"),
)  # fmt: skip


@require_safe
@gate.roles(*READERS)
def numbers_export(request: HttpRequest) -> HttpResponse:
    """The chosen series, whole, as Excel; that it was taken out is an entry of the person's own chain."""
    actor = gate.actor_in(request)
    chosen = choice(request, actor)
    if chosen.series is None:
        return numbers_page(request)
    title, year = title_of(chosen.series.kind), chosen.series.year
    with scoped(actor):
        ledger.record(
            EXPORTED.code,
            actor=actor,
            subject=f"account:{actor.person_id}",
            area=actor.posts[0].area,
            data={"title": title, "year": year, "organ": chosen.series.organ},
        )
    states = dict(NumberRow.State.choices)
    chosen_words = [(_("State"), str(states[chosen.state]))] if chosen.state else []
    about = exports.about(f"{title} {year}", actor, chosen_words, chosen.series.organ)
    return exports.answer(f"{title}-{year}", "numbers", _excel(chosen, actor, about, get_language() or "en"))


def _excel(chosen: Choice, actor: Actor, about: list[str], language: str) -> Iterator[bytes]:
    with override(language), scoped(actor):
        yield from xlsx.stream(about[0], [str(one) for one in HEADING], _cells(chosen, actor), about=about)


def _cells(chosen: Choice, actor: Actor) -> Iterator[tuple[Any, ...]]:
    """The rows of the file, highest number first, page by page as on the screen."""
    top: int | None = None
    while True:
        lines, top = _page(chosen, top, actor)
        for line in lines:
            row = line.row
            yield (
                line.n,
                row.number if row else "",
                line.words,
                calendar.legal_day(row.taken_at) if row else None,
                calendar.legal_day(row.changed_at) if row else None,
                line.holder,
                line.paper.entity.name if line.paper and line.paper.entity else "",
                row.reason if row else "",
            )
        if top is None:
            return
