"""The code of a reward, said once; the counter that pays against it; the number of who is called back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts import CLERK, HEAD
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.perform import perform, why_not
from zhijian.kernel.papers.codes import shown_code
from zhijian.programmes.complaints.handling import reward

BOX = {"class": "form-control"}


@never_cache
@require_POST
@ours
def reward_code(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A new code, shown this once: only its keyed digest is kept."""
    actor = actor_in(request)
    matter = matter_of(str(uid), actor)
    if matter.kind != reward.REWARD.kind or why_not(matter, "give_code", actor):
        raise Http404
    code = reward.give_code(matter, actor)
    return render(request, "complaints/desk/reward_code.html", {"matter": matter, "code": shown_code(code)})


class Counter(forms.Form):
    """The code that somebody brings; then the voucher of the payment."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=20,
        widget=forms.TextInput(attrs={**BOX, "autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    voucher = forms.CharField(
        label=gettext_lazy("Number of the voucher"), max_length=60, required=False, widget=forms.TextInput(attrs=BOX)
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(CLERK, HEAD)
def reward_counter(request: HttpRequest) -> HttpResponse:
    """Code in, amount out, paid against a voucher; nobody's name is asked for or kept."""
    actor = actor_in(request)
    form = Counter(request.POST if request.method == "POST" else None, label_suffix="")
    told: dict[str, Any] = {"form": form}
    if request.method != "POST" or not form.is_valid():
        del form.fields["voucher"]
        return render(request, "complaints/desk/reward_counter.html", told, status=422 if form.is_bound else 200)
    found = reward.find(form.cleaned_data["code"], actor)
    if found is None:
        form.add_error("code", _("No reward waits under this code."))
        del form.fields["voucher"]
        return render(request, "complaints/desk/reward_counter.html", told, status=422)
    voucher = form.cleaned_data["voucher"]
    if not voucher:
        return render(request, "complaints/desk/reward_counter.html", {**told, "found": found})
    try:
        perform(found.matter, "pay", actor, paid_on=calendar.today(), voucher=voucher)
    except StepError as error:
        return render(request, "complaints/desk/reward_counter.html", {**told, "problem": error.message}, status=409)
    messages.success(request, _("Paid out: ¥%(amount)s.") % {"amount": found.amount})
    return redirect("reward_counter")
