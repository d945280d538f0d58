"""Ordering supervision: from the page of one matter, or about many that were ticked in a list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.desk import forms, gate
from zhijian.kernel.desk.lists import list_of
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.supervision import actions, rules
from zhijian.programmes.supervision.flow import SUPERVISION

MOST = 200
ORDER: Step = next(step for step in SUPERVISION.steps if step.verb == "order")


def _form(request: HttpRequest, actor: Actor, area: str, posted: bool) -> Any:
    form = forms.form_for(ORDER, None, actor, request.POST if posted else None, area=area)
    if form is not None and (row := rules.ANSWER_WITHIN.maybe(calendar.today())) is not None:
        form.fields["answer_by"].initial = clocks.count(row, calendar.start_of(calendar.today())).due
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def supervise_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is ordered about this matter, and by when."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    matter = matter_of(str(uid), actor)
    if not actions.may_order(matter, actor):
        raise Http404
    form = _form(request, actor, matter.area, posted)
    context = {"matter": matter, "form": form, "step": ORDER, "shut": actions.why_no_order(matter, actor)}
    if not posted or context["shut"]:
        return render(request, "supervision/desk/new.html", context, status=409 if posted else 200)
    if not form.is_valid():
        return render(request, "supervision/desk/new.html", context, status=422)
    try:
        made = actions.order(matter, actor, **form.facts())
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, "supervision/desk/new.html", context, status=422)
    except StepError as error:
        return render(request, "supervision/desk/new.html", {**context, "problem": error.message}, status=error.status)
    messages.success(request, _("Ordered: %(number)s") % {"number": made.number})
    return redirect("record", uid=matter.uid)


@require_POST
@gate.ours
def supervise_many(request: HttpRequest, name: str) -> HttpResponse:
    """The rows ticked in a list: one text and one day, an order about each."""
    actor = gate.actor_in(request)
    one = list_of(name, actor)
    if one is None or not actor.roles_at() & set(ORDER.whos):
        raise Http404
    uids = [uid for uid in request.POST.getlist("uid") if forms.is_uid(uid)][:MOST]
    matters = list(readable(Matter.objects.filter(uid__in=uids, kind__in=one.kinds()), actor).order_by("due", "pk"))
    if not matters:
        messages.warning(request, _("Nothing was chosen."))
        return redirect(one.url())
    posted = "told" in request.POST
    form = _form(request, actor, "", posted)
    shut = [(matter, flow_of(matter.kind).state(matter.state), _shut(matter, actor)) for matter in matters]
    context = {"list": one, "title": one.label(), "targets": shut, "form": form, "step": ORDER}
    if not posted or not form.is_valid():
        return render(request, "supervision/desk/many.html", context, status=422 if posted else 200)
    refused = actions.order_many(matters, actor, **form.facts())
    if len(refused) == len(matters):
        return render(request, "supervision/desk/many.html", {**context, "refused": refused}, status=409)
    done = len(matters) - len(refused)
    messages.success(request, ngettext("%(n)s order was made.", "%(n)s orders were made.", done) % {"n": done})
    for matter, why in refused:
        said = _("%(number)s was left as it is: %(why)s") % {"number": matter.number or matter.title, "why": why}
        messages.warning(request, said)
    return redirect(one.url())


def _shut(matter: Matter, actor: Actor) -> str:
    try:
        return actions.why_no_order(matter, actor)
    except StepError as error:
        return error.message
