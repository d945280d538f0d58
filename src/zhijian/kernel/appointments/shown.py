"""Appointments as pages show them: what is booked, what is free by day; the same for the enterprise and for staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.appointments import acts, telling
from zhijian.kernel.appointments.acts import Wish
from zhijian.kernel.appointments.declared import Bookable, bookables, label_of
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.doors import Door
from zhijian.kernel.party.family import Family


@dataclass(frozen=True)
class Time:
    """A free slot: from when to when, where, with whom, and how many places are left."""

    slot: Slot
    words: str
    place: str
    left: int


@dataclass(frozen=True)
class Held:
    """What is booked."""

    booking: Booking
    label: str
    at: str
    place: str


@dataclass
class Choice:
    """A kind of appointment: what is booked of it, else why none can be, else what is free by day."""

    kind: Bookable
    shut: str = ""
    held: list[Held] = field(default_factory=list)
    days: list[tuple[dt.date, list[Time]]] = field(default_factory=list)


def time_of(slot: Slot, left: int) -> Time:
    """A free slot in words."""
    begins, ends = calendar.local(slot.begins), calendar.local(slot.ends)
    return Time(slot, f"{begins:%H:%M}–{ends:%H:%M}", slot.place, left)


def held_of(booking: Booking) -> Held:
    """A booking in words."""
    slot = booking.slot
    return Held(booking, label_of(slot.kind), telling.said(slot), telling.where(slot))


def choices(wish: Wish) -> list[Choice]:
    """Every kind that suits, with what is booked and what is free; kinds of which neither is there are left out."""
    bookings, found = acts.of_wish(wish), []
    kinds = (
        acts.kinds_for(wish.matter)
        if wish.matter is not None
        else [(k, "") for k in bookables().values() if k.suits(None)]
    )
    for kind, shut in kinds:
        held = [held_of(one) for one in bookings if one.slot.kind == kind.code]
        made = Choice(kind, shut, held)
        if not shut:
            times = [time_of(slot, left) for slot, left in acts.free(wish, kind)]
            made.days = [(day, list(group)) for day, group in groupby(times, key=lambda one: one.slot.day)]
        if made.held or made.days:
            found.append(made)
    return found


def offered_to(door: Door, family: Family) -> dict[str, Any] | None:
    """The part of the enterprise's page: what is booked, or that a time can be chosen."""
    if family.head.entity is None:
        return None
    found = choices(acts.wish_of(family.head))
    return {"choices": found} if found else None


def on_record(matter: Matter, record: Any, actor: Actor) -> dict[str, Any]:
    """The part of a matter's page on the desk."""
    if matter.entity is None:
        return {"held": [], "may": False}
    held = [held_of(one) for one in acts.of_wish(acts.wish_of(matter))]
    suits = any(kind.flow is not None and not shut for kind, shut in acts.kinds_for(matter))
    return {"held": held, "may": bool(actor.roles_at(matter.area) & acts.WORKERS) and (suits or bool(held))}


PANEL = Panel("appointments/desk/panel.html", on_record)  # for the record page of a flow with appointments of its own
