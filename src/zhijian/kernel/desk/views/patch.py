"""The map of a patch: clusters and shops, and beside it a list that says the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import past_due
from zhijian.kernel.desk import outlines, said
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.matters.catalogue import flow_of, flows
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import kinds_of, readable
from zhijian.kernel.packs import stack
from zhijian.kernel.registry import patch
from zhijian.kernel.registry.models import Premises

COLUMNS = ("id", "name", "address", "lat", "lon", "entity__uid", "entity__name")


def _given(request: HttpRequest, actor: Actor) -> dict[str, str]:
    """The filters of the address, as far as they mean something."""
    kind, trade = request.GET.get("kind", ""), request.GET.get("trade", "")
    return {
        "trade": trade if trade in _trades() else "",
        "kind": kind if kind in kinds_of(actor) else "",
        "late": "1" if request.GET.get("late") else "",
    }


def _trades() -> dict[str, str]:
    return stack().table("codes/trades").get("trade", {}) if stack().files("codes/trades.toml") else {}


def _matters(actor: Actor, given: dict[str, str], box: patch.Box) -> QuerySet[Matter]:
    """Open matters at premises in the box, the nearest day first."""
    rows = readable(Matter.objects.filter(closed=None, premises__isnull=False), actor)
    if given["kind"]:
        rows = rows.filter(kind=given["kind"])
    if given["late"]:
        rows = rows.filter(past_due())
    if given["trade"]:
        rows = rows.filter(premises__trade=given["trade"])
    rows = rows.filter(premises__lat__range=(box.south, box.north), premises__lon__range=(box.west, box.east))
    return rows.order_by("due", "pk")


def _by_matters(actor: Actor, given: dict[str, str], box: patch.Box) -> dict[str, Any]:
    rows = _matters(actor, given, box)
    found = list(rows.values_list("premises", "pk", "premises__lat", "premises__lon")[: patch.MOST])
    first: dict[int, tuple[int, float, float]] = {}
    for place, pk, lat, lon in found:  # of each shop the matter with the nearest day
        first.setdefault(place, (pk, float(lat), float(lon)))

    def lines(pks: list[int]) -> list[dict[str, Any]]:
        only = [f"premises__{name}" for name in COLUMNS]
        some = rows.filter(pk__in=pks).select_related("premises__entity")
        return [_line(one.premises, one) for one in some.only("uid", "kind", "due", "due_at", *only) if one.premises]

    return _answer(box, list(first.values()), lines, more=len(found) == patch.MOST)


def _by_premises(actor: Actor, given: dict[str, str], box: patch.Box) -> dict[str, Any]:
    rows = patch.inside(box, actor.scopes(), given["trade"])
    found = [(pk, float(lat), float(lon)) for pk, lat, lon in rows.values_list("pk", "lat", "lon")[: patch.MOST]]

    def lines(pks: list[int]) -> list[dict[str, Any]]:
        some = Premises.objects.filter(pk__in=pks).select_related("entity").only(*COLUMNS).order_by("lat", "lon")
        return [_line(place) for place in some]

    return _answer(box, found, lines, more=len(found) == patch.MOST)


def _line(place: Premises, matter: Matter | None = None) -> dict[str, Any]:
    assert place.lat is not None and place.lon is not None
    due = said.due_of(matter.due, matter.due_at) if matter else None
    return {
        "lat": float(place.lat),
        "lon": float(place.lon),
        "name": place.name,
        "address": place.address,
        "url": reverse("record", args=[matter.uid]) if matter else reverse("entity", args=[place.entity.uid]),
        "what": str(flow_of(matter.kind).title) if matter else "",
        "due": due.words if due else "",
        "bad": bool(due and due.tone == "late"),
    }


def _answer(
    box: patch.Box,
    found: list[tuple[int, float, float]],
    lines: Callable[[list[int]], list[dict[str, Any]]],
    more: bool,
) -> dict[str, Any]:
    """Few are drawn one by one, many as clusters; only what is listed is read whole."""
    single = len(found) <= patch.SINGLE
    listed = lines([pk for pk, _lat, _lon in found[: patch.SINGLE]])
    gathered = [] if single else patch.apart(box, patch.gather(box, [(lat, lon) for _pk, lat, lon in found]))
    points = [{k: one[k] for k in ("lat", "lon", "name", "url", "bad")} for one in listed] if single else []
    return {"clusters": gathered, "points": points, "lines": listed, "n": len(found), "more": more, "areas": []}


def _far(actor: Actor, given: dict[str, str], box: patch.Box) -> dict[str, Any]:
    areas = [(said.area_name(area) or area, one) for area, one in patch.by_area(actor.scopes(), given["trade"])]
    seen = patch.apart(box, patch.clusters(box, actor.scopes(), given["trade"]))
    return {"clusters": seen, "points": [], "lines": [], "n": sum(one.n for one in seen), "more": False, "areas": areas}


def look(actor: Actor, given: dict[str, str], box: patch.Box) -> dict[str, Any]:
    """What is in the box: clusters and areas far away, shops and their list nearby, or shops with open matters."""
    if given["kind"] or given["late"]:
        return _by_matters(actor, given, box)
    return _by_premises(actor, given, box) if box.zoom >= patch.NEAR else _far(actor, given, box)


@require_safe
@ours
def patch_page(request: HttpRequest) -> HttpResponse:
    """`/map/`: the person's own areas. Filters and place stand in the address."""
    actor = actor_in(request)
    given, centre = _given(request, actor), stack().setting("centre", ["0", "0"])
    lat, lon = float(centre[0]), float(centre[1])
    whole = patch.Box(max(lon - 4, -180), max(lat - 4, -90), min(lon + 4, 180), min(lat + 4, 90), 6)
    context = {
        "given": given,
        "trades": _trades(),
        "kinds": [(flow.kind, flow.title) for flow in flows().values() if flow.kind in kinds_of(actor)],
        "map": {
            **(outlines.ground(low for low, _high in actor.scopes()) or {}),
            "tiles": stack().setting("map_tiles", ""),
            "lat": centre[0],
            "lon": centre[1],
            "near": patch.NEAR,
            "data": reverse("patch_data"),
        },
        **look(actor, given, whole),
    }
    return render(request, "desk/map.html", context)


@require_safe
@ours
def patch_data(request: HttpRequest) -> HttpResponse:
    """`/map/data/?box=west,south,east,north,zoom`: what is in the box: clusters, shops, and the list as HTML."""
    actor, box = actor_in(request), patch.Box.read(request.GET.get("box", ""))
    if box is None:
        return HttpResponseBadRequest("box=west,south,east,north,zoom")
    found = look(actor, _given(request, actor), box)
    html = render_to_string("desk/parts/map_list.html", found, request)
    shown = [{"lat": one.lat, "lon": one.lon, "n": one.n, "size": one.size} for one in found["clusters"]]
    return JsonResponse({"clusters": shown, "points": found["points"], "list": html})
