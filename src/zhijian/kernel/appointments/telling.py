"""What is told of an appointment, and the reminder of the working day before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.appointments.declared import label_of
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.packs import in_its_language, stack

BOOKED = notice_template(
    "appointment.booked",
    title=gettext_lazy("Appointment: {appointment}"),
    text=gettext_lazy("{shop} · {at} · {place}"),
    sms=gettext_lazy("{organ}: {shop}: {appointment} on {at}, {place}. To move or cancel: {link}"),
)
MOVED = notice_template(
    "appointment.moved",
    title=gettext_lazy("Appointment moved: {appointment}"),
    text=gettext_lazy("{shop} · {was} → {at} · {place}"),
    sms=gettext_lazy("{organ}: {shop}: {appointment} is now on {at}, {place}: {link}"),
)
CANCELLED = notice_template(
    "appointment.cancelled",
    title=gettext_lazy("Appointment cancelled: {appointment}"),
    text=gettext_lazy("{shop} · {at} {reason}"),
    sms=gettext_lazy("{organ}: {shop}: {appointment} on {at} is cancelled. {reason} {link}"),
)
WITHDRAWN = notice_template(
    "appointment.withdrawn",
    title=gettext_lazy("Appointment called off: {appointment}"),
    text=gettext_lazy("{shop} · {at} {reason}"),
    sms=gettext_lazy("{organ}: {shop}: {appointment} on {at} is called off: {reason}. Please choose another: {link}"),
)
REMINDER = notice_template(
    "appointment.reminder",
    title=gettext_lazy("Tomorrow or next working day: {appointment}"),
    text=gettext_lazy("{shop} · {at} · {place}"),
    sms=gettext_lazy("{organ}: {shop}: {appointment} on {at}, {place}. To move or cancel: {link}"),
)


def said(slot: Slot) -> str:
    """When a slot is, by the place's clocks: "2026-12-01 09:00–09:30"."""
    begins, ends = calendar.local(slot.begins), calendar.local(slot.ends)
    return f"{begins:%Y-%m-%d %H:%M}–{ends:%H:%M}"


def coming(matters: Iterable[int]) -> dict[int, str]:
    """When the enterprise's next appointment about each of the matters is, from today on, by the place's clocks; one
    query."""
    booked = Booking.objects.filter(matter__in=list(matters), state=Booking.State.BOOKED)
    rows = booked.filter(slot__day__gte=calendar.today())  # the whole day it belongs to, as the desk's route has it
    found: dict[int, str] = {}
    for booking in rows.select_related("slot").order_by("slot__begins", "pk"):
        found.setdefault(booking.matter_id, said(booking.slot))
    return found


def where(slot: Slot) -> str:
    """Where it is: the slot's place, or the enterprise's own."""
    return slot.place or _("at your place")


def told(booking: Booking, actor: Actor, template: str, **more: str) -> None:
    """Tell the enterprise and those whose time it is; nobody of what he did himself."""
    slot, matter = booking.slot, booking.matter
    with in_its_language():
        data: dict[str, Any] = {"appointment": label_of(slot.kind), "at": said(slot), "place": where(slot), **more}
    data |= {"shop": matter.title if matter is not None else booking.entity.name}
    organ = stack().organ(booking.area)
    data |= {"organ": organ.name, "kind": "", "reason": more.get("reason", "")}
    data |= {} if matter is not None else {"link": organ.phone}  # without a matter there is no page to link to
    dedupe = f"{template}:{booking.pk}"
    if actor.kind != "party":
        tell(booking.entity, matter=matter, template=template, data=data, actor=actor, dedupe=dedupe)
    for person in _officers(booking):
        tell(person, matter=matter, template=template, data=data, actor=actor, dedupe=dedupe)


def _officers(booking: Booking) -> list[Person]:
    """Whose time it is: the officer of the slot, else those of the matter, else the office's clerks."""
    if booking.slot.officer is not None:
        return [booking.slot.officer]
    matter = booking.matter
    held = [one for one in (matter.assignee, matter.second) if one is not None] if matter is not None else []
    return held or holders(Role.CLERK, booking.slot.area)


def remind() -> int:
    """Remind of what is booked for the next working day (and the days off before it), each once. Returns how many."""
    today = calendar.today()
    last, _provisional = calendar.add_working_days(today, 1)
    rows = Booking.objects.filter(state=Booking.State.BOOKED, slot__day__gt=today, slot__day__lte=last)
    done = 0
    for booking in rows.select_related("slot__officer", "entity", "matter__assignee", "matter__second").order_by("pk"):
        told(booking, SYSTEM, REMINDER.code)
        done += 1
    return done
