"""The page of a draw's pool: every place and officer with the lot, so that anyone can do the draw over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from zhijian.kernel.desk import gate
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.inspection.draw import desk

SHOWN = 200


@require_safe
@gate.roles(*desk.READERS)
def pool_page(request: HttpRequest, uid: str) -> HttpResponse:
    """`/draws/<uid>/pool/`: the first of the pool; all of it is in the Excel."""
    actor = gate.actor_in(request)
    rows = readable(Matter.objects.filter(kind="visit_draw"), actor).select_related("draw")
    matter = get_object_or_404(rows, uid=uid)
    given = request.GET.copy()
    given["draw"] = str(uid)
    found = desk.pool_rows(actor, given)
    context = {"matter": matter, "draw": matter.draw, "rows": found[:SHOWN], "shown": SHOWN, "n": len(found)}
    return render(request, "inspection/desk/draw_pool.html", context)
