"""Pages: the catalogue of figures, and one figure with its records and areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.accounts.roles import READING_ROLES
from zhijian.kernel.desk import gate, lists, menu
from zhijian.kernel.figures import Figure, compute, declared, drill, export
from zhijian.kernel.figures.choice import Choice, choice
from zhijian.kernel.figures.period import NAMES
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable


@dataclass(frozen=True)
class Line:
    """A record of a figure as the page shows it."""

    matter: Matter
    kind: str
    state: str
    tone: str


@dataclass(frozen=True)
class Bar:
    """The figure of one area, with the length of its bar in twentieths of the longest."""

    area: Jurisdiction
    value: compute.Value
    length: int
    before: compute.Value | None = None


@require_safe
@gate.roles(*READING_ROLES)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every figure with its definition, and its value for the viewer's area and the chosen period."""
    actor, chosen = _actor(request), choice(request)
    known: dict[str, compute.Number] = {}
    lists.load()  # programmes name their headings beside their lists
    parts: dict[menu.Heading, list[compute.Value]] = {}
    for one in _shown(actor):
        made = compute.value(one, chosen.period, chosen.area, actor, known=known)
        parts.setdefault(menu.heading_of(one.module), []).append(made)
    ordered = sorted(parts.items(), key=lambda part: part[0].order)
    return render(request, "figures/catalogue.html", {"chosen": chosen, "names": NAMES, "parts": ordered})


@require_safe
@gate.roles(*READING_ROLES)
def figure_page(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: its number, the areas below, and the records that it counts; for a ratio its two figures."""
    actor, chosen, figure = _actor(request), choice(request), _figure(code, _actor(request))
    context: dict[str, Any] = {
        "chosen": chosen,
        "names": NAMES,
        "value": compute.value(figure, chosen.period, chosen.area, actor),
        "bars": _bars(figure, chosen, actor),
    }
    if figure.good:
        context["before"] = compute.value(figure, chosen.period.year_before, chosen.area, actor)
    if figure.ratio is not None:
        parts = [declared()[code] for code in figure.ratio]
        context["parts"] = [compute.value(one, chosen.period, chosen.area, actor) for one in parts]
    else:
        after = request.GET.get("after", "")
        page = drill.records(
            figure, chosen.period, chosen.area, actor, after=int(after) if after.isdigit() else None, limit=50
        )
        context |= {"lines": lines(page.records, actor), "after": page.after, "later": bool(after)}
    return render(request, "figures/figure.html", context)


@require_safe
@gate.roles(*READING_ROLES)
def export_file(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The records as a file, CSV or Excel; noted in the ledger."""
    actor, chosen, figure = _actor(request), choice(request), _figure(code, _actor(request))
    if figure.select is None or kind not in export.KINDS:
        raise Http404
    return export.response(figure, chosen, actor, kind)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _shown(actor: Actor) -> list[Figure]:
    """The figures that are there for his roles."""
    return [one for one in declared().values() if one.roles & actor.roles_at()]


def _figure(code: str, actor: Actor) -> Figure:
    found = next((one for one in _shown(actor) if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _bars(figure: Figure, chosen: Choice, actor: Actor) -> list[Bar]:
    found = compute.by_area(figure, chosen.period, [one.code for one in chosen.below], actor)
    codes = [one.code for one in chosen.below]
    earlier = compute.by_area(figure, chosen.period.year_before, codes, actor) if figure.good else {}
    longest = max((value.number or 0 for value in found.values()), default=0)
    return [
        Bar(
            one,
            found[one.code],
            round(20 * (found[one.code].number or 0) / longest) if longest > 0 else 0,
            earlier.get(one.code),
        )
        for one in chosen.below
    ]


def lines(records: list[drill.Record], actor: Actor) -> list[Line]:
    """The matters of some records, in their order, in the words of their flows."""
    ids = [record.matter for record in records]
    rows = readable(Matter.objects.filter(pk__in=ids).select_related("entity"), actor)
    by_id = {matter.pk: matter for matter in rows}
    return [_line(by_id[pk]) for pk in ids if pk in by_id]


def _line(matter: Matter) -> Line:
    flow = flows().get(matter.kind)
    if flow is None:
        return Line(matter, matter.kind, matter.state, "wait")
    state = flow.state(matter.state)
    return Line(matter, str(flow.title), str(state.label), state.tone)
