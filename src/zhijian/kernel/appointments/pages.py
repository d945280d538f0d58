"""Choosing a time: the enterprise behind its link or account, and staff for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts, shown, telling
from zhijian.kernel.appointments.acts import Wish
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.desk.views.entity import entity_of
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.party.doors import Door, through_door


def done(request: HttpRequest, wish: Wish, actor: Actor) -> str:
    """Book, move or cancel as it was sent; the sentence that says what was done. Raises StepError, Http404."""
    slot, booking, what = _slot(request), _booking(request, wish), request.POST.get("act")
    if what == "book" and slot is not None:
        made = acts.book(slot, wish, actor)
        return _("Booked: %(at)s.") % {"at": telling.said(made.slot)}
    if what == "move" and slot is not None and booking is not None:
        made = acts.move(booking, slot, actor)
        return _("Moved to %(at)s.") % {"at": telling.said(made.slot)}
    if what == "cancel" and booking is not None:
        acts.cancel(booking, actor, request.POST.get("reason", "")[:300])
        return _("Cancelled. The place is free again.")
    raise Http404


def _slot(request: HttpRequest) -> Slot | None:
    uid = request.POST.get("slot", "")
    with scoped(SYSTEM):
        return Slot.objects.filter(uid=uid).first() if is_uid(uid) else None


def _booking(request: HttpRequest, wish: Wish) -> Booking | None:
    """The booking that is meant, if it is one of this wish."""
    uid = request.POST.get("booking", "")
    with scoped(SYSTEM):
        rows = Booking.objects.filter(entity=wish.entity, matter=wish.matter)
        return rows.filter(uid=uid).first() if is_uid(uid) else None


@require_http_methods(["GET", "HEAD", "POST"])
@through_door
def party_times(request: HttpRequest, door: Door) -> HttpResponse:
    """The enterprise chooses a time about the matter of its page, moves it or gives it back."""
    head = door.family().head
    if head.entity is None:
        raise Http404
    wish = acts.wish_of(head)
    context: dict[str, Any] = {"door": door, "head": head}
    if request.method == "POST":
        try:
            messages.success(request, done(request, wish, door.actor))
        except StepError as error:
            context |= {"problem": error.message, "choices": shown.choices(wish)}
            return render(request, "appointments/party/times.html", context, status=error.status)
        return redirect(f"{door.base}times/")
    return render(request, "appointments/party/times.html", {**context, "choices": shown.choices(wish)})


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*acts.WORKERS)
def matter_times(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Staff choose a time for the enterprise of a matter."""
    actor = gate.actor_in(request)
    matter = matter_of(str(uid), actor)
    if matter.entity is None or not actor.roles_at(matter.area) & acts.WORKERS:
        raise Http404
    return _times(request, acts.wish_of(matter), reverse("record", args=[matter.uid]), matter.title)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*acts.WORKERS)
def entity_times(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Staff choose a time for an enterprise, about no matter."""
    actor, entity = gate.actor_in(request), entity_of(str(uid))
    if not acts.may_book(entity, actor):
        raise Http404
    return _times(request, Wish(entity, None, entity.area), reverse("entity", args=[entity.uid]), entity.name)


def _times(request: HttpRequest, wish: Wish, back: str, title: str) -> HttpResponse:
    context: dict[str, Any] = {"back": back, "title": title, "wish": wish}
    if request.method == "POST":
        try:
            messages.success(request, done(request, wish, gate.actor_in(request)))
        except StepError as error:
            context |= {"problem": error.message, "choices": shown.choices(wish)}
            return render(request, "appointments/desk/times.html", context, status=error.status)
        return redirect(request.path)
    return render(request, "appointments/desk/times.html", {**context, "choices": shown.choices(wish)})
