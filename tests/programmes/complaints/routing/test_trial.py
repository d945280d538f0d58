"""A set tried on what happened: beside the office that concluded each item, in all, by row, before and after."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.programmes.complaints.conftest import do, matter_of
from tests.programmes.complaints.routing.conftest import came

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.complaints.flow import COMPLAINT
from zhijian.programmes.complaints.routing import trial
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Case, Found, Row
from zhijian.programmes.complaints.routing.sets import FIRST

PRICE = {"诉求分类": "价格投诉"}


def concluded(w, centre, number: str, *, named: bool = True, up: bool = False, **more: str) -> Matter:
    """An order that went to the office, perhaps up and down again, and was settled there."""
    matter = came(centre, number, **more)
    do(centre, matter, "pass_on", area=world.OFFICE)
    if up:
        do(w.actor("所长"), matter, "hand_up", reason="先退回")
        do(centre, matter, "pass_on", area=world.OFFICE)
    if named:
        do(w.actor("所长"), matter, "name", meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)
    do(w.actor("所长"), matter, "assign", assignee=w.inspector.pk)
    return do(w.actor("甲"), matter, "settle", why="退款", recovered="1.00")


@pytest.fixture
def past(w, centre) -> None:
    """Three that the office concluded, and one that is not concluded yet."""
    concluded(w, centre, "ZB1", **PRICE)
    concluded(w, centre, "ZB2", named=False)
    concluded(w, centre, "ZB3", up=True)
    came(centre, "ZB4")


def tried(rows, actor=SYSTEM, now=FIRST) -> trial.Trial:
    with scoped(actor):
        return trial.compare(rows, now, actor)


def test_it_says_of_each_row_and_in_all_what_would_have_become_of_them(w, past):
    rows = [Row(world.SISTER, kind="complaint", category="P08", straight=True), Row(OFFICE)]
    made = tried(rows)
    total, before = made.total, made.before
    assert (total.items, total.same, total.another, total.none, total.straight) == (3, 1, 1, 1, 1)
    assert (total.handed_up, made.rows[1].handed_up, made.rows[0].handed_up) == (1, 1, 0)
    assert (before.same, before.another, before.none, before.straight) == (2, 0, 1, 0)
    assert [(one.items, one.same, one.another) for one in made.rows] == [(1, 0, 1), (1, 1, 0)]
    ((line),) = made.shown[trial.ANOTHER]
    assert line.past.number == matter_of("ZB1").number and line.found is not None and line.found.number == 1
    assert [one.past.uid for one in made.shown[trial.NONE]] == [matter_of("ZB2").uid]
    with scoped(SYSTEM):
        assert Matter.objects.filter(area=world.SISTER).count() == 0, "trying changes nothing"


def test_it_sees_an_item_where_it_arrived_not_where_it_ended(w, past):
    assert tried([Row(DISTRICT)]).total.none == 3, "they arrived in the district: only an office lies below"


def test_what_came_in_at_an_office_had_not_to_be_routed(w, past):
    head = w.actor("所长")
    with scoped(head):
        about = About("投诉", world.OFFICE, w.entity, w.premises)
        matter = perform(COMPLAINT, "register", head, about=about, text="买到过期食品")
        perform(matter, "assign", head, assignee=w.inspector.pk)
    do(w.actor("甲"), matter, "settle", why="退款", recovered="1.00")
    assert tried([Row(OFFICE)]).total.items == 3


@pytest.mark.parametrize(
    ("office", "area", "said"),
    [
        (world.OFFICE, world.OFFICE, trial.SAME),
        (world.OFFICE, world.DISTRICT, trial.SAME),
        (world.DISTRICT, world.OFFICE, trial.ANOTHER),
        (world.SISTER, world.OFFICE, trial.ANOTHER),
    ],
)
def test_the_district_above_is_on_the_way(office, area, said):
    past = trial.Past(None, "", "", Case("complaint", "", "", 0, world.CITY), office, False)
    assert trial.outcome_of(past, Found(1, Row(area), area)) == said
    assert trial.outcome_of(past, None) == trial.NONE


def test_only_what_the_actor_may_read_counts_and_only_the_last_months(w, past):
    with scoped(SYSTEM):
        w.stranger
    assert tried([Row(OFFICE)], w.actor("外区")).total.items == 0
    assert tried([Row(OFFICE)], w.actor("区中心")).total.items == 3
    with scoped(SYSTEM):
        old = calendar.start_of(calendar.today() - dt.timedelta(days=trial.DAYS + 1))
        Matter.objects.filter(pk=matter_of("ZB1").pk).update(opened=old)
    assert tried([Row(OFFICE)]).total.items == 2


def test_beyond_the_bound_the_newest_are_taken_and_it_is_said(w, past, monkeypatch):
    monkeypatch.setattr(trial, "MOST", 2)
    made = tried([Row(OFFICE)])
    assert (made.total.items, made.whole) == (2, False)


def test_it_takes_as_many_queries_for_many_as_for_few(w, centre):
    def queries() -> int:
        with scoped(SYSTEM), CaptureQueriesContext(connection) as caught:
            made = trial.compare([Row(OFFICE), Row(world.OFFICE, category="P04")], FIRST, SYSTEM)
        assert made.total.same == made.total.items > 0
        return len(caught)

    concluded(w, centre, "ZB1")
    few = queries()
    for n in range(2, 6):
        concluded(w, centre, f"ZB{n}", **PRICE)
    assert queries() == few == len(("complaint", "report", "enquiry", "ledger"))
