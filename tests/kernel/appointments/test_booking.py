"""Booking: never over capacity, never on a day off or on leave; moved and given back; the other side is told."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading

import pytest
from django.db import connection
from tests import world
from tests.kernel.appointments.conftest import offered, slot_of, visit_of, work_day

from zhijian.kernel import jobs, when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.models import Leave
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts, telling
from zhijian.kernel.appointments.declared import bookables
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotAllowed, NotFound, NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice, SimulatedMessage

RECHECK = "inspection.recheck"


def book(slot: Slot, matter: Matter, actor: Actor | None = None) -> Booking:
    with scoped(actor or party_of(matter.entity)) as who:
        return acts.book(slot, acts.wish_of(matter), who)


def free(matter: Matter, kind: str = RECHECK) -> list[tuple[int, int]]:
    with scoped(party_of(matter.entity)):
        return [(slot.pk, left) for slot, left in acts.free(acts.wish_of(matter), bookables()[kind])]


def other_visit(w: world.World, n: int) -> Matter:
    """The same for another enterprise of the office."""
    matter = visit_of(w)
    with scoped(SYSTEM):
        entity = world.Entity.objects.create(name=f"第 {n} 家", area=world.OFFICE)
        Matter.objects.filter(pk=matter.pk).update(entity=entity)
        return Matter.objects.select_related("entity", "assignee", "second").get(pk=matter.pk)


def at_once(
    w: world.World, slot: Slot, matters: list[Matter], locked: bool, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Each books at the same moment; before taking, each waits for the others, as long as the lock lets it."""
    meet, said = threading.Barrier(len(matters)), []

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(timeout=1.5)

    def once(matter: Matter) -> None:
        try:
            with scoped(party_of(matter.entity)) as who:
                acts.book(slot, acts.wish_of(matter), who, locked=locked)
            said.append("booked")
        except NotOpen:
            said.append("full")
        finally:
            connection.close()

    monkeypatch.setattr(acts, "_between_looking_and_taking", wait)
    threads = [threading.Thread(target=once, args=(one,)) for one in matters]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    return sorted(said)


def world_of(n: int) -> tuple[world.World, list[Matter], Slot]:
    with scoped(SYSTEM):
        w = world.make()
        _ = (w.head, w.inspector, w.second)
    return w, [other_visit(w, one) for one in range(n)], slot_of(w, capacity=n - 1)


def test_without_the_lock_a_place_is_given_twice(fresh_database, monkeypatch):
    w, matters, slot = world_of(3)
    assert at_once(w, slot, matters, False, monkeypatch) == ["booked"] * 3


def test_never_over_capacity(fresh_database, monkeypatch):
    w, matters, slot = world_of(3)
    assert at_once(w, slot, matters, True, monkeypatch) == ["booked", "booked", "full"]
    with scoped(SYSTEM):
        assert Booking.objects.filter(slot=slot, state="booked").count() == 2


@pytest.mark.django_db
def test_the_enterprise_chooses_among_its_officers_slots_and_the_offices(w: world.World, visit: Matter) -> None:
    with scoped(SYSTEM):
        stranger = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    own, office, others = slot_of(w, w.inspector), slot_of(w, None, 2, hour=14), slot_of(w, stranger)
    counter = slot_of(w, None, 3, kind="counter", hour=15)
    assert free(visit) == [(own.pk, 1), (office.pk, 2)]
    assert free(visit, "counter") == [(counter.pk, 3)]
    with pytest.raises(NotOpen):
        book(others, visit)
    made = book(own, visit)
    assert (made.entity_id, made.matter_id, made.area) == (w.entity.pk, visit.pk, world.OFFICE)
    assert free(visit) == [(office.pk, 2)]
    with pytest.raises(NotOpen):
        book(office, visit)
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="appointment.booked")
        assert (entry.subject, entry.actor) == (f"matter:{visit.pk}", f"entity:{w.entity.pk}")
        assert Notice.objects.get(template="appointment.booked").person == w.inspector


@pytest.mark.django_db
def test_it_is_moved_and_given_back_and_the_place_is_free_again(w: world.World, visit: Matter) -> None:
    first, then = slot_of(w), slot_of(w, hour=14)
    made = book(first, visit)
    with scoped(party_of(w.entity)) as party:
        moved = acts.move(made, then, party)
    assert free(visit) == [(first.pk, 1)]
    assert moved.moved_from_id == made.pk
    with scoped(party_of(w.entity)) as party, pytest.raises(NotOpen):
        acts.cancel(made, party)
    with scoped(party_of(w.entity)) as party:
        acts.cancel(moved, party)
    assert len(free(visit)) == 2
    with scoped(SYSTEM):
        kinds = (
            LedgerEntry.objects.filter(kind__startswith="appointment.").order_by("id").values_list("kind", flat=True)
        )
        assert list(kinds) == ["appointment.booked", "appointment.moved", "appointment.cancelled"]


@pytest.mark.django_db
def test_to_move_to_a_full_slot_keeps_the_old_one(w: world.World, visit: Matter) -> None:
    first, full = slot_of(w), slot_of(w, hour=14)
    made = book(first, visit)
    book(full, other_visit(w, 1))
    with scoped(party_of(w.entity)) as party, pytest.raises(NotOpen):
        acts.move(made, full, party)
    with scoped(SYSTEM):
        assert Booking.objects.get(pk=made.pk).state == "booked"


@pytest.mark.django_db
def test_staff_book_for_an_enterprise_and_it_is_told(w: world.World, visit: Matter, settings) -> None:
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    made = book(slot_of(w, w.inspector), visit, w.actor("文员"))
    jobs.run_pending()
    with scoped(SYSTEM):
        sent = SimulatedMessage.objects.get()
        assert telling.said(made.slot) in sent.text and "https://zj.example/p/" in sent.text
    w.stranger
    with scoped(w.actor("外区")) as stranger, pytest.raises((NotAllowed, NotFound)):
        acts.cancel(made, stranger)
    with scoped(party_of(world.Entity(pk=987_654, name="别家"))) as other, pytest.raises(NotAllowed):
        acts.cancel(made, other)


@pytest.mark.django_db
def test_days_off_leave_and_overlaps_are_left_out_when_it_is_offered(w: world.World) -> None:
    first = work_day(1)
    last = first + dt.timedelta(days=13)
    away = work_day(3)
    with scoped(SYSTEM):
        Leave.objects.create(person=w.inspector, stand_in=w.second, since=away, until=away)
    made = offered(w, w.inspector, first, last, minutes=30)
    days = [first + dt.timedelta(days=n) for n in range(14)]
    working = [day for day in days if calendar.is_working_day(day) and day != away]
    assert sorted({slot.day for slot in made.slots}) == working
    assert len(made.slots) == 4 * len(working), "four half hours from nine to eleven"
    left = dict(made.left_out)
    assert set(left) == set(days) - set(working)
    assert "甲" in left[away]
    again = offered(w, w.inspector, first, last, begins=dt.time(10), ends=dt.time(10, 15))
    assert again.slots == [], "an officer is not offered twice at the same time"
    assert offered(w, None, first, first).slots, "the office's own time is another matter"
    with scoped(SYSTEM):
        w.inspector.posts.update(until=first, loan=True)
    lent = offered(w, w.inspector, first, work_day(2), begins=dt.time(14), ends=dt.time(15))
    assert [slot.day for slot in lent.slots] == [first] and "甲" in dict(lent.left_out)[work_day(2)], "the loan is over"


@pytest.mark.django_db
def test_leave_that_is_entered_later_takes_the_slot_away(w: world.World, visit: Matter) -> None:
    slot = slot_of(w, w.inspector)
    assert free(visit) == [(slot.pk, 1)]
    with scoped(SYSTEM):
        Leave.objects.create(person=w.inspector, stand_in=w.second, since=slot.day, until=slot.day)
    assert free(visit) == []
    with pytest.raises(NotOpen):
        book(slot, visit)


@pytest.mark.django_db
def test_a_slot_on_a_day_off_is_never_booked(w: world.World, visit: Matter) -> None:
    day = next(d for n in range(1, 9) if not calendar.is_working_day(d := calendar.today() + dt.timedelta(days=n)))
    slot = slot_of(w, day=day)
    assert free(visit) == []
    with pytest.raises(NotOpen):
        book(slot, visit)


@pytest.mark.django_db
def test_it_is_too_late_shortly_before_it_begins(w: world.World, visit: Matter) -> None:
    slot = slot_of(w)
    made = book(slot, visit)
    with when.as_of(slot.begins - dt.timedelta(hours=1)):
        for change in (lambda who: acts.cancel(made, who), lambda who: acts.book(slot, acts.wish_of(visit), who)):
            with scoped(party_of(w.entity)) as party, pytest.raises(StepError):
                change(party)
        with scoped(w.actor("文员")) as clerk:
            acts.cancel(made, clerk, "来电改约")


@pytest.mark.django_db
def test_nothing_is_booked_for_what_is_settled(w: world.World, visit: Matter) -> None:
    slot = slot_of(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=visit.pk).update(state="closed")
        visit = Matter.objects.select_related("entity").get(pk=visit.pk)
    with pytest.raises(NotOpen):
        book(slot, visit)


@pytest.mark.django_db
def test_who_had_booked_a_withdrawn_slot_is_told_why(w: world.World, visit: Matter, settings) -> None:
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    slot = slot_of(w)
    book(slot, visit)
    with scoped(w.actor("文员")) as clerk:
        with pytest.raises(NotOpen):
            acts.withdraw(slot, clerk)
        assert acts.withdraw(slot, clerk, "当天有专项行动") == 1
    jobs.run_pending()
    with scoped(SYSTEM):
        assert "当天有专项行动" in SimulatedMessage.objects.get().text
    assert free(visit) == []


@pytest.mark.django_db
def test_the_day_before_both_sides_are_reminded_once(w: world.World, visit: Matter, settings) -> None:
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    book(slot_of(w, w.inspector, day=work_day(1)), visit)
    book(slot_of(w, day=work_day(3)), other_visit(w, 1))
    with scoped(SYSTEM):
        assert telling.remind() == 1
        telling.remind()
        told = Notice.objects.filter(template="appointment.reminder")
        assert sorted(str(one.person or one.channel) for one in told) == sorted(["in_app", "sms", "甲"])


@pytest.mark.django_db
def test_the_rooms_rows_are_seen_in_their_area_only(w: world.World, visit: Matter) -> None:
    made = book(slot_of(w), visit)
    w.stranger
    for actor, slots, bookings in ((w.actor("所长"), 1, 1), (w.actor("外区"), 0, 0), (party_of(w.entity), 0, 1)):
        with scoped(actor):
            assert (Slot.objects.count(), Booking.objects.filter(pk=made.pk).count()) == (slots, bookings)
