"""Maintenance of lifts: who records it, what is doubted, what the head finds, and what a firm's score is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from tests import world
from tests.programmes.equipment.conftest import desk, technician

from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.equipment import due, maintenance
from zhijian.programmes.equipment.models import Equipment, Maintenance

pytestmark = pytest.mark.django_db


def test_only_the_firm_of_the_lift_records_its_visits(w, lift):
    address = f"/t/{lift.door_code}/maintenance/"
    assert "只有这台电梯的维保单位" in Client().get(address).content.decode()
    assert Client().post(address, {"work": "half_month"}).status_code == 403
    assert technician(w.entity.phone).post(address, {"work": "half_month"}).status_code == 403
    assert technician().get(address).status_code == 200
    assert not Maintenance.objects.exists()


def test_a_visit_is_recorded_with_time_and_place_and_doubted_far_away_or_nowhere(w, lift, firm):
    address, there = f"/t/{lift.door_code}/maintenance/", lift.matter.premises
    near = {"work": "half_month", "note": "半月保养", "lat": f"{there.lat}", "lon": f"{there.lon + Decimal('0.001')}"}
    assert technician().post(address, near).status_code == 302
    far = {**near, "lat": f"{there.lat + Decimal('0.05')}", "lon": f"{there.lon}"}
    assert technician().post(address, far).status_code == 302
    assert technician().post(address, {"work": "repair", "note": "更换门锁"}).status_code == 302
    found = list(Maintenance.objects.order_by("pk"))
    assert [one.doubt for one in found] == ["", "far", "nowhere"]
    assert found[0].metres < 100 and found[1].metres > 5000
    assert [one.in_time for one in found] == [None, None, None], "what is doubted counts once it was looked at"
    lift.refresh_from_db()
    assert lift.maintain_by == world.in_days(15)
    flags = Matter.objects.get(pk=lift.pk).flags
    assert [flag["code"] for flag in flags] == ["far", "nowhere"]
    assert (
        LedgerEntry.objects.filter(matter=lift.matter, kind="equipment.maintained", actor=f"entity:{firm.pk}").count()
        == 3
    )
    for visit, left in ((found[1], ["nowhere"]), (found[2], [])):
        look(w, lift, visit)
        assert [flag["code"] for flag in Matter.objects.get(pk=lift.pk).flags] == left


def look(w, lift: Equipment, visit: Maintenance, finding: str = "made", **more: object) -> None:
    with scoped(w.actor("所长")) as head:
        perform(
            Matter.objects.get(pk=lift.pk), "look", head, visit=visit.pk, finding=finding, word="已电话核实", **more
        )


def test_each_doubtful_visit_is_accepted_or_rejected_by_itself(w, lift, firm):
    address, there = f"/t/{lift.door_code}/maintenance/", lift.matter.premises
    far = {"work": "half_month", "note": "半月保养", "lat": f"{there.lat + Decimal('0.2')}", "lon": f"{there.lon}"}
    for told in (far, {"work": "repair", "note": "更换门锁"}):
        technician().post(address, told)
    one, two = Maintenance.objects.order_by("pk")
    form = desk(w.head).get(f"/m/{lift.matter.uid}/look/").content.decode()
    assert "记录位置距电梯" in form and "没有位置" in form, "each with its reason"
    look(w, lift, one, "not_made")
    lift.refresh_from_db()
    assert lift.maintained_on is None and len(Matter.objects.get(pk=lift.pk).flags) == 1
    with pytest.raises(NotOpen, match="已经核对"):
        look(w, lift, one)
    with pytest.raises(NotOpen, match="没有位置"):
        look(w, lift, two, stands_here=True)
    look(w, lift, two)
    lift.refresh_from_db()
    assert lift.maintained_on == world.in_days(0)
    assert list(Maintenance.objects.order_by("pk").values_list("finding", flat=True)) == ["not_made", "made"]
    for page in (f"/m/{lift.matter.uid}/", "/equipment/firms/"):
        told = desk(w.head).get(page).content.decode()
        assert "没有进行" in told and "确已进行" in told


def test_at_a_lift_of_unknown_place_a_visit_is_doubted_until_somebody_says_where_it_stands(w, lift, firm):
    Premises.objects.filter(pk=lift.matter.premises_id).update(lat=None, lon=None)
    address = f"/t/{lift.door_code}/maintenance/"
    told = {"work": "half_month", "note": "半月保养", "lat": "36.8", "lon": "118.05"}
    page = technician().post(address, told, follow=True).content.decode()
    assert "还不知道这台电梯在哪里" in page
    visit = Maintenance.objects.get()
    lift.refresh_from_db()
    assert (visit.doubt, visit.in_time, lift.maintained_on) == ("unplaced", None, None)
    assert "电梯的位置不明" in desk(w.head).get(f"/m/{lift.matter.uid}/").content.decode()
    look(w, lift, visit, stands_here=True)
    lift.refresh_from_db()
    assert (lift.lat, lift.lon, lift.maintained_on) == (Decimal("36.8"), Decimal("118.05"), world.in_days(0))
    technician().post(address, told)
    assert Maintenance.objects.latest("pk").doubt == ""


def test_a_visit_says_what_was_maintained(w, lift):
    address = f"/t/{lift.door_code}/maintenance/"
    for note in ({}, {"note": " "}, {"note": "好"}):
        assert technician().post(address, {"work": "half_month", **note}).status_code == 422
    assert not Maintenance.objects.exists()


def test_a_doubtful_visit_counts_when_the_head_finds_that_it_took_place(w, lift, firm):
    """Three visits in a minute, 26 km away, are no maintenance: neither the lift's days nor the score move."""
    address, there = f"/t/{lift.door_code}/maintenance/", lift.matter.premises
    Equipment.objects.filter(pk=lift.pk).update(maintained_on=world.in_days(-14), maintain_by=world.in_days(1))
    far = {"work": "half_month", "note": "保养", "lat": f"{there.lat + Decimal('0.2')}", "lon": f"{there.lon}"}
    for _ in range(3):
        technician().post(address, far)
    lift.refresh_from_db()
    assert (lift.maintained_on, lift.maintain_by) == (world.in_days(-14), world.in_days(1))
    assert maintenance.scores(w.actor("所长"), world.in_days(0))[0].made == 0
    for visit in Maintenance.objects.all():
        look(w, lift, visit, "not_made")
    lift.refresh_from_db()
    assert lift.maintain_by == world.in_days(1)
    technician().post(address, far)
    look(w, lift, Maintenance.objects.latest("pk"))
    lift.refresh_from_db()
    score = maintenance.scores(w.actor("所长"), world.in_days(0))[0]
    assert (lift.maintained_on, score.made, score.in_time) == (world.in_days(0), 1, 1)


def test_the_score_of_a_firm_is_what_its_formula_says(w, lift, firm):
    """Three visits with gaps of 14 and 20 days, and the lift is late now: one in time of three due."""
    now = timezone.now()
    for days in (60, 46, 26):
        one = Equipment.objects.select_related("matter__premises").get(pk=lift.pk)
        at = now - dt.timedelta(days=days)
        there = one.matter.premises
        maintenance.visit_of(one, firm, at, maintenance.Visit(note="半月保养"), (there.lat, there.lon)).save()
        maintenance.remember(one, world.in_days(-days))
        one.save()
    head = w.actor("所长")
    score = maintenance.scores(head, world.in_days(0))[0]
    assert (score.lifts, score.made, score.in_time, score.late, score.due, score.percent) == (1, 2, 1, 1, 3, 33)
    assert (
        maintenance.scores(w.person("外", world.Role.HEAD, world.NEIGHBOUR_OFFICE) and w.actor("外"), world.in_days(0))
        == []
    )
    page = desk(w.head).get("/equipment/firms/").content.decode()
    assert "1 ÷ (2 + 1)" in page and "33" in page


def test_a_lift_without_any_record_is_late_like_every_other(w, lift, firm):
    """A firm that records nothing has no better score than one that comes too late."""
    assert lift.maintain_by is None
    assert due.settle_all() == 0
    lift.refresh_from_db()
    assert lift.maintain_by == world.in_days(15)
    assert due.settle_all() == 0
    score = maintenance.scores(w.actor("所长"), world.in_days(16))[0]
    assert (score.lifts, score.made, score.late, score.never, score.percent) == (1, 0, 1, 1, 0)
    page = desk(w.head).get("/equipment/firms/").content.decode()
    assert "无维保记录" in page


def test_another_firm_keeps_the_lift_from_the_day_on_that_the_office_enters_it(w, lift, firm):
    Equipment.objects.filter(pk=lift.pk).update(maintained_on=world.in_days(-40), maintain_by=world.in_days(-25))
    other = Entity.objects.create(name="淄博安达电梯有限公司", area=world.NEIGHBOUR_OFFICE, phone="13905330022")
    with scoped(w.actor("甲")) as officer:
        for said, phone in (("淄博捷安电梯维保有限公司", ""), ("没有这家公司", ""), ("没有这家公司", "abc")):
            with pytest.raises(NotOpen):
                perform(Matter.objects.get(pk=lift.pk), "entrust", officer, firm=said, phone=phone)
        perform(Matter.objects.get(pk=lift.pk), "entrust", officer, firm=other.name)
    lift.refresh_from_db()
    assert (lift.maintainer, lift.maintain_by) == (other, world.in_days(15))
    assert technician().post(f"/t/{lift.door_code}/maintenance/", {"work": "repair"}).status_code == 403
    there = lift.matter.premises
    told = {"work": "repair", "note": "修理", "lat": f"{there.lat}", "lon": f"{there.lon}"}
    assert technician(other.phone).post(f"/t/{lift.door_code}/maintenance/", told).status_code == 302
    made = Maintenance.objects.get()
    assert (made.firm, made.gap, made.in_time) == (other, 40, True)  # the days before were not this firm's
    with scoped(w.actor("甲")) as officer:
        perform(Matter.objects.get(pk=lift.pk), "entrust", officer, firm="外地电梯公司", phone="053112345678")
    entered = Equipment.objects.get(pk=lift.pk).maintainer
    assert entered.source == maintenance.FIRMS
    Entity.objects.filter(pk=entered.pk).update(merged_into=firm)
    assert maintenance.firm_named("外地电梯公司") == firm, "of one that was merged, the row that stands"
