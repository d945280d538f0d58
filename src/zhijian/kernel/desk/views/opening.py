"""Opening a matter: first about whom, by the search; then what the step must be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import forms
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.lists import load
from zhijian.kernel.evidence.refusals import Refused
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.registry.models import Entity, Premises


def _find(kind: str, verb: str, actor: Actor) -> tuple[Flow, Step]:
    flow = flows().get(kind)
    step = flow.find(verb, None, calendar.today()) if flow else None
    if flow is None or step is None or step.hidden or step.by is not None:
        raise Http404
    if not actor.roles_at() & set(step.whos):
        raise Http404
    return flow, step


def _about(request: HttpRequest) -> tuple[Entity | None, Premises | None]:
    """The entity and the place that were chosen (`?e=` and `?p=`); a single place is taken by itself."""
    given = request.GET.get("e", "")
    if not forms.is_uid(given):
        return None, None
    entity = get_object_or_404(Entity.objects.select_related("merged_into").defer("grams", "extra"), uid=given).stands
    places = list(entity.premises.exclude(status="closed").defer("grams", "extra").order_by("id")[:200])
    chosen = request.GET.get("p", "")
    if chosen:
        return entity, next((p for p in places if str(p.uid) == chosen), None)
    return entity, places[0] if len(places) == 1 else None


def opener(kind: str, verb: str) -> Any:
    """What the programme's list names to open such a matter; None for a plain step."""
    for one in load().values():
        if kind in one.kinds() and verb in one.opens:
            return one.opens[verb]
    return None


def open_matter(flow: Flow, verb: str, actor: Actor, about: About, facts: dict[str, Any]) -> Matter:
    """Open a matter by the programme's own function where there is one, else by the step alone."""
    special = opener(flow.kind, verb)
    return special(actor, about, facts) if special else perform(flow, verb, actor, about=about, **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def open_page(request: HttpRequest, kind: str, verb: str) -> HttpResponse:
    """`/new/<kind>/<verb>/`: choose whom it is about, then the form."""
    actor = actor_in(request)
    flow, step = _find(kind, verb, actor)
    entity, place = (None, None) if flow.of_area else _about(request)
    context: dict[str, Any] = {"flow": flow, "step": step, "entity": entity, "place": place}
    area, title = actor.posts[0].area, str(flow.title)
    if not flow.of_area:
        if entity is None:
            return render(request, "desk/open_who.html", context)
        places = list(entity.premises.exclude(status="closed").defer("grams", "extra").order_by("id")[:200])
        if place is None and places:
            return render(request, "desk/open_where.html", {**context, "places": places})
        area, title = (place.area, place.name) if place else (entity.area, entity.name)
    form = forms.form_for(
        step, None, actor, request.POST or None, request.FILES or None, area=_office(area, actor), premises=place
    )
    context["form"] = form
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return render(request, "desk/open.html", context, status=422 if request.method == "POST" else 200)
    about = About(title=title, area=area, entity=entity, premises=place)
    try:
        with transaction.atomic():
            matter = open_matter(flow, verb, actor, about, form.facts() if form else {})
    except (BadFacts, Refused) as error:
        if form is not None and isinstance(error, BadFacts):
            form.blame(error.errors)
        return render(request, "desk/open.html", {**context, "problem": str(error)}, status=422)
    except StepError as error:
        return render(request, "desk/open.html", {**context, "problem": error.message}, status=error.status)
    messages.success(request, _("Opened: %(number)s") % {"number": matter.number or matter.title})
    return redirect("record", uid=matter.uid)


def _office(area: str, actor: Actor) -> str:
    """Whose people are offered: those of the place's own office; of the actor's scope where he is wider than that."""
    return area if actor.can_read(area) else ""
