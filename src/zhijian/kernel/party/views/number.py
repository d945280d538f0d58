"""The counter: a telephone number of an enterprise that changed is put right, and who has access is seen."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import forms, gate
from zhijian.kernel.matters.behalf import SPEAKS_FOR
from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.facts import parse
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.notices.telling import texted
from zhijian.kernel.party import access, number
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry import proposals
from zhijian.kernel.registry.models import Entity, Proposal, ProposalState, What

ASKS = Step("number", facts=number.NewNumber)


def _entity(request: HttpRequest, uid: UUID) -> Entity:
    """The enterprise, where the person works; 404 otherwise."""
    found = get_object_or_404(Entity.objects.select_related("merged_into").defer("grams"), uid=uid).stands
    if not number.may_ask(found, gate.actor_in(request)):
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*SPEAKS_FOR)
def number_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/e/<uid>/number/`: who asks and how he was known, the new number, and why. Nothing typed is lost."""
    entity, actor = _entity(request, uid), gate.actor_in(request)
    form = forms.form_for(ASKS, None, actor, request.POST if request.method == "POST" else None, area=entity.area)
    if form is None:
        raise Http404
    now = proposals.current(proposals.itself(entity), str(What.NUMBER))
    if request.method == "POST" and form.is_valid() and (done := _change(request, form, entity)) is not None:
        messages.success(request, done)
        return redirect("entity", uid=entity.uid)
    waiting = Proposal.objects.filter(entity=entity, what=What.NUMBER, state=ProposalState.OPEN)
    context = {
        "entity": entity,
        "form": form,
        "seen": proposals.seen(now),
        "decides": number.decides(entity, actor),
        "people": [(one, mask(plain_number(str(one.phone)))) for one in access.of_entity(entity)],
        "waiting": waiting.select_related("person").order_by("-pk").first(),
    }
    return render(request, "party/number.html", context, status=422 if form.errors else 200)


def _change(request: HttpRequest, form: forms.StepForm, entity: Entity) -> str | None:
    """Do it; what was done in words, or None with the reason in the form."""
    told_off = texted(entity.phone)  # whether the old number can be told
    try:
        told = parse(number.NewNumber, form.facts())
        assert isinstance(told, number.NewNumber)
        made = number.change(entity, told, gate.actor_in(request), request.POST.get("seen", ""))
    except BadFacts as error:
        form.blame(error.errors)
    except proposals.Unfit as error:
        form.add_error("phone", str(error))
    except proposals.Overtaken as error:
        form.add_error(None, str(error))
    else:
        if made.state == ProposalState.ACCEPTED:
            if told_off:
                return _("The number is changed. Links and sign-ins of the old one have ended, and it has been told.")
            return _("The number is changed. Links and sign-ins of the old one have ended.")
        return _("Proposed. A clerk or the head takes it over; until then the old number stands.")
    return None


@require_POST
@gate.roles(*SPEAKS_FOR)
def end_access(request: HttpRequest, uid: UUID, access_uid: UUID) -> HttpResponse:
    """Take somebody's access away at the counter."""
    entity = _entity(request, uid)
    found = get_object_or_404(Access.objects.select_related("entity", "premises"), uid=access_uid, entity=entity)
    with scoped(gate.actor_in(request)) as actor:
        access.end(found, actor)
    messages.success(request, _("Taken away. From now on that number sees nothing here any more."))
    return redirect("entity_number", uid=entity.uid)
