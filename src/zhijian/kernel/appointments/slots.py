"""The desk's slots: what is offered and who comes, offering more, withdrawing one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.appointments import acts, telling
from zhijian.kernel.appointments.asking import OfferForm
from zhijian.kernel.appointments.declared import label_of
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.appointments.offering import leave_on, offer
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.words import listed

PAGE = 50


def readable(actor: Actor) -> QuerySet[Slot]:
    """The slots of the offices for which he works, or which he audits."""
    return Slot.objects.filter(area_filter(actor, roles=acts.READERS))


def _key(text: str) -> tuple[dt.datetime, int] | None:
    """(begin, id) of the last slot of the page before; None for nonsense."""
    seconds, _dot, pk = text.partition(".")
    try:
        return dt.datetime.fromtimestamp(int(seconds), dt.UTC), int(pk)
    except (ValueError, OverflowError, OSError):
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*acts.READERS)
def slots_page(request: HttpRequest) -> HttpResponse:
    """What is offered from today on, with what is booked; and the form to offer more."""
    actor = gate.actor_in(request)
    form = OfferForm(actor, request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            made = offer(form.plan(), actor)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                form.add_error(name if name in form.fields else None, words)
        else:
            _say(request, len(made.slots), made.left_out)
            return redirect("slots")
    context = {**_listed(request, actor), "form": form}
    return render(request, "appointments/desk/slots.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, count: int, left_out: list[tuple[dt.date, str]]) -> None:
    if count:
        words = ngettext("%(n)s slot is offered.", "%(n)s slots are offered.", count)
        messages.success(request, words % {"n": count})
    if left_out:
        shown = "; ".join(f"{day:%m-%d} {why}" for day, why in left_out[:10]) + ("…" if len(left_out) > 10 else "")
        messages.warning(request, _("Left out: %(days)s") % {"days": shown})


def offered(actor: Actor) -> QuerySet[Slot]:
    """What is offered from today on, in its order, with what is booked."""
    rows = readable(actor).filter(day__gte=calendar.today(), withdrawn_at=None)
    taken = Count("bookings", filter=Q(bookings__state=Booking.State.BOOKED))
    held = Booking.objects.filter(state=Booking.State.BOOKED).select_related("entity", "matter").order_by("pk")
    rows = rows.annotate(taken=taken).select_related("officer").prefetch_related(Prefetch("bookings", held))
    return rows.order_by("begins", "pk")


HEADS = (
    gettext_lazy("Begins"), gettext_lazy("Ends"), gettext_lazy("What for"), gettext_lazy("Whose time"),
    gettext_lazy("Area"), gettext_lazy("Place of the appointment"), gettext_lazy("Booked"), gettext_lazy("Places"),
    gettext_lazy("Who comes"),
)  # fmt: skip


def _cells(block: list[Slot], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        who = [b.matter.title if b.matter else b.entity.name for b in one.bookings.all()]  # type: ignore[attr-defined]
        area, officer = said.area_name(one.area), one.officer.name if one.officer else ""
        label, taken = str(label_of(one.kind)), one.taken  # type: ignore[attr-defined]
        yield [one.begins, one.ends, label, officer or area, area, one.place, taken, one.capacity, listed(who)]


excel.sheet("slots", gettext_lazy("Appointments"), acts.READERS, HEADS, lambda actor, _given: offered(actor), _cells)


def _listed(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    rows = offered(actor)
    after = _key(request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(Q(begins__gt=after[0]) | Q(begins=after[0], pk__gt=after[1]))
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "rows": [(one, label_of(one.kind), telling.said(one), said.area_name(one.area)) for one in found[:PAGE]],
        "after": f"{int(last.begins.timestamp())}.{last.pk}" if last else "",
        "later": after is not None,
    }


def slot_of(uid: UUID, actor: Actor) -> Slot:
    """The slot, if its office is his."""
    return get_object_or_404(readable(actor).select_related("officer"), uid=uid)


def _page(request: HttpRequest, slot: Slot, status: int = 200, **told: Any) -> HttpResponse:
    bookings = slot.bookings.select_related("entity", "matter").order_by("pk")  # type: ignore[attr-defined]
    context = {
        "slot": slot,
        "label": label_of(slot.kind),
        "at": telling.said(slot),
        "place": telling.where(slot),
        "area": said.area_name(slot.area),
        "bookings": bookings,
        "away": leave_on(slot.officer_id, slot.day),
        "may": bool(gate.actor_in(request).roles_at(slot.area) & acts.WORKERS),
        "held": sum(one.state == Booking.State.BOOKED for one in bookings),
        **told,
    }
    return render(request, "appointments/desk/slot.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
@gate.roles(*acts.READERS)
def slot_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One slot: who comes, and withdrawing it."""
    return _page(request, slot_of(uid, gate.actor_in(request)))


@require_POST
@gate.roles(*acts.WORKERS)
def withdraw(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a slot back; whoever booked it is told why."""
    actor = gate.actor_in(request)
    slot, reason = slot_of(uid, actor), request.POST.get("reason", "")[:300]
    try:
        n = acts.withdraw(slot, actor, reason)
    except StepError as error:
        return _page(request, slot, error.status, problem=error.message, typed=reason)
    words = ngettext("Withdrawn; %(n)s enterprise is told.", "Withdrawn; %(n)s enterprises are told.", n)
    messages.success(request, words % {"n": n} if n else _("Withdrawn; nobody had booked it."))
    return redirect("slots")
