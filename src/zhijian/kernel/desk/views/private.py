"""Opening a private value: asked why, shown in that answer only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.private import LONGEST, WhyNeeded, kind_of, opened


class Why(forms.Form):
    """Why it is opened."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=gettext_lazy("It stands in the ledger with your name; whoever looks after the file can read it."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@ours
def private_page(request: HttpRequest, what: str, uid: UUID) -> HttpResponse:
    """Ask for the reason; then show the value, in this answer only."""
    actor, kind = actor_in(request), kind_of(what)
    found = kind.find(uid, actor) if kind is not None else None
    if kind is None or found is None:
        raise Http404
    asked = Why(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {"kind": kind, "found": found, "form": asked}
    if request.method != "POST":
        return render(request, "desk/private.html", context)
    if asked.is_valid():
        try:
            whole = opened(kind, found, actor, asked.cleaned_data["reason"])
            return render(request, "desk/private.html", {**context, "whole": whole})
        except WhyNeeded:
            asked.add_error("reason", _("You hold no open matter here: say what you need it for."))
    return render(request, "desk/private.html", context, status=422)
