"""What everybody may know of return pledges: the page behind the code on a sign, the list, the map, the sign itself."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import below, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import outlines
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.views import PDF_POLICY
from zhijian.kernel.party import limits
from zhijian.kernel.party.pages import code_page
from zhijian.kernel.registry import patch
from zhijian.kernel.registry.door import read_door_code
from zhijian.kernel.registry.models import Entity
from zhijian.kernel.registry.search import capped_count, matching
from zhijian.programmes.returns import effects, sign
from zhijian.programmes.returns.models import Goods, ReturnPledge

PAGE = 20
SIGNS, MINUTES = 60, 60  # signs made for one address within an hour
MOST = 10_000  # pledges that a map gathers: a city has some 6,000
FIELDS = (
    "code", "goods", "days", "refund_days", "valid_until", "live", "area", "matter__title", "matter__state",
    "matter__premises__name", "matter__premises__address", "matter__premises__lat", "matter__premises__lon",
)  # fmt: skip


def by_code(code: str) -> ReturnPledge | None:
    """The pledge behind a code as scanned or typed; one that was never in force is nobody's to see."""
    read = read_door_code(code)
    rows = ReturnPledge.objects.select_related("matter__premises", "matter__entity").exclude(accepted_on=None)
    with scoped(SYSTEM):
        return rows.filter(code=read).first() if read else None


def _leads(code: str) -> str | None:
    record = by_code(code)
    return reverse("returns_public", args=[record.code]) if record is not None else None


code_page(_leads)


def _pledge_of(code: str) -> ReturnPledge:
    record = by_code(code)
    if record is None:
        raise Http404
    return record


def told(record: ReturnPledge) -> dict[str, Any]:
    """The terms that hold today, and those that follow."""
    day = calendar.today()
    with scoped(SYSTEM):
        return {"pledge": record, "terms": effects.in_force(record, day), "then": effects.to_come(record, day)}


@require_safe
def pledge(request: HttpRequest, code: str) -> HttpResponse:
    """`/r/<code>/`: what the shop has pledged, since when; of one that is over, until when what was bought counts."""
    record = _pledge_of(code)
    if record.code != code:
        return redirect("returns_public", code=record.code)
    over = record.matter.closed
    context = {**told(record), "over": calendar.legal_day(over) if over is not None else None}
    return render(request, "returns/public/pledge.html", context)


@require_safe
def sign_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """`/r/<code>/sign.pdf`: the sign, to be printed by the shop, the office or whoever likes."""
    record = _pledge_of(code)
    if not record.live:
        raise Http404
    if limits.count("return sign", limits.address_of(request), MINUTES) > SIGNS:
        return HttpResponse(_("Too many signs were made from here. Try again in an hour."), status=429)
    answer = HttpResponse(sign.made(record, told(record)["terms"]), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"{record.matter.title}.pdf")
    answer["Content-Security-Policy"] = PDF_POLICY
    return answer


def _given(request: HttpRequest) -> dict[str, str]:
    """The filters of the address, as far as they mean something."""
    area, goods = request.GET.get("area", ""), request.GET.get("goods", "")
    return {
        "q": request.GET.get("q", "").replace("\x00", "").strip()[:60],
        "area": area if area in stack().areas else "",
        "goods": goods if goods in Goods.values else "",
    }


def rows(given: dict[str, str]) -> QuerySet[ReturnPledge]:
    """The pledges in force that the filters leave, by indexes of those alone; the newest first."""
    found = ReturnPledge.objects.filter(live=True)
    if given.get("area"):
        found = found.filter(below("area", given["area"]))
    if given.get("goods"):
        found = found.filter(goods=given["goods"])
    if len(given.get("q", "")) > 1:
        shops = matching(Entity.objects.all(), given["q"]).values_list("pk", flat=True)
        found = found.filter(matter__entity__in=list(shops))
    return found.order_by("-pk")


def _areas() -> list[tuple[str, str]]:
    """Districts and what lies in them, set in."""
    rank = {"district": 0, "office": 1}
    areas = sorted((one for one in stack().areas.values() if one.level in rank), key=lambda one: one.code)
    return [(one.code, "　" * rank[one.level] + (one.short or one.name)) for one in areas]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """`/r/`: shops that take goods back, by name, area and goods, page by page."""
    given = _given(request)
    with scoped(SYSTEM):
        found = rows(given)
        n, more = capped_count(found)
        shown = rows_after(found, request.GET, falling=True).select_related("matter__premises").only(*FIELDS)
        page = list(shown[: PAGE + 1])
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": page[:PAGE],
        "after": page[PAGE - 1].pk if len(page) > PAGE else "",
        "later": bool(request.GET.get("after")),
        "query": query.urlencode(),
        "count": f"{n:,}+" if more else f"{n:,}",
        "given": given,
        "areas": _areas(),
        "goods": Goods.choices,
        "narrowed": any(given.values()),
    }
    return render(request, "returns/public/list.html", context)


def look(box: patch.Box, goods: str) -> dict[str, Any]:
    """What is in the box: clusters, or when few are in it each shop; the first ones as a list that says the same."""
    place = "matter__premises__"
    with scoped(SYSTEM):
        inside = rows({"goods": goods}).filter(
            **{f"{place}lat__range": (box.south, box.north), f"{place}lon__range": (box.west, box.east)}
        )
        found = list(inside.values_list("pk", f"{place}lat", f"{place}lon")[:MOST])
        few = ReturnPledge.objects.filter(pk__in=[one[0] for one in found[: patch.SINGLE]])
        lines = list(few.select_related("matter__premises").only(*FIELDS).order_by("-pk"))
    single = len(found) <= patch.SINGLE
    spots = [(float(lat), float(lon)) for _pk, lat, lon in found]
    gathered = [] if single else patch.apart(box, patch.gather(box, spots))
    return {
        "clusters": [{"lat": one.lat, "lon": one.lon, "n": one.n, "size": one.size} for one in gathered],
        "points": [_point(one) for one in lines] if single else [],
        "lines": lines,
        "n": len(found),
        "more": len(found) == MOST,
    }


def _point(record: ReturnPledge) -> dict[str, Any]:
    place = record.matter.premises
    assert place is not None and place.lat is not None and place.lon is not None
    url = reverse("returns_public", args=[record.code])
    return {"lat": float(place.lat), "lon": float(place.lon), "name": place.name, "url": url, "bad": False}


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """`/r/map/`: the same as the list, where the shops are."""
    given, centre = _given(request), stack().setting("centre", ["0", "0"])
    lat, lon = float(centre[0]), float(centre[1])
    whole = patch.Box(max(lon - 4, -180), max(lat - 4, -90), min(lon + 4, 180), min(lat + 4, 90), 6)
    ground = {
        **(outlines.ground([str(stack().setting("city"))]) or {}),
        "tiles": stack().setting("map_tiles", ""),
        "lat": centre[0],
        "lon": centre[1],
        "near": patch.NEAR,
        "data": reverse("returns_map_data"),
    }
    context = {"given": given, "goods": Goods.choices, "map": ground, **look(whole, given["goods"])}
    return render(request, "returns/public/map.html", context)


@require_safe
def map_data(request: HttpRequest) -> HttpResponse:
    """`/r/map/data/?box=west,south,east,north,zoom`: for the map's script."""
    box = patch.Box.read(request.GET.get("box", ""))
    if box is None:
        return HttpResponseBadRequest("box=west,south,east,north,zoom")
    found = look(box, _given(request)["goods"])
    html = render_to_string("returns/public/map_list.html", found, request)
    return JsonResponse({"clusters": found["clusters"], "points": found["points"], "list": html})
