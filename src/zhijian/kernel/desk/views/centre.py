"""The page of a command centre; its numbers are drawn anew each minute."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import centre, lists, said
from zhijian.kernel.desk.filters import DUE
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.views.todo import line_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack


def _focus(actor: Actor, asked: str, one: centre.Centre) -> str:
    """The area to look at: the one asked for, else the topmost in which he holds a role of the centre."""
    if asked:
        if asked not in stack().areas or not actor.can_read(asked):
            raise Http404
        return asked
    return min((low for low, _high in actor.scopes(one.roles)), key=lambda code: (len(code), code))


def _record(matter: Matter) -> str:
    return reverse("record", args=[matter.uid])


@require_safe
@ours
@vary_on_headers("HX-Request")
def centre_page(request: HttpRequest, code: str) -> HttpResponse:
    """What is open, by state and time limit, by area, by person; what breaks next; where it lies."""
    actor = actor_in(request)
    one = centre.centre_of(code, actor)
    if one is None:
        raise Http404
    area = _focus(actor, request.GET.get("area", ""), one)
    address, found = lists.load()[one.list].url(), centre.look(one, actor, area)
    base = {"area": area, "state": "open"}

    def table(rows: list[centre.Row]) -> list[tuple[centre.Row, list[tuple[str, int, str]]]]:
        return [(row, list(row.cells(base, address))) for row in rows]

    tiles = [(DUE.get(due, _("Open")), due, n, url) for due, n, url in found.whole.cells(base, address)]
    context = {
        "tiles": tiles, "centre": one, "area": area, "path": _path(actor, area), "at": timezone.localtime(),
        "due": list(DUE.values()),
        "whole": found.whole, "states": [(kind, table(rows)) for kind, rows in found.states],
        "areas": table(found.areas), "people": table(found.people),
        "next": [line_of(matter) for matter in centre.nearest(one, actor, area)],
    }  # fmt: skip
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "desk/parts/centre.html", context)
    return render(request, "desk/centre.html", {**context, "map": centre.points(one, actor, area, _record)})


def _path(actor: Actor, area: str) -> list[tuple[str, str]]:
    """The areas above that he reads, the highest first."""
    found, known = [], stack().areas
    here = known[area].parent if area in known else ""
    while here and actor.can_read(here):
        found.append((here, said.area_name(here)))
        here = known[here].parent if here in known else ""
    return found[::-1]
