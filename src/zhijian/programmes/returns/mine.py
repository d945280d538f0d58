"""The shop pledges on its own account: which of its shops, and under what terms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.forms import StepForm, form_for
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.party.doors import missing, signed_in
from zhijian.kernel.party.standing import HEAVY, Holder, Standing
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.returns import guards, rules
from zhijian.programmes.returns.flow import PLEDGE

ASKS: Step = next(step for step in PLEDGE.steps if step.verb == "pledge")
SHOPS = 200
Shop = tuple[Standing, Premises]


def _shops(holder: Holder) -> list[Shop]:
    """The shops for which the number may act: all of an enterprise, or the one that it was let into."""
    by_entity = {one.entity.pk: one for one in holder.standings if one.premises is None}
    rows = Premises.objects.filter(entity__in=by_entity, merged_into=None).exclude(status="closed")
    found = [(by_entity[place.entity_id], place) for place in rows.defer(*HEAVY).order_by("name_key", "id")[:SHOPS]]
    return found + [(one, one.premises) for one in holder.standings if one.premises is not None]


@never_cache
@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """`/my/returns/`: each shop with its pledge, or the way to one; who has one shop without a pledge is led on."""
    holder = signed_in(request)
    if holder is None:
        return redirect("party_sign_in")
    found, rows = _shops(holder), []
    for standing in holder.standings:
        with scoped(standing.actor):
            pledges = Matter.objects.filter(kind=PLEDGE.kind, entity=standing.entity, state__in=guards.OPEN)
            given = {one.premises_id: one for one in pledges.only("uid", "state", "kind", "premises_id")[:SHOPS]}
        theirs = [place for one, place in found if one == standing]
        rows += [(place, given.get(place.pk)) for place in theirs]
    if len(rows) == 1 and rows[0][1] is None:
        return redirect("returns_pledge", place=rows[0][0].uid)
    shown = [(place, one, PLEDGE.state(one.state) if one is not None else None) for place, one in rows]
    return render(request, "returns/party/shops.html", {"rows": shown})


def _form(request: HttpRequest, place: Premises, standing: Standing) -> StepForm:
    """The facts as a form of the enterprise's pages; it begins with what the rules of the place ask for."""
    form = form_for(ASKS, None, standing.actor, request.POST or None, area=place.area, premises=place)
    assert form is not None  # the step has facts
    form.prefix, form.auto_id = None, "r-%s"
    today = calendar.today()
    form.fields["days"].initial = rules.number(rules.DAYS_LEAST, today)
    form.fields["refund_days"].initial = rules.number(rules.REFUND_MOST, today)
    for one in form.fields.values():
        one.widget.attrs.pop("class", None)
    return form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_page(request: HttpRequest, place: UUID) -> HttpResponse:
    """`/my/returns/<shop>/`: the terms; nothing typed is lost when something is wrong."""
    holder = signed_in(request)
    if holder is None:
        return redirect("party_sign_in")
    shop = next((one for one in _shops(holder) if one[1].uid == place), None)
    if shop is None:
        return missing(request, 404, by_link=False)
    standing, premises = shop
    form = _form(request, premises, standing)
    context: dict[str, Any] = {
        "form": form,
        "shop": premises,
        "least": rules.number(rules.DAYS_LEAST, calendar.today()),
    }
    if request.method == "POST" and form.is_valid():
        try:
            made = _pledged(standing, premises, form.facts())
        except BadFacts as error:
            form.blame(error.errors)
        except StepError as error:
            context["problem"] = error.message
        else:
            messages.success(
                request, _("Thank you. The office looks at your pledge and tells you when it is in force.")
            )
            return redirect("party_my_page", matter=made.uid)
    return render(request, "returns/party/pledge_new.html", context, status=422 if request.method == "POST" else 200)


def _pledged(standing: Standing, place: Premises, told: dict[str, Any]) -> Matter:
    """Open the pledge as the enterprise's own act."""
    area = place.area or standing.entity.area or str(stack().setting("city"))
    with scoped(standing.actor) as actor:
        about = About(place.name, area, standing.entity, place)
        return perform(PLEDGE, "pledge", actor, about=about, **told)
