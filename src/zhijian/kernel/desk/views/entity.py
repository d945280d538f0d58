"""An entity's file: what is registered, places on a map, licences, matters."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import outlines, paging, panels, said, timeline
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.lists import load
from zhijian.kernel.matters.behalf import SPEAKS_FOR
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.kernel.registry import contacts, joining, numbers
from zhijian.kernel.registry.history import history
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.origin import origin

MATTERS = 20
PLACES = 200
TIMELINE = 60
JOINS = 20


def entity_of(uid: str) -> Entity:
    """The entity; the register is public knowledge, so any staff may look."""
    rows = Entity.objects.select_related("merged_into").defer("grams", "fold", "initials", "merged_into__grams")
    return get_object_or_404(rows, uid=uid)


def _matters(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    rows = readable(Matter.objects.filter(entity=entity), actor_in(request)).select_related("assignee")
    page = paging.page(rows, "newest", request.GET.get("after", ""), request.GET.get("before", ""), MATTERS)
    shown = []
    for matter in page.rows:
        flow = flow_of(matter.kind)
        due = said.due_of(matter.due, matter.due_at) if matter.closed is None else None
        shown.append((matter, flow.title, flow.state(matter.state), due))
    return {"matters": shown, "page": page}


def _industry(code: str) -> str:
    """The industry in words, with its code; the code alone where the pack names none."""
    known = stack().table("codes/industries") if stack().files("codes/industries.toml") else {}
    return f"{known[code[:1]]} {code}" if code[:1] in known else code


def _map(entity: Entity, places: list[Premises]) -> dict[str, Any] | None:
    points = [
        {"name": p.name, "lat": str(p.lat), "lon": str(p.lon)}
        for p in places
        if p.lat is not None and p.lon is not None
    ]
    ground = outlines.ground([places[0].area or entity.area]) if points else None
    tiles = stack().setting("map_tiles", "")
    if not points or not (ground or tiles):
        return None  # a point on nothing tells nobody where it is
    centre = stack().setting("centre", ["0", "0"])
    return {"points": points, **(ground or {}), "tiles": tiles, "lat": centre[0], "lon": centre[1]}


@require_safe
@ours
def entity_page(request: HttpRequest, uid: str) -> HttpResponse:
    """One entity, one file (一企一档)."""
    actor = actor_in(request)
    entity = entity_of(uid)
    if entity.merged_into is not None:
        return redirect("entity", uid=entity.merged_into.uid)
    context = {"entity": entity, **_matters(request, entity)}
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "desk/parts/entity_matters.html", context)
    standing = entity.premises.filter(merged_into=None).defer("grams", "fold", "initials")
    places = list(standing.order_by("status", "id")[:PLACES])
    known = contacts.shown(places, actor)
    areas = {entity.area, *(place.area for place in places)}

    def tell(number: str) -> tuple[str, bool]:
        """A number as this person sees it, and whether it is covered."""
        return numbers.shown(entity, number, areas, actor), numbers.covered(entity, number, areas, actor)

    file = joining.File(entity)
    changes = history(file)
    # What was done in a matter is read by those who read the matter: an administrator keeps the house only.
    its = readable(Matter.objects.filter(pk=OuterRef("matter")), actor)
    seen = file.entries().filter(Q(matter=None) | Q(Exists(its)))
    entries = timeline.lines(seen, actor, TIMELINE)
    lines: list[timeline.Said] = [*entries, *timeline.registered(changes), *timeline.taken_in(origin(entity))]
    shown = sorted(lines, key=lambda line: line.at, reverse=True)[:TIMELINE]
    context |= {
        "path": said.area_path(entity.area),
        "industry": _industry(entity.industry),
        "places": [(place, said.area_name(place.area), known.get(place.pk), tell(place.phone)) for place in places],
        "number": tell(entity.phone),
        "licences": entity.licences.order_by("status", "-valid_until"),
        "today": calendar.today(),
        "map": _map(entity, places),
        "panels": panels.draw_entity(request, entity, actor),
        "days": timeline.by_day(shown),
        "history": changes,
        "joins": file.joins[:JOINS],
        "merged": file.merged[:JOINS],
        "acts": panels.entity_acts(entity, actor),
        "opening": [way for one in load().values() for way in one.opening_steps(actor) if not way[0].of_area],
        "joiner": bool(actor.roles_at() & joining.JOINERS),
        "speaks": bool(actor.roles_at(entity.area) & SPEAKS_FOR) and bool(entity.area),
        "join_reader": bool(actor.roles_at() & joining.READERS),
    }
    return render(request, "desk/entity.html", context)
