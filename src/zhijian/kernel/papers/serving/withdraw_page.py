"""The desk's page on which a service that was recorded wrongly is withdrawn, by two people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.desk import gate
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving import withdrawing, words
from zhijian.kernel.papers.who import SERVERS, only


class Wrong(forms.Form):
    """What is wrong with it."""

    reason = forms.CharField(
        label=gettext_lazy("What was recorded wrongly"),
        min_length=2,
        max_length=250,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=gettext_lazy("It stands in the ledger and on the void proof of service."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def withdraw_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what is wrong with the recorded service; a second person agrees, or leaves it as it is."""
    actor = gate.actor_in(request)
    rows = Paper.objects.select_related("matter", "entity").defer("data", "signatures")
    paper = get_object_or_404(readable(rows, actor, "matter"), uid=uid)
    service, may = withdrawing.standing(paper), bool(actor.roles_at(paper.area) & set(SERVERS))
    posted = request.method == "POST"
    asked = Wrong(request.POST if posted else None, label_suffix="")
    context: dict[str, Any] = {
        "paper": paper,
        "title": form(paper.kind).title,
        "service": service,
        "said": words.standing(service)[0] if service is not None else "",
        "why": words.WHYS.get(service.why, "") if service is not None and not service.running else "",
        "mine": service is not None and service.doubted_by_id == actor.person_id,
        "shut": "" if may and service is not None else only(SERVERS) if not may else withdrawing.may_doubt(paper).why,
        "form": asked,
    }
    if not posted:
        return render(request, "papers/withdraw.html", context)
    act = request.POST.get("act", "")
    try:
        if act in ("agree", "keep"):
            done = (withdrawing.agree if act == "agree" else withdrawing.keep)(paper, actor)
        elif may and service is not None and not asked.is_valid():
            return render(request, "papers/withdraw.html", context, status=422)
        else:
            done = withdrawing.doubt(paper, asked.cleaned_data["reason"] if asked.is_valid() else "", actor)
    except StepError as error:
        return render(request, "papers/withdraw.html", {**context, "shut": error.message}, status=error.status)
    messages.success(request, _said(done, act))
    return redirect("paper_serve", uid=paper.uid)


def _said(service: Service, act: str) -> str:
    if service.state == Service.State.WITHDRAWN:
        return _("The service is withdrawn and its proof void; the paper can be served again.")
    return _("It stands as it was recorded.") if act == "keep" else _("Said. A second person decides.")
