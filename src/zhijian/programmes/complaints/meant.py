"""Who is meant: ranked candidates with their reasons, one key to confirm; corrected in the same place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform, why_not
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.search import Hits, search
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Item, Link
from zhijian.programmes.complaints.proposals import candidates

SHOWN = 6


def item_of(uid: UUID, actor: Actor) -> tuple[Matter, Item]:
    """The item of that uid, if it is within the person's scope. Raises Http404."""
    matter = matter_of(str(uid), actor)
    if matter.kind not in KINDS:
        raise Http404
    return matter, Item.objects.get(pk=matter.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def meant_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Candidates with their reasons; the number before each chooses it."""
    actor = actor_in(request)
    matter, record = item_of(uid, actor)
    shut = why_not(matter, "name", actor)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context: dict[str, Any] = {"matter": matter, "record": record, "q": typed, "shut": shut}
    if request.method == "POST" and not shut:
        try:
            name(matter, actor, request.POST.get("entity", ""), request.POST.get("premises", ""))
        except StepError as error:
            return render(request, "complaints/desk/meant.html", {**context, "problem": error.message}, status=409)
        messages.success(request, _("Noted which enterprise is meant."))
        return redirect("record", uid=matter.uid)
    context |= categories.told(matter, record, actor)
    context["hits"] = search(typed, limit=SHOWN) if len(typed) > 1 else Hits()
    context["found"] = [] if typed else candidates(matter, record)
    return render(request, "complaints/desk/meant.html", context)


def name(matter: Matter, actor: Actor, entity: str, premises: str) -> Matter:
    """Say that this enterprise, at these premises, is meant; `entity` empty: it is not on the register.

    Raises Http404 for a uid of nobody, StepError.
    """
    if not entity:
        return perform(matter, "name", actor, meant=Link.ABSENT)
    try:
        chosen = get_object_or_404(Entity.objects.select_related("merged_into").defer("grams"), uid=UUID(entity)).stands
        rows = Premises.objects.filter(entity=chosen, merged_into=None)
        place = rows.filter(uid=UUID(premises)).first() if premises else None
    except ValueError:
        raise Http404 from None
    return perform(
        matter, "name", actor, meant=Link.CONFIRMED, entity=chosen.pk, premises=place.pk if place is not None else None
    )
