"""What everybody may know: the stations in force, each one's page behind the code on its plaque, and the plaque."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import below, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.packs import stack
from zhijian.kernel.party import limits
from zhijian.kernel.party.pages import code_page
from zhijian.kernel.registry.door import read_door_code, shown_door_code
from zhijian.programmes.stations import plaque, rules
from zhijian.programmes.stations.models import Station, StationSort
from zhijian.programmes.stations.pages import lines_of

SHOWN = 30
PLAQUES, MINUTES = 20, 60  # plaques drawn for one address within an hour
SHOWS = ("in_force", "withdrawn", "given_up")  # what was refused was never a station


def by_code(code: str) -> Station | None:
    """The station behind a code as scanned or typed, also one that is not in force any more."""
    read = read_door_code(code)
    rows = Station.objects.select_related("matter__entity").filter(matter__state__in=SHOWS)
    with scoped(SYSTEM):
        return rows.filter(code=read).first() if read else None


def _leads(code: str) -> str | None:
    record = by_code(code)
    return reverse("station_public", args=[record.code]) if record is not None else None


code_page(_leads)


def districts() -> list[tuple[str, str]]:
    """What the list can be narrowed to."""
    return [(one.code, one.short or one.name) for one in stack().areas.values() if one.level == "district"]


def _listed(given: Any) -> tuple[QuerySet[Station], dict[str, str]]:
    area, sort, after = (given.get(name, "")[:20] for name in ("area", "sort", "after"))
    rows = Station.objects.filter(matter__kind="station", matter__state="in_force")
    told = {"area": area if area in stack().areas else "", "sort": sort if sort in StationSort.values else ""}
    if told["area"]:
        rows = rows.filter(below("matter__area", told["area"]))
    if told["sort"]:
        rows = rows.filter(sort=told["sort"])
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    return rows.select_related("matter").order_by("pk"), told


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The stations in force, of a district or a kind; and how their ratings are made."""
    rows, told = _listed(request.GET)
    with scoped(SYSTEM):
        found = list(rows[: SHOWN + 1])
    context = {
        "rows": [(one, said.area_name(one.matter.area)) for one in found[:SHOWN]],
        "given": told,
        "sorts": StationSort.choices,
        "districts": districts(),
        "after": found[SHOWN - 1].pk if len(found) > SHOWN else "",
        **formula(),
    }
    return render(request, "stations/public/list.html", context)


def formula() -> dict[str, Any]:
    """How a year is rated, by the rules of today."""
    day = calendar.today()
    row = rules.WEIGHTS.maybe(day)
    return {
        "weights": [(rules.PARTS[part], weight) for part, weight in rules.weights(day).items()],
        "marks": [(str(name), mark) for name, mark in dict(rules.GRADES.value(day, {})).items()],
        "pass_mark": rules.pass_mark(day),
        "unverified": row is not None and row.verified != "V",
    }


@require_safe
def station_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who it is, where, when somebody is there, whether it is in force, and how it was rated."""
    record = by_code(code)
    if record is None:
        raise Http404
    if record.code != code:
        return redirect("station_public", code=record.code)
    with scoped(SYSTEM):
        ratings = [(one, lines_of(one.counted)) for one in record.ratings.order_by("-year")[:3]]  # type: ignore[attr-defined]
    context = {
        "station": record, "in_force": record.matter.state == "in_force", "code": shown_door_code(record.code),
        "area": said.area_name(record.matter.area), "ratings": ratings, **formula(),
    }  # fmt: skip
    return render(request, "stations/public/station.html", context)


@require_safe
def plaque_page(request: HttpRequest, code: str) -> HttpResponse:
    """The plaque as PDF, while it is in force."""
    record = by_code(code)
    if record is None or record.matter.state != "in_force":
        raise Http404
    if limits.count("plaque", limits.address_of(request), MINUTES) > PLAQUES:
        told = _("Too many plaques were asked for from here. Please try again in an hour.")
        return HttpResponse(told, status=429, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(plaque.pdf(record), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{record.code}.pdf"'
    return answer
