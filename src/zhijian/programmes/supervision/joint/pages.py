"""Asking another office from the page of a matter, judging what it contributes, and what waits to be judged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.desk import forms, gate, said
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.errors import BadFacts, NotFound, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.perform import why_not
from zhijian.programmes.supervision import rules
from zhijian.programmes.supervision.joint import acts, sharing
from zhijian.programmes.supervision.joint.flow import JOINT

ASK: Step = next(step for step in JOINT.steps if step.verb == "ask")
SHOWN = 100


def _asking(request: HttpRequest, matter: Any, posted: bool) -> Any:
    """The form: only the photos of this matter, and who came only where it may be told."""
    actor = gate.actor_in(request)
    form = forms.form_for(ASK, None, actor, request.POST if posted else None, area=matter.area)
    assert form is not None
    if (row := rules.JOINT_WITHIN.maybe(calendar.today())) is not None:
        form.fields["answer_by"].initial = clocks.count(row, calendar.start_of(calendar.today())).due
    photos = [(str(one.uid), one.item or one.caption or one.name or str(n)) for n, one in
              enumerate(acts.photos_of(matter)[:SHOWN], 1)]  # fmt: skip
    label = form.fields["files"].label
    if photos:
        form.fields["files"] = django_forms.MultipleChoiceField(
            label=label, choices=photos, required=False, widget=django_forms.CheckboxSelectMultiple
        )
    else:
        del form.fields["files"]
    who = sharing.of(matter)
    if who is None or who.never or not who.shown:
        del form.fields["tell_who"], form.fields["who_reason"]
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def ask_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whom, what, by when; and what of the matter they may see."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    matter = matter_of(str(uid), actor)
    if not acts.may_ask(matter, actor):
        raise Http404
    form = _asking(request, matter, posted)
    who = sharing.of(matter)
    context: dict[str, Any] = {
        "matter": matter, "form": form, "step": ASK, "shut": acts.why_no_asking(matter, actor),
        "never": who is not None and who.never,
    }  # fmt: skip
    if not posted or context["shut"]:
        return render(request, "supervision/desk/new.html", context, status=409 if posted else 200)
    if not form.is_valid():
        return render(request, "supervision/desk/new.html", context, status=422)
    try:
        made = acts.ask(matter, actor, **form.facts())
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, "supervision/desk/new.html", context, status=422)
    except StepError as error:
        return render(request, "supervision/desk/new.html", {**context, "problem": error.message}, status=error.status)
    messages.success(request, _("Asked: %(number)s") % {"number": made.number})
    return redirect("record", uid=matter.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def judge_page(request: HttpRequest, uid: UUID, verb: str) -> HttpResponse:
    """Accept with one key; send back or withdraw with a reason. `uid` is the request's."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    step = next((one for one in JOINT.steps if one.verb == verb and verb in acts.JUDGES), None)
    try:
        of, record = acts.found(uid, actor)
    except NotFound as error:
        raise Http404 from error
    if step is None:
        raise Http404
    form = forms.form_for(step, None, actor, request.POST if posted else None, area=of.area)
    with scoped(SYSTEM):
        shut = why_not(record.matter, verb, SYSTEM)
    context: dict[str, Any] = {"matter": of, "form": form, "step": step, "shut": shut, "record": record,
                               "office": said.area_name(record.matter.area)}  # fmt: skip
    if not posted or shut:
        return render(request, "supervision/desk/judge.html", context, status=409 if posted else 200)
    if form is not None and not form.is_valid():
        return render(request, "supervision/desk/judge.html", context, status=422)
    try:
        acts.judge(uid, verb, actor, **(form.facts() if form is not None else {}))
    except BadFacts as error:
        if form is not None:
            form.blame(error.errors)
        return render(request, "supervision/desk/judge.html", context, status=422)
    except StepError as error:
        told = {**context, "problem": error.message}
        return render(request, "supervision/desk/judge.html", told, status=error.status)
    messages.success(request, _("Done: %(step)s") % {"step": step.label})
    return redirect("record", uid=of.uid)


@require_safe
@gate.ours
def waiting_page(request: HttpRequest) -> HttpResponse:
    """The contributions that wait for him, the oldest first: each leads to the matter that it is about."""
    actor = gate.actor_in(request)
    rows = acts.waiting(actor).select_related("of").order_by("answered_at", "pk")[:SHOWN]
    return render(request, "supervision/desk/waiting.html", {"rows": list(rows)})
