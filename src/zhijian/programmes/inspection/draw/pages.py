"""The page of a draw's pool: every place and officer with the lot, so that anyone can do the draw over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhijian.kernel.desk import gate
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed
from zhijian.programmes.inspection.draw import desk

SHOWN = 200


@require_safe
@gate.roles(*desk.READERS)
def pool_page(request: HttpRequest, uid: str) -> HttpResponse:
    """`/draws/<uid>/pool/`: the first of the pool; all of it is in the Excel."""
    actor = gate.actor_in(request)
    draws = readable(Matter.objects.filter(kind="visit_draw"), actor).select_related("draw")
    matter = get_object_or_404(draws, uid=uid)
    given = request.GET.copy()
    given["draw"] = str(uid)
    found = desk.pool_rows(actor, given)
    named = Premises.objects.filter(uid__in=[row[1] for row in found[:SHOWN] if row[5]])
    names = {str(one): name for one, name in named.values_list("uid", "name")}
    rows = [
        [*row[:3], listed(area_name(code) for code in row[3].split()), *row[4:], names.get(row[1], "")]
        for row in found[:SHOWN]
    ]
    context = {"matter": matter, "draw": matter.draw, "rows": rows, "shown": SHOWN, "n": len(found)}
    return render(request, "inspection/desk/draw_pool.html", context)
