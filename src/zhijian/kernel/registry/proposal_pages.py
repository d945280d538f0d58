"""The desk's list of corrections from the field: old and new beside each other, one key for each decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import excel, gate
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.areas import offices

from . import proposals
from .models import Proposal, What

SHOWN = 50


@require_safe
@gate.roles(*proposals.READERS)
def corrections(request: HttpRequest) -> HttpResponse:
    """What waits for a decision here: the oldest first."""
    actor = gate.actor_in(request)
    rows = list(proposals.waiting(actor)[: SHOWN + 1])
    shown = [(proposals.shown(of), area_name(of.area), _office(of, actor), _decides(of, actor)) for of in rows[:SHOWN]]
    named = any(office for _one, _area, office, _may in shown)
    context = {"rows": shown, "more": len(rows) > SHOWN, "offices": offices() if named else []}
    return render(request, "registry/corrections.html", context)


HEADS = (
    gettext_lazy("Premises"), gettext_lazy("Area"), gettext_lazy("What"), gettext_lazy("In the register"),
    gettext_lazy("To be"), gettext_lazy("Note"), gettext_lazy("By whom"), gettext_lazy("Date and time"),
    gettext_lazy("Belongs to"),
)  # fmt: skip


def _cells(block: list[Proposal], _actor: Actor) -> Iterator[list[Any]]:
    for of in block:
        one, matter = proposals.shown(of), of.matter
        yield [
            of.name, area_name(of.area), of.get_what_display(), one.old, one.new, of.note, of.person.name, of.made_at,
            (matter.number or matter.title) if matter else "",
        ]  # fmt: skip


excel.sheet(
    "corrections", gettext_lazy("Corrections from the field"), proposals.READERS, HEADS,
    lambda actor, _given: proposals.waiting(actor), _cells, widths=(30, 16, 14, 30, 30, 30, 14, 18, 24),
)  # fmt: skip


def _decides(of: Proposal, actor: Actor) -> bool:
    return bool(actor.roles_at(of.area) & set(proposals.DECIDERS))


def _office(of: Proposal, actor: Actor) -> str:
    """The office that a new address is offered to: that of the place's pin, else the present one; "" for the rest."""
    if of.what != What.ADDRESS or not _decides(of, actor):
        return ""
    named = proposals.shown(of).value.get("area", "")
    if named in stack().areas:
        return named
    return of.premises.area if of.premises is not None else ""


@require_POST
@gate.roles(*proposals.DECIDERS)
def accept(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take it over into the register."""
    amended = {name: request.POST[name] for name in ("text", "area") if name in request.POST}
    if "area" in amended and amended["area"] not in stack().areas:
        amended.pop("area")
    try:
        of = proposals.accept(uid, gate.actor_in(request), request.POST.get("seen", ""), amended)
    except Proposal.DoesNotExist as error:
        raise Http404 from error
    except (proposals.Overtaken, proposals.Unfit) as error:
        messages.warning(request, _("Nothing was changed. %(why)s") % {"why": error})
        return redirect("corrections")
    messages.success(request, _("Taken over into the register: %(what)s") % {"what": of})
    return redirect("corrections")


@require_POST
@gate.roles(*proposals.DECIDERS)
def refuse(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Leave the register as it is."""
    try:
        of = proposals.refuse(uid, gate.actor_in(request), request.POST.get("reason", ""))
    except Proposal.DoesNotExist as error:
        raise Http404 from error
    except proposals.Overtaken as error:
        messages.warning(request, _("Nothing was changed. %(why)s") % {"why": error})
        return redirect("corrections")
    messages.info(request, _("Refused, the register stays as it is: %(what)s") % {"what": of})
    return redirect("corrections")
