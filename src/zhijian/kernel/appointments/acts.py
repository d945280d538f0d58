"""Booking a place of a slot, moving it, giving it back, and withdrawing a slot. Never more than its places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Leave
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import rules, telling
from zhijian.kernel.appointments.declared import KIND_IN_WORDS, Bookable, bookables
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.appointments.offering import day_off, leave_on
from zhijian.kernel.clock import Unit, calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity

WORKERS = frozenset({Role.INSPECTOR, Role.CLERK, Role.HEAD, Role.MEDIATOR})
READERS = WORKERS | {Role.AUDITOR}
SHOWN = 60  # free slots on a page
AHEAD_DAYS = 60  # where the place sets none

BOOKED = ledger.entry_kind(
    "appointment.booked", label=gettext_lazy("Appointment booked: {kind}, {at}"), says=KIND_IN_WORDS
)
MOVED = ledger.entry_kind(
    "appointment.moved", label=gettext_lazy("Appointment moved: {kind}, from {was} to {at}"), says=KIND_IN_WORDS
)
CANCELLED = ledger.entry_kind(
    "appointment.cancelled", label=gettext_lazy("Appointment cancelled: {kind}, {at} {reason}"), says=KIND_IN_WORDS
)
WITHDRAWN = ledger.entry_kind(
    "slots.withdrawn", label=gettext_lazy("Slot withdrawn: {kind}, {at} {reason}"), says=KIND_IN_WORDS
)


@dataclass(frozen=True)
class Wish:
    """For whom a time is sought: an enterprise, and the matter that it is about (None: none)."""

    entity: Entity
    matter: Matter | None
    area: str

    @property
    def officers(self) -> list[int]:
        """Who deals with the matter: of officers' own slots only theirs fit."""
        held = (self.matter.assignee_id, self.matter.second_id) if self.matter is not None else ()
        return [pk for pk in held if pk is not None]


def wish_of(matter: Matter) -> Wish:
    """The wish for a time about a matter. Raises NotOpen for a matter of nobody's."""
    if matter.entity is None:
        raise NotOpen(_("This matter is about no enterprise."))
    return Wish(matter.entity, matter, matter.area)


def _hours(of: object, default: int) -> dt.timedelta:
    """A rule's length in hours or days."""
    row = of.maybe(calendar.today())  # type: ignore[attr-defined]
    if row is None or row.limit is None:
        return dt.timedelta(hours=default)
    return dt.timedelta(**{"hours" if row.limit.unit is Unit.HOURS else "days": row.limit.n})


def notice() -> dt.timedelta:
    """How long before it begins a time is booked at the latest."""
    return _hours(rules.NOTICE, 0)


def free(wish: Wish, kind: Bookable) -> list[tuple[Slot, int]]:
    """Slots with places left, the nearest first: of the matter's office or one above, its officers' or nobody's own.

    Days off and days on which the officer is on leave are left out, whatever was offered before.
    """
    now = when.now()
    until = calendar.legal_day(now + _hours(rules.AHEAD, 24 * AHEAD_DAYS))
    above = [wish.area[:end] for end in range(1, len(wish.area) + 1)]
    with scoped(SYSTEM):
        rows = Slot.objects.filter(area__in=above, kind=kind.code, withdrawn_at=None, day__lte=until)
        rows = rows.filter(Q(officer=None) | Q(officer__in=wish.officers), begins__gt=now + notice())
        rows = rows.filter(day__gte=calendar.legal_day(now)).select_related("officer").order_by("begins", "pk")
        taken = Count("bookings", filter=Q(bookings__state=Booking.State.BOOKED))
        found = [(slot, slot.capacity - slot.taken) for slot in rows.annotate(taken=taken)[: 3 * SHOWN]]
        away = list(Leave.objects.between(calendar.legal_day(now)).filter(person__in=wish.officers))
    there = [(slot, left) for slot, left in found if not day_off(slot.day) and not _away(slot, away)]
    return [(slot, left) for slot, left in there if left > 0][:SHOWN]


def _away(slot: Slot, leaves: list[Leave]) -> bool:
    return any(one.person_id == slot.officer_id and one.since <= slot.day <= one.until for one in leaves)


def kinds_for(matter: Matter) -> list[tuple[Bookable, str]]:
    """The kinds of appointment that can be about a matter, each with why it can't be made now (empty: it can)."""
    found = []
    for kind in bookables().values():
        if kind.suits(matter):
            guard = kind.when(matter)
            found.append((kind, "" if guard else str(guard.why)))
    return found


def booked(wish: Wish) -> QuerySet[Booking]:
    """What is booked for the enterprise about the matter (or about none) and is not over, the nearest first."""
    rows = Booking.objects.filter(entity=wish.entity, matter=wish.matter, state=Booking.State.BOOKED)
    return rows.filter(slot__ends__gt=when.now()).order_by("slot__begins", "pk")


def of_wish(wish: Wish) -> list[Booking]:
    """The same with their slots, which an enterprise does not see by itself."""
    with scoped(SYSTEM):
        return list(booked(wish).select_related("slot__officer"))


def may(wish: Wish, actor: Actor, area: str) -> bool:
    """Whether somebody books for this enterprise: itself, or those who work on matters of the slot's area."""
    if actor.kind == "party":
        return actor.entity_id == wish.entity.pk
    return actor.kind == "system" or bool(actor.roles_at(wish.area) & WORKERS) or bool(actor.roles_at(area) & WORKERS)


def may_book(entity: Entity, actor: Actor) -> bool:
    """Whether somebody of the staff books for this enterprise, about no matter."""
    return bool(actor.roles_at(entity.area) & WORKERS)


def book(slot: Slot, wish: Wish, actor: Actor, *, locked: bool = True) -> Booking:
    """Take a place of a slot. An enterprise has one appointment of a kind about a matter at a time.

    Who comes later waits for the slot's lock and is told that it is full. `locked` False shows what happens without;
    only a test asks for it. Raises NotAllowed, NotFound, NotOpen; then nothing has happened.
    """
    with transaction.atomic(), scoped(SYSTEM):
        held = _held(slot, wish, actor, locked)
        if booked(wish).filter(slot__kind=held.kind).exists():
            raise NotOpen(_("A time is booked already: move it instead."))
        made = _take(held, wish, actor)
        _note(BOOKED, made, actor, at=_at(held))
        telling.told(made, actor, "appointment.booked")
        return made


def move(booking: Booking, slot: Slot, actor: Actor) -> Booking:
    """Another time instead: the new place is taken before the old one is given back, in one act."""
    with transaction.atomic(), scoped(SYSTEM):
        old = _booked(booking, actor)
        wish = _wish(old)
        if slot.pk == old.slot_id:
            return old
        held = _held(slot, wish, actor, True)
        if held.kind != old.slot.kind:
            raise NotOpen(_("This slot is for something else."))
        _end(old, str(Booking.State.MOVED), "")
        made = _take(held, wish, actor, old)
        _note(MOVED, made, actor, at=_at(held), was=_at(old.slot))
        telling.told(made, actor, "appointment.moved", was=_at(old.slot))
        return made


def cancel(booking: Booking, actor: Actor, reason: str = "") -> None:
    """Give the place back."""
    with transaction.atomic(), scoped(SYSTEM):
        old = _booked(booking, actor)
        _end(old, str(Booking.State.CANCELLED), reason)
        _note(CANCELLED, old, actor, at=_at(old.slot), reason=reason)
        telling.told(old, actor, "appointment.cancelled", reason=reason)


def withdraw(slot: Slot, actor: Actor, reason: str = "") -> int:
    """Take a slot back; whoever had booked it is told why, and can choose another. Returns how many had."""
    if not actor.roles_at(slot.area) & WORKERS and actor.kind != "system":
        raise NotAllowed(_("Only those who work at this office can do this."))
    with transaction.atomic(), scoped(SYSTEM):
        held = Slot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
        if held.withdrawn_at is not None:
            raise NotOpen(_("It was withdrawn already."))
        rows = list(held.bookings.filter(state=Booking.State.BOOKED).select_related("slot", "entity", "matter"))
        if rows and len(reason.strip()) < 2:
            raise NotOpen(_("Somebody has booked it: say why it is withdrawn; it is told to them."))
        held.withdrawn_at, held.reason = when.now(), reason.strip()
        held.save(update_fields=["withdrawn_at", "reason"])
        for one in rows:
            _end(one, str(Booking.State.CANCELLED), reason)
            _note(CANCELLED, one, actor, at=_at(held), reason=reason)
            telling.told(one, actor, "appointment.withdrawn", reason=reason)
        told = {"kind": held.kind, "at": _at(held), "reason": reason}
        ledger.record(WITHDRAWN.code, actor=actor, subject=f"slots:{held.area}", area=held.area, data=told)
        return len(rows)


def _held(slot: Slot, wish: Wish, actor: Actor, locked: bool) -> Slot:
    """The slot, locked, if this enterprise can take a place of it now."""
    rows = Slot.objects.select_for_update(of=("self",)) if locked else Slot.objects
    held = rows.filter(pk=slot.pk, withdrawn_at=None).first()
    if held is None or not wish.area.startswith(held.area):
        raise NotFound(_("This slot is not offered any more."))
    if not may(wish, actor, held.area):
        raise NotAllowed(_("Only the enterprise concerned, or those who work on its matters, can book."))
    kind = bookables().get(held.kind)
    if kind is None or not kind.suits(wish.matter):
        raise NotOpen(_("This slot is for something else."))
    if wish.matter is not None and not (guard := kind.when(wish.matter)):
        raise NotOpen(guard.why, guard.article)
    if held.officer_id is not None and wish.matter is not None and held.officer_id not in wish.officers:
        raise NotOpen(_("This slot is another officer's."))
    if held.begins <= when.now() + (notice() if actor.kind == "party" else dt.timedelta(0)):
        raise NotOpen(_("It is too late to book this time."))
    if day_off(held.day) or leave_on(held.officer_id, held.day):
        raise NotOpen(_("Nobody is there on that day: choose another."))
    if held.bookings.filter(state=Booking.State.BOOKED).count() >= held.capacity:
        raise NotOpen(_("This time is taken: somebody was quicker. Choose another."))
    return held


def _between_looking_and_taking() -> None:
    """Nothing; tests of the race wait here."""


def _take(held: Slot, wish: Wish, actor: Actor, old: Booking | None = None) -> Booking:
    _between_looking_and_taking()
    return Booking.objects.create(
        slot=held, area=wish.area, entity=wish.entity, matter=wish.matter, made_by=actor.label, made_at=when.now(),
        moved_from=old,
    )  # fmt: skip


def _booked(booking: Booking, actor: Actor) -> Booking:
    """The booking, locked, while it can be moved or given back by this actor."""
    rows = Booking.objects.select_for_update(of=("self",)).select_related("slot", "entity", "matter")
    old = rows.get(pk=booking.pk)
    if not may(_wish(old), actor, old.slot.area):
        raise NotAllowed(_("Only the enterprise concerned, or those who work on its matters, can do this."))
    if old.state != Booking.State.BOOKED:
        raise NotOpen(_("This appointment was moved or cancelled already."))
    if old.slot.begins <= when.now() + (notice() if actor.kind == "party" else dt.timedelta(0)):
        raise NotOpen(_("It is too late to change this appointment here: please ring the office."))
    return old


def _wish(booking: Booking) -> Wish:
    return Wish(booking.entity, booking.matter, booking.area)


def _end(booking: Booking, state: str, reason: str) -> None:
    booking.state, booking.ended_at, booking.reason = state, when.now(), reason.strip()[:300]
    booking.save(update_fields=["state", "ended_at", "reason"])


def _at(slot: Slot) -> str:
    return telling.said(slot)


def _note(kind: ledger.EntryKind, booking: Booking, actor: Actor, **told: str) -> None:
    """An entry in the matter's timeline, or in the enterprise's file where it is about no matter."""
    about = f"matter:{booking.matter_id}" if booking.matter is not None else f"entity:{booking.entity_id}"
    data = {"kind": booking.slot.kind, "booking": str(booking.uid), **{k: v for k, v in told.items() if v}}
    ledger.record(
        kind.code, actor=actor, subject=about, matter=booking.matter, entity_id=booking.entity_id, area=booking.area,
        data=data,
    )  # fmt: skip
