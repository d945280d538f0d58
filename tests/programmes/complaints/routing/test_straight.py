"""What goes straight: by itself, once, never against a person, and never in the way of what arrives."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from tests import world
from tests.programmes.complaints.conftest import do, matter_of, order, take_in
from tests.programmes.complaints.routing.conftest import N, came, jobs, put, told

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Leave
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import JobFailure
from zhijian.programmes.complaints.flow import COMPLAINT
from zhijian.programmes.complaints.models import Item
from zhijian.programmes.complaints.routing import straight
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Row

PRICE = {"诉求分类": "价格投诉"}


def test_a_row_sends_by_itself_and_the_ledger_says_which(w, centre, price):
    made = put(Row(DISTRICT, kind="report"), price)
    matter = came(centre, **PRICE)
    assert (matter.area, matter.state) == (world.OFFICE, "received")
    ((said),) = told(matter)
    assert (said["set"], said["row"], said["rule"]) == (made.pk, 2, price.code)
    (passed,) = told(matter, "complaint.pass_on")
    assert passed["area"] == world.OFFICE and "价格投诉" in passed["note"]
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.filter(matter=matter, kind="complaints.straight").get()
        assert entry.actor == "system" and "第 2 行" in ledger.describe(entry, SYSTEM)


def test_a_row_puts_it_into_the_hands_of_whoever_there_holds_the_fewest(w, centre, price):
    with scoped(SYSTEM):
        for name in ("调解甲", "调解乙", "请假的"):
            w.person(name, Role.MEDIATOR, world.OFFICE)
        w.person("邻所调解", Role.MEDIATOR, world.SISTER)
        today = calendar.today()
        Leave.objects.create(person=w.people["请假的"], stand_in=w.people["邻所调解"], since=today, until=today)
    put(replace(price, hands="mediator"))
    came(centre, **PRICE)
    came(centre, "ZB2", **PRICE)
    came(centre, "ZB3", **PRICE)
    with scoped(SYSTEM):
        hands = [matter_of(number).assignee.name for number in (N, "ZB2", "ZB3")]
    assert hands == ["调解甲", "调解乙", "调解甲"]
    assert matter_of(N).state == "handling"


def test_with_nobody_of_that_role_the_head_assigns(w, centre, price):
    put(replace(price, hands="case_officer"))
    matter = came(centre, **PRICE)
    assert (matter.area, matter.state, matter.assignee) == (world.OFFICE, "received", None)


def test_again_it_does_nothing(w, centre, price):
    put(price)
    matter = came(centre, **PRICE)
    with scoped(SYSTEM):
        assert not straight.send(matter.pk)
    assert len(told(matter)) == 1


def test_a_row_that_only_proposes_sends_nothing(w, centre):
    put(Row(world.OFFICE, kind="complaint", category="P08"))
    matter = came(centre, **PRICE)
    assert matter.area == world.DISTRICT and matter.item.office == world.OFFICE


def test_it_goes_once_it_is_sorted_or_its_shop_is_named(w, centre, price):
    put(price, Row(OFFICE, kind="complaint", straight=True))
    one, two = came(centre, 诉求分类="天书", 诉求内容="无", 标题="无"), came(centre, "ZB2")
    assert (one.area, two.area) == (world.DISTRICT, world.DISTRICT)
    do(centre, one, "categorise", category="P08")
    do(centre, two, "name", meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)
    jobs()
    assert matter_of(N).area == matter_of("ZB2").area == world.OFFICE
    assert [said["row"] for one in (one, two) for said in told(one)] == [1, 2]


def test_what_was_handed_up_is_never_sent_straight_again(w, centre, price):
    put(price)
    matter = came(centre, **PRICE)
    do(w.actor("所长"), matter, "hand_up", reason="不在本所辖区")
    do(centre, matter, "categorise", category="P08")
    jobs()
    assert matter_of(N).area == world.DISTRICT and len(told(matter)) == 1
    assert matter_of(N).item.office == world.OFFICE, "it is still proposed"


def test_what_somebody_has_in_hand_stays_with_him(w, centre, price):
    matter = came(centre, **PRICE)
    put(price)
    with scoped(SYSTEM):
        w.person("区员", Role.INSPECTOR, world.DISTRICT)
    do(centre, matter, "assign", assignee=w.people["区员"].pk)
    do(centre, matter, "categorise", category="P08")
    jobs()
    assert (matter_of(N).area, matter_of(N).state) == (world.DISTRICT, "handling")


def test_what_was_told_online_goes_when_it_is_registered(w, centre, price):
    put(Row(world.OFFICE, kind="complaint", straight=True))
    with scoped(SYSTEM):
        about = About("投诉", world.DISTRICT)
        matter = perform(
            COMPLAINT, "tell", SYSTEM, about=about, by_field={"channel": "portal", "sort": "complaint"},
            said_name="某店", text="买到过期食品",
        )  # fmt: skip
    jobs()
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).area == world.DISTRICT
    do(centre, matter, "take_in")
    jobs()
    with scoped(SYSTEM):
        assert Matter.objects.get(pk=matter.pk).area == world.OFFICE


def test_a_failure_neither_loses_nor_blocks_what_arrives(w, centre, price, monkeypatch):
    put(price)
    monkeypatch.setattr(straight, "proposal", lambda record: 1 / 0)
    take_in(centre, order(**PRICE))
    with scoped(SYSTEM):
        run_pending(raising=False)
        assert set(JobFailure.objects.values_list("name", flat=True)) == {"complaints.route"}, "somebody hears of it"
    assert (matter_of(N).state, matter_of(N).area) == ("received", world.DISTRICT)
    monkeypatch.undo()
    with scoped(SYSTEM):
        assert straight.send(matter_of(N).pk), "the next try finds it where it was"


def _meanwhile(monkeypatch: Any, lock: bool) -> list[str]:
    """The job has looked; before it acts, a person hands the item up. Returns what happened, in its order."""
    looked, handed = threading.Event(), threading.Event()
    known = straight.handed_up
    with scoped(SYSTEM):
        w = world.make()
        w.person("区中心", Role.DISPATCHER, world.DISTRICT)
        about = About("投诉", world.DISTRICT)
        pk = perform(COMPLAINT, "register", SYSTEM, about=about, text="买到过期食品").pk
    person = w.actor("区中心")
    put(Row(world.OFFICE, straight=True))

    def pauses(matter: Matter) -> bool:
        before = known(matter)
        looked.set()
        handed.wait(1.5)
        return before

    monkeypatch.setattr(straight, "handed_up", pauses)
    if not lock:
        monkeypatch.setattr(straight, "locked", lambda pk: Matter.objects.get(pk=pk))

    def work() -> None:
        with scoped(SYSTEM):
            straight.send(pk)
        connection.close()

    def hands_up() -> None:
        looked.wait(5)
        with scoped(person):
            perform(Matter.objects.get(pk=pk), "hand_up", person, reason="不归本区")
        handed.set()
        connection.close()

    threads = [threading.Thread(target=one) for one in (work, hands_up)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    with scoped(SYSTEM):
        kinds = ("complaint.hand_up", "complaints.straight")
        rows = LedgerEntry.objects.filter(matter=pk, kind__in=kinds).order_by("seq")
        return list(rows.values_list("kind", flat=True))


@pytest.mark.parametrize("lock", [False, True])
def test_a_person_who_hands_it_up_meanwhile_is_not_overruled(fresh_database: object, monkeypatch, lock) -> None:
    happened = _meanwhile(monkeypatch, lock)
    overruled = happened == ["complaint.hand_up", "complaints.straight"]
    assert overruled != lock, happened
    if lock:
        assert happened == ["complaints.straight", "complaint.hand_up"]


def test_the_proposal_does_not_ask_for_the_category_where_no_row_does(w, centre, django_assert_num_queries):
    matter = came(centre)
    put(Row(world.OFFICE))
    with scoped(SYSTEM):
        record = Item.objects.select_related("matter__premises", "matter__entity").get(pk=matter.pk)
        with django_assert_num_queries(1):
            assert record.office == world.OFFICE
