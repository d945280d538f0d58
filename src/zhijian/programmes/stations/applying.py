"""An enterprise applies by its account: for a service station, or to be an ODR enterprise."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.forms import StepForm, form_for
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.party.doors import signed_in
from zhijian.kernel.party.standing import Standing
from zhijian.programmes.stations import entering, rules
from zhijian.programmes.stations.flow import STATION
from zhijian.programmes.stations.models import StationSort


def _sorts() -> list[tuple[str, Any]]:
    return [(one, label) for one, label in StationSort.choices if one in entering.FOR_ENTERPRISES]


def _form(data: Any, standing: Standing) -> StepForm:
    step = next(step for step in STATION.steps if step.verb == "apply")
    form = form_for(step, None, standing.actor, data)
    assert form is not None  # the step has facts
    form.prefix, form.auto_id = None, "s-%s"
    form.fields["sort"] = django_forms.ChoiceField(
        label=form.fields["sort"].label, choices=_sorts(), widget=django_forms.RadioSelect
    )
    form.fields["sort"].radios = True  # type: ignore[attr-defined]
    form.order_fields(["sort"])
    entity = standing.entity
    begins = {"name": entity.name[:100], "address": entity.address[:200], "phone": entity.phone[:40]}
    for name, value in begins.items():
        form.fields[name].initial = value
    for one in form.fields.values():
        one.widget.attrs.pop("class", None)
    return form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply_page(request: HttpRequest) -> HttpResponse:
    """For the whole enterprise only: who was let to one shop of it does not apply."""
    holder = signed_in(request)
    if holder is None:
        return redirect("party_sign_in")
    whole = [one for one in holder.standings if one.premises is None]
    if not whole:
        raise Http404
    chosen = holder.chosen((request.POST.get("shop") or request.GET.get("shop", ""))[:40])
    standing = chosen if chosen in whole else whole[0]
    form = _form(request.POST if request.method == "POST" else None, standing)
    day = calendar.today()
    context: dict[str, Any] = {
        "form": form, "standing": standing, "whole": whole, "pass_mark": rules.pass_mark(day),
        "standards": [(label, rules.standard(one, day)) for one, label in _sorts()],
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "stations/party/apply.html", context)
    if form.is_valid():
        try:
            made = entering.apply(standing.entity, standing.actor, **form.facts())
        except BadFacts as error:
            form.blame(error.errors)
        except StepError as error:
            return render(request, "stations/party/apply.html", {**context, "problem": error.message}, status=409)
        else:
            messages.success(request, _("Thank you. It has arrived, and the office has been told."))
            return redirect("party_my_page", matter=made.uid)
    return render(request, "stations/party/apply.html", context, status=422)
