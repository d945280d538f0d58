"""Search: entities and places as one types, and the matter whose number it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.registry import numbers
from zhijian.kernel.registry.search import search

LIMIT = 20
PICKERS = ("/new/", "/held/", "/e/")  # pages that send people here to choose whom something is about
WHY = {
    "door": _("door code"),
    "code": _("code"),
    "licence": _("licence"),
    "name": _("name"),
    "former": _("former name"),
    "sign": _("sign over the door"),
    "initials": _("initials"),
    "representative": _("representative"),
    "phone": _("phone"),
    "address": _("address"),
}


@require_safe
@ours
@vary_on_headers("HX-Request")
def search_page(request: HttpRequest) -> HttpResponse:
    """`/search/?q=`: the register's own search, and matters by number. `pick`: hits choose whom to open for."""
    actor = actor_in(request)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    hits = search(typed, limit=LIMIT)
    matters = []
    if len(typed) > 2 and any(c.isdecimal() for c in typed):
        rows = readable(Matter.objects.filter(number__startswith=typed), actor).order_by("number")[:LIMIT]
        matters = [(m, flow_of(m.kind).title, flow_of(m.kind).state(m.state)) for m in rows]
    pick = request.GET.get("pick", "")
    context = {
        "q": typed,
        "hits": [(numbers.seen(hit, actor), WHY.get(hit.why, hit.why), area_name(hit.entity.area)) for hit in hits],
        "more": hits.more,
        "matters": [] if pick else matters,
        "pick": pick if pick.startswith(PICKERS) else "",
    }
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "desk/parts/found.html" if part else "desk/search.html", context)
