"""The registry's machine door: the search box of the desk."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor

from . import numbers
from .search import Hit, search


@require_safe
def search_api(request: HttpRequest) -> JsonResponse:
    """`GET /api/registry/search?q=&limit=&mine=1` for staff: hits as JSON. `mine` keeps to the areas of one's posts."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.kind != "staff":
        problem = {"problem": "registry.staff_only", "message": _("Only staff may search the register.")}
        return JsonResponse(problem, status=401)
    limit = request.GET.get("limit", "20")
    ranges = actor.scopes() if request.GET.get("mine") == "1" else None
    hits = search(request.GET.get("q", ""), limit=int(limit) if limit.isdecimal() else 20, ranges=ranges)
    return JsonResponse({"hits": [_shown(numbers.seen(hit, actor), actor) for hit in hits], "more": hits.more})


def _shown(hit: Hit, actor: Actor) -> dict:
    entity, place = hit.entity, hit.premises
    areas = (entity.area, place.area if place else "")
    return {
        "uid": str(entity.uid),
        "name": entity.name,
        "scheme": entity.scheme,
        "code": entity.code,
        "kind": entity.kind,
        "status": entity.status,
        "representative": entity.representative,
        "phone": numbers.shown(entity, entity.phone, areas, actor),
        "address": entity.address,
        "area": entity.area,
        "premises": place
        and {
            "uid": str(place.uid),
            "name": place.name,
            "address": place.address,
            "area": place.area,
            "trade": place.trade,
        },
        "why": hit.why,
        "parts": hit.parts,
    }
