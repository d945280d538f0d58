"""At the end of a complaint: the pledge was broken; and taking that back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.desk import forms, gate
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.programmes.returns import breaking, facts

SAY = Step("say", label=gettext_lazy("The shop broke its return pledge"), facts=facts.Found, from_="x")
STRIKE = Step("strike", label=gettext_lazy("No broken pledge after all"), facts=facts.Struck, from_="x")
PAGE = "returns/desk/broken.html"


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def broken_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Which pledge, when it was bought, and how it was broken."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    of = matter_of(str(uid), actor)
    if not breaking.may_say(of, actor):
        raise Http404
    form = forms.form_for(SAY, of, actor, request.POST if posted else None)
    assert form is not None
    context: dict[str, Any] = {"matter": of, "form": form, "step": SAY, "shut": breaking.why_not_now(of, actor)}
    if not posted or context["shut"]:
        return render(request, PAGE, context, status=409 if posted else 200)
    if not form.is_valid():
        return render(request, PAGE, context, status=422)
    try:
        breaking.say(of, actor, **form.facts())
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, PAGE, context, status=422)
    except StepError as error:
        return render(request, PAGE, {**context, "problem": error.message}, status=error.status)
    messages.success(request, _("It is counted at the shop's pledge."))
    return redirect("record", uid=of.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def strike_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Why it counts no more. `uid` is what was said."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    try:
        found = breaking.found(uid, actor)
    except (NotFound, NotAllowed) as error:
        raise Http404 from error
    form = forms.form_for(STRIKE, None, actor, request.POST if posted else None)
    assert form is not None
    shut = _("It was taken back already.") if found.struck_on is not None else ""
    context: dict[str, Any] = {"matter": found.of, "form": form, "step": STRIKE, "broken": found, "shut": shut}
    if not posted or shut:
        return render(request, PAGE, context, status=409 if posted else 200)
    if not form.is_valid():
        return render(request, PAGE, context, status=422)
    try:
        breaking.strike(uid, actor, **form.facts())
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, PAGE, context, status=422)
    except StepError as error:
        return render(request, PAGE, {**context, "problem": error.message}, status=error.status)
    messages.success(request, _("Taken back: it counts no more."))
    return redirect("record", uid=found.of.uid)
