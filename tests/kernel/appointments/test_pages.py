"""Pages: an enterprise chooses a time, staff offer slots, the calendar shows all of it, and its feed can be read."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from tests import world
from tests.kernel.appointments.conftest import slot_of, visit_of, work_day
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import acts, agenda, feeds
from zhijian.kernel.appointments.models import Booking, Feed, Slot
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.people import handover

pytestmark = pytest.mark.django_db


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def base(w: world.World, visit: Matter) -> str:
    with scoped(SYSTEM):
        return f"/p/{make_link(w.entity, visit)}/"


def booking() -> Booking:
    with scoped(SYSTEM):
        return Booking.objects.select_related("slot").get(state="booked")


def test_the_enterprise_books_moves_and_cancels_behind_its_link(w: world.World, visit: Matter) -> None:
    first, then = slot_of(w, w.inspector), slot_of(w, hour=14)
    link, client = base(w, visit), Client()
    assert f"{link}times/" in client.get(link).content.decode()
    page = client.get(f"{link}times/").content.decode()
    assert str(first.uid) in page and str(then.uid) in page
    assert client.post(f"{link}times/", {"act": "book", "slot": str(first.uid)}).status_code == 302
    assert "09:00–09:30" in client.get(link).content.decode()
    assert client.post(f"{link}times/", {"act": "book", "slot": str(then.uid)}).status_code == 409, "one at a time"
    moved = client.post(f"{link}times/", {"act": "move", "slot": str(then.uid), "booking": str(booking().uid)})
    assert moved.status_code == 302 and booking().slot_id == then.pk
    assert client.post(f"{link}times/", {"act": "cancel", "booking": str(booking().uid)}).status_code == 302
    with scoped(SYSTEM):
        assert not Booking.objects.filter(state="booked").exists()
    for nonsense in ({}, {"act": "book"}, {"act": "book", "slot": "x"}, {"act": "cancel", "booking": str(first.uid)}):
        assert client.post(f"{link}times/", nonsense).status_code == 404


def test_another_enterprises_booking_is_not_there(w: world.World, visit: Matter) -> None:
    slot = slot_of(w, capacity=2)
    with scoped(party_of(w.entity)) as party:
        made = acts.book(slot, acts.wish_of(visit), party)
    other = visit_of(w)
    with scoped(SYSTEM):
        entity = world.Entity.objects.create(name="别家", area=world.OFFICE)
        Matter.objects.filter(pk=other.pk).update(entity=entity)
        link = f"/p/{make_link(entity, other)}/"
    assert Client().post(f"{link}times/", {"act": "cancel", "booking": str(made.uid)}).status_code == 404


def test_staff_offer_slots_and_see_what_was_left_out(w: world.World) -> None:
    client, first = client_of(w.head), work_day(1)
    told = {
        "kind": "counter", "area": world.OFFICE, "officer": "", "place": "一楼大厅", "first": f"{first}",
        "last": f"{first + dt.timedelta(days=6)}", "weekdays": ["1", "2", "3", "4", "5", "6", "7"], "begins": "09:00",
        "ends": "10:00", "minutes": "", "capacity": "3",
    }  # fmt: skip
    done = client.post("/slots/", told, follow=True)
    said = " ".join(str(one) for one in done.context["messages"])
    assert "略过" in said
    with scoped(SYSTEM):
        assert Slot.objects.filter(kind="counter", capacity=3).exists()
    wrong = client.post("/slots/", {**told, "ends": "08:00"})
    assert wrong.status_code == 422 and "一楼大厅" in wrong.content.decode()
    nowhere = client.post("/slots/", {**told, "place": ""})
    assert nowhere.status_code == 422
    inspector = client_of(w.inspector)
    assert inspector.post("/slots/", {**told, "officer": str(w.second.pk)}).status_code == 422, "his own time only"
    assert inspector.post("/slots/", told).status_code == 422, "nor the office's"


def test_the_desk_books_for_an_enterprise(w: world.World, visit: Matter) -> None:
    slot, counter = slot_of(w, w.inspector), slot_of(w, kind="counter", hour=15)
    clerk = client_of(w.people["文员"])
    assert f"/times/{visit.uid}/" in clerk.get(f"/m/{visit.uid}/").content.decode()
    assert clerk.post(f"/times/{visit.uid}/", {"act": "book", "slot": str(slot.uid)}).status_code == 302
    assert "09:00–09:30" in clerk.get(f"/m/{visit.uid}/").content.decode()
    assert clerk.post(f"/e/{w.entity.uid}/times/", {"act": "book", "slot": str(counter.uid)}).status_code == 302
    page = clerk.get(f"/slots/{counter.uid}/").content.decode()
    assert w.entity.name in page
    refused = clerk.post(f"/slots/{counter.uid}/withdraw/", {})
    assert refused.status_code == 409
    assert clerk.post(f"/slots/{counter.uid}/withdraw/", {"reason": "停电"}).status_code == 302


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_the_calendar_shows_what_is_due_booked_and_who_is_away(w: world.World, visit: Matter, view: str) -> None:
    day = work_day(1)
    with scoped(SYSTEM):
        task = plan(w)
        Matter.objects.filter(pk=task.pk).update(due=day, title="计划中的检查")
        Leave.objects.create(person=w.second, stand_in=w.inspector, since=day, until=day)
    slot = slot_of(w, w.inspector, capacity=2, day=day)
    with scoped(party_of(w.entity)) as party:
        acts.book(slot, acts.wish_of(visit), party)
    page = client_of(w.inspector).get(f"/calendar/?view={view}&day={day}").content.decode()
    for part in ("计划中的检查", "09:00", "现场复查", "余 1 / 2", visit.title):
        assert part in page, part
    office = client_of(w.head).get(f"/calendar/?view={view}&day={day}&who=a{world.OFFICE}")
    if office.status_code == 200:  # the world's offices stand in the pack, too
        assert "计划中的检查" in office.content.decode() and "乙 请假" in office.content.decode()
    other = client_of(w.head).get(f"/calendar/?view={view}&day={day}&who=p{w.second.pk}").content.decode()
    assert "请假" in other


def test_a_stranger_opens_nobodys_calendar_and_sees_no_matters(w: world.World, visit: Matter) -> None:
    stranger = client_of(w.stranger)
    assert stranger.get(f"/calendar/?who=p{w.inspector.pk}").status_code == 404
    assert stranger.get(f"/calendar/?who=a{world.OFFICE}").status_code == 404
    assert stranger.get("/calendar/?who=nonsense").status_code == 404
    assert stranger.get("/calendar/?day=nonsense&view=x").status_code == 200


def test_a_busy_day_shows_the_first_and_says_that_there_are_more(w: world.World) -> None:
    day = work_day(1)
    with scoped(SYSTEM):
        for n in range(9):
            Matter.objects.filter(pk=plan(w).pk).update(due=day, title=f"第 {n} 家")
    with scoped(w.actor("甲")) as actor:
        days = agenda.days_of(agenda.Who("me", "甲", w.inspector), actor, day, day, 4)
    assert (len(days[0].items), days[0].more) == (4, True)
    page = client_of(w.inspector).get(f"/calendar/?view=month&day={day}").content.decode()
    assert page.count("第 ") == 4 and "更多" in page


@given(st.dates(dt.date(2001, 1, 1), dt.date(2099, 12, 1)), st.sampled_from(["month", "week", "day"]))
def test_views_are_whole_and_lead_on(day: dt.date, view: str) -> None:
    first, last = agenda.span(view, day)
    assert first <= day <= last
    if view != "day":
        assert (first.weekday(), last.weekday()) == (0, 6)
    after, before = agenda.step(view, day, 1), agenda.step(view, day, -1)
    assert before < day < after or view == "month"
    assert agenda.span(view, after)[1] > last and agenda.span(view, before)[0] < first
    if view == "month":
        assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == 1


def test_the_feed_can_be_read_by_another_program_until_it_is_revoked(w: world.World, visit: Matter) -> None:
    slot = slot_of(w, w.inspector)
    with scoped(party_of(w.entity)) as party:
        acts.book(slot, acts.wish_of(visit), party)
    with scoped(SYSTEM):
        task = plan(w)
        Leave.objects.create(person=w.inspector, stand_in=w.second, since=work_day(5), until=work_day(6))
    client = client_of(w.inspector)
    made = client.post("/calendar/feed/").content.decode()
    address = re.search(r"/calendar/[\w-]+\.ics", made)
    assert address and address.group() not in client.get("/calendar/feed/").content.decode(), "shown once"
    answer = Client().get(address.group())
    assert answer["Content-Type"].startswith("text/calendar")
    events = {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    visit_event = next(one for uid, one in events.items() if uid.startswith("booking-"))
    assert visit_event.decoded("dtstart") == slot.begins and visit.title in str(visit_event["summary"])
    due = events[f"matter-{task.uid}@zhijian"]
    assert due.decoded("dtstart") == world.in_days(1)
    leave = next(one for uid, one in events.items() if uid.startswith("leave-"))
    assert leave.decoded("dtend") == work_day(6) + dt.timedelta(days=1), "the end is the day after"
    with scoped(SYSTEM):
        feed = Feed.objects.get()
        assert feed.last_used is not None and address.group()[10:-4] not in feed.digest
    other = client_of(w.second)
    assert other.post(f"/calendar/feed/{feed.pk}/revoke/").status_code == 404
    assert client.post(f"/calendar/feed/{feed.pk}/revoke/").status_code == 302
    assert Client().get(address.group()).status_code == 404


def test_who_is_closed_has_no_feed_and_old_addresses_fall_away(w: world.World) -> None:
    actor = w.actor("甲")
    with scoped(actor):
        tokens = [feeds.make(w.inspector, actor) for _ in range(feeds.KEPT + 1)]
        assert len(feeds.feeds_of(w.inspector)) == feeds.KEPT
    assert Client().get(f"/calendar/{tokens[0]}.ics").status_code == 404
    assert Client().get(f"/calendar/{tokens[-1]}.ics").status_code == 200
    Person.objects.filter(pk=w.inspector.pk).update(is_active=False)
    assert Client().get(f"/calendar/{tokens[-1]}.ics").status_code == 404


def test_the_successor_gets_the_slots(w: world.World) -> None:
    with scoped(SYSTEM):
        w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    slot = slot_of(w, w.inspector)
    with scoped(w.actor("所长")) as head:
        proposed = handover.propose(w.inspector, w.people["丙"], by=w.head, actor=head, alone=True)
    with scoped(w.actor("丙")) as successor:
        handover.confirm(proposed, actor=successor)
    with scoped(SYSTEM):
        assert Slot.objects.get(pk=slot.pk).officer == w.people["丙"]
