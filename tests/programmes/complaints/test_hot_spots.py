"""A hot spot on the desk: found beyond the usual, told once, its items behind the number, dismissed with a reason."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from tests import world
from tests.programmes.complaints.conftest import matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice
from zhijian.programmes.complaints import alerts
from zhijian.programmes.complaints.models import HotSpot, Item

SAME = "13805331234"


def piled(centre, people: int, again: int = 0) -> None:
    """Ten quiet weeks, then so many people in one day with the same category; one of them comes again and again."""
    old = calendar.start_of(calendar.today()) - dt.timedelta(weeks=10)
    rows = [order("OLD", 诉求分类="质量", 受理时间=f"{calendar.local(old):%Y-%m-%d 09:00:00}")]
    rows += [order(f"N{n}", 诉求分类="预付卡", 来电号码=f"1390533{n:04d}") for n in range(people)]
    rows += [order(f"A{n}", 诉求分类="预付卡", 来电号码=SAME) for n in range(again)]
    take_in(centre, *rows)
    with scoped(SYSTEM):
        run_pending()
        HotSpot.objects.all().delete()


def test_it_is_found_told_once_and_grows(w, centre, client):
    piled(centre, 6)
    with scoped(SYSTEM):
        assert alerts.look() == 1
        assert alerts.look() == 0
        (row,) = HotSpot.objects.all()
        assert (row.category, row.area, row.seen, row.of) == ("P17", world.DISTRICT, 6, "complaint_problem")
        assert row.usual == 0 and row.q <= 0.05
        told = Notice.objects.filter(template="complaints.hot_spot").values_list("person__name", flat=True)
        assert set(told) == {"区中心"}, "the heads and dispatchers of that area"
    with scoped(w.actor("区中心")):
        assert any(line.url == "/complaints/hotspots/" for line in lines(w.actor("区中心")))
    take_in(centre, order("N9", 诉求分类="预付卡", 来电号码="13905339999"))
    with scoped(SYSTEM):
        run_pending()
        alerts.look()
        assert HotSpot.objects.get().seen == 7
        assert Notice.objects.filter(template="complaints.hot_spot").count() == 1


def test_one_person_counts_once_and_what_is_not_ours_not_at_all(w, centre):
    piled(centre, 3, again=20)
    with scoped(SYSTEM):
        assert alerts.look() == 0, "four people, however often one of them came"
        week = alerts.week_of(calendar.legal_day(matter_of("N0").opened))
        counts = alerts.counted("complaint_problem", week)
        assert counts["P17", world.DISTRICT, week] == 4
        Matter.objects.filter(pk=matter_of("N0").pk).update(state="returned")
        assert alerts.counted("complaint_problem", week)["P17", world.DISTRICT, week] == 3
        Item.objects.filter(pk=matter_of("N1").pk).update(category="P01")
        counts = alerts.counted("complaint_problem", week)
        assert (counts["P17", world.DISTRICT, week], counts["P01", world.DISTRICT, week]) == (2, 1), "confirmed first"


def test_the_items_stand_behind_the_number_and_it_is_dismissed_with_a_reason(w, centre, client):
    w.person("外中心", Role.DISPATCHER, world.NEIGHBOUR)
    piled(centre, 6)
    with scoped(SYSTEM):
        alerts.look()
        row = HotSpot.objects.get()
    path = f"/complaints/hotspots/{row.uid}/"
    client.force_login(w.people["区中心"])
    assert "预付消费" in client.get("/complaints/hotspots/").content.decode()
    page = client.get(path).content.decode()
    assert all(str(matter_of(f"N{n}").uid) in page for n in range(6)) and str(matter_of("OLD").uid) not in page
    client.force_login(w.people["外中心"])
    assert client.get(path).status_code == 404 and client.post(path, {"reason": "看过了"}).status_code == 404
    assert "预付消费" not in client.get("/complaints/hotspots/").content.decode()
    client.force_login(w.people["区中心"])
    assert client.post(path, {"reason": ""}).status_code == 422
    client.post(path, {"reason": "同一家健身房停业，已立案"})
    assert "预付消费" not in client.get("/complaints/hotspots/").content.decode()
    assert "已立案" in client.get("/complaints/hotspots/?over=1").content.decode()
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="complaints.hot_spot_dismissed").count() == 1
        alerts.look()
        assert HotSpot.objects.get().dismissed_at is not None, "it stays dismissed"


def test_without_six_weeks_nothing_is_said_to_be_unusual(w, centre):
    at = timezone.now() - dt.timedelta(weeks=2)
    rows = [order("OLD", 受理时间=f"{calendar.local(at):%Y-%m-%d %H:%M:%S}")]
    take_in(centre, *rows, *(order(f"N{n}", 来电号码=f"1390533{n:04d}") for n in range(8)))
    with scoped(SYSTEM):
        run_pending()
        assert alerts.look() == 0
