"""Visits that do not go to plan: what the officers find at the door, and the lawful next step of each."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.kernel.papers.conftest import enrol

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.timeline import who
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.evidence.seal import make_seal
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.packs import stack
from zhijian.kernel.ratings import calling
from zhijian.kernel.ratings.acts import rate
from zhijian.kernel.ratings.declared import question_of
from zhijian.kernel.registry import proposals
from zhijian.kernel.registry.models import Premises, Proposal
from zhijian.programmes.inspection import flow, rules
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.models import Attempt, Inspection, Lead, Publication, Unreachable
from zhijian.programmes.inspection.record import read


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
        return made


@pytest.fixture
def phone(w: world.World) -> Device:
    with scoped(SYSTEM):
        return enrol(w.inspector)


def at_the_door(
    w: world.World, phone: Device, kind: str, task: Matter | None = None, informed: Any = None, **told: Any
) -> Matter:
    """What a phone sends of a visit that could not be made, taken in."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    people = [{"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in (w.inspector, w.second)]
    content = {
        "task": str(task.uid) if task else None, "purpose": "routine", "premises": str(w.premises.uid),
        "checklist": None, "mode": "hindered", "device": str(phone.uid), "app": "1", "started": now.isoformat(),
        "ended": now.isoformat(), "clock_skew_ms": 0, "place": {"lat": "36.81", "lon": "118.05", "accuracy": 9},
        "inspectors": people, "hindered": {"kind": kind, "note": "", **told}, "unlisted": None,
        **({"informed": informed} if informed else {}),
    }  # fmt: skip
    raw = {"schema": 2, "id": str(uuid4()), "kind": "inspection", "content": content, "signatures": []}
    raw["digest"] = sha256_hex(canonical(content))
    with scoped(SYSTEM):
        return record_visit(read(raw), raw, "0" * 64, phone)


def of(matter: Matter) -> Inspection:
    return Inspection.objects.get(pk=matter.pk)


def told_head(w: world.World, verb: str) -> int:
    with scoped(SYSTEM):
        rows = Notice.objects.filter(person=w.head)
        return sum(row.data.get("verb") == verb for row in rows)


def test_shut_today_is_visited_again_and_the_third_time_the_head_is_told(w, phone):
    task = plan(w)
    for n in range(1, 4):
        matter = at_the_door(w, phone, "shut", task)
        assert (matter.pk, matter.state, matter.flags) == (task.pk, "planned", [])
        assert of(matter).planned_for == matter.due > calendar.today(), "a new day is proposed"
        assert of(matter).attempts.count() == n
        assert told_head(w, "too_often") == (1 if n == 3 else 0)
    with scoped(SYSTEM):
        assert Attempt.objects.filter(kind="shut", inspection=task.pk).count() == 3
        assert not Matter.objects.filter(parent=task).exists(), "nothing is published of a shut door"


def test_under_repair_is_visited_on_the_day_that_the_officer_gives(w, phone):
    day = world.in_days(20)
    matter = at_the_door(w, phone, "repair", plan(w), again=day.isoformat())
    assert (matter.state, of(matter).planned_for, matter.due) == ("planned", day, day)


def test_without_a_task_a_shut_shop_becomes_one(w, phone):
    matter = at_the_door(w, phone, "shut")
    assert matter.state == "planned" and matter.assignee_id == w.inspector.pk
    assert of(matter).planned_for > calendar.today()


def test_closed_down_proposes_it_and_tells_the_duty(w, phone):
    matter = at_the_door(w, phone, "closed_down", plan(w), note="卷帘门贴转让")
    assert matter.state == "hindered"
    with scoped(SYSTEM):
        told = Proposal.objects.get(matter=matter)
        assert Notice.objects.filter(entity=w.entity).exists(), "the enterprise is told to hand in its licence"
    assert Premises.objects.get(pk=w.premises.pk).status == "open", "nobody has decided yet"
    with scoped(w.actor("所长")) as head:
        proposals.accept(told.uid, head, proposals.shown(told).seen)
    assert Premises.objects.get(pk=w.premises.pk).status == "closed"


@pytest.mark.parametrize(("address", "office"), [("淄川区般阳路 8 号", "370302001"), ("某处", world.OFFICE)])
def test_moved_hands_the_visit_to_the_office_of_the_new_address(w, phone, address, office):
    matter = at_the_door(w, phone, "moved", plan(w), address=address)
    assert matter.state == "away"
    with scoped(SYSTEM):
        told = Proposal.objects.get(matter=matter)
        assert proposals.shown(told).value == {"text": address, "area": office}
    with scoped(w.actor("所长")) as head:
        proposals.accept(told.uid, head, proposals.shown(told).seen)
    with scoped(SYSTEM):
        matter.refresh_from_db()
        premises = Premises.objects.get(pk=w.premises.pk)
    assert (premises.address, premises.area, matter.area, matter.state) == (address, office, office, "planned")
    assert (matter.assignee_id is None) == (office != world.OFFICE), "the new office names its own officers"
    with scoped(SYSTEM), translation.override("en"):
        last = LedgerEntry.objects.filter(matter=matter).latest("pk")
        assert who(last) == f"the platform, after {w.head.name} decided"


def test_not_to_be_found_counts_visits_and_letters_until_listing_may_be_proposed(w, phone):
    first = at_the_door(w, phone, "not_found", plan(w))
    assert first.state == "hindered"
    with scoped(SYSTEM):
        sought = Unreachable.objects.get(inspection=first.pk)
    assert (sought.sought, sought.address) == (1, w.premises.address)
    with scoped(w.actor("所长")) as head:
        with pytest.raises(NotOpen):
            perform(sought.matter, "propose", head)
        late, early = world.in_days(-2), world.in_days(-20)
        perform(sought.matter, "letter", head, sent_on=early, returned_on=world.in_days(-10))
        with pytest.raises(NotOpen):
            perform(sought.matter, "letter", head, sent_on=world.in_days(-12), returned_on=late)
    at_the_door(w, phone, "not_found")
    with scoped(w.actor("所长")) as head:
        sought.refresh_from_db()
        assert (sought.sought, sought.letters) == (2, 1), "the second search joins the first"
        matter = perform(sought.matter, "propose", head)
        assert matter.due is not None, "the clock of the listing runs"
        assert perform(matter, "hand_over", head).state == "handed"


def test_refused_entry_proposes_an_investigation(w, phone):
    matter = at_the_door(w, phone, "refused", plan(w), note="不让进后厨")
    assert matter.state == "hindered"
    with scoped(SYSTEM):
        lead = Lead.objects.get(inspection=matter.pk)
    assert "不让进后厨" in lead.found
    assert "第133条" in lead.basis
    assert told_head(w, "refused") == 1


def test_what_is_kept_is_in_the_places_language_whatever_the_phone_speaks(w, phone):
    with translation.override("en"):
        matter = at_the_door(w, phone, "refused", plan(w), note="不让进后厨")
    with scoped(SYSTEM):
        assert Lead.objects.get(inspection=matter.pk).found == "拒绝检查：不让进后厨"


def codes(matter: Matter) -> set[str]:
    return {flag["code"] for flag in matter.flags}


def test_an_officer_of_another_office_and_a_wish_for_others_are_seen_on_the_desk(w, phone):
    told = {"cards_shown": True, "rights_told": True, "recusal": "yes"}
    assert codes(at_the_door(w, phone, "refused", plan(w), told)) >= {"recusal_asked"}
    assert "officer_elsewhere" not in codes(at_the_door(w, phone, "refused"))
    with scoped(SYSTEM):
        w.second.posts.update(jurisdiction=world.SISTER)
    assert "officer_elsewhere" in codes(at_the_door(w, phone, "refused"))


def test_what_a_helper_found_shut_waits_for_officers_to_be_named(w):
    with scoped(SYSTEM):
        helper = w.person("协管", Role.HELPER, world.OFFICE)
        matter = at_the_door(w, enrol(helper), "shut")
    assert (matter.state, matter.assignee_id) == ("planned", None)
    assert "nobody_named" in codes(matter)


@pytest.mark.parametrize("kind", ["closed_down", "not_found", "refused"])
def test_a_visit_that_could_not_be_made_counts_as_none(w, phone, kind):
    """Nobody is asked how it was, nobody is called back, no figure takes it for an inspection, nothing is published."""
    matter = at_the_door(w, phone, kind, plan(w), note="看到的情况")
    assert (matter.state, matter.due, matter.closed is None) == ("hindered", None, False)
    assert question_of(matter) is None
    with scoped(party_of(w.entity)) as owner, pytest.raises(NotOpen):
        rate(matter, 5, "", owner)
    seal, day = make_seal(wait=5), calendar.today()
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(matter=matter, kind=f"inspection.{kind}", id__lte=seal.last_entry).exists()
        assert calling.population(seal) == [], "its end stands under the seal, and is not drawn from"
        assert not Publication.objects.filter(matter__premises=w.premises).exists()
    year = Period(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))
    codes = ("inspection.finished", "inspection.entities", "returns.closed", "inspection.hindered")
    counted = [compute.value(declared()[code], year, world.OFFICE, SYSTEM).text for code in codes]
    assert counted == ["0", "0", "0", "1"]


def test_lists_boards_and_pages_say_why_and_do_not_call_it_done(w, phone):
    matter = at_the_door(w, phone, "closed_down", plan(w), note="卷帘门贴转让")
    client = Client()
    client.force_login(w.head)
    listed = client.get("/l/inspection/?state=hindered").content.decode()
    assert "未能检查" in listed and "已关门停业" in listed and "上门未能检查" in listed
    assert matter.number not in client.get("/l/inspection/?state=closed").content.decode()
    board = client.get("/l/inspection/board/").content.decode()
    assert "未能检查" in board and str(matter.uid) in board
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "未能检查" in page and "计划日期" in page and "检查日期" not in page


def test_who_finds_a_closed_down_shop_open_makes_a_visit_of_its_own(w, phone):
    task = plan(w)
    first = at_the_door(w, phone, "closed_down", task)
    again = at_the_door(w, phone, "shut", task)
    assert again.pk != first.pk
    assert again.flags == [{"code": "task_hindered", "first": str(first.uid)}]
    assert "未能检查" in flow.INSPECTION.doubt(again.flags[0])


def test_what_was_in_doubt_about_a_visit_in_vain_can_be_looked_at(w, phone):
    task = plan(w)
    w.second.certificate_until = dt.date(2020, 1, 1)
    with scoped(SYSTEM):
        w.second.save()
    matter = at_the_door(w, phone, "refused", task, note="不让进")
    assert matter.flags
    with scoped(w.actor("所长")) as head:
        assert perform(matter, "look", head, word="证件已换发").flags == []


def test_at_a_recheck_the_findings_stay_as_they_are(w, phone):
    with scoped(SYSTEM):
        task = plan(w)
        Matter.objects.filter(pk=task.pk).update(state="rectifying")
    for kind in ("shut", "closed_down", "not_found", "refused", "moved"):
        assert at_the_door(w, phone, kind, task, address="某处").state == "rectifying"


def test_a_cancelled_task_is_no_reason_to_lose_what_was_seen(w, phone):
    with scoped(SYSTEM):
        task = plan(w)
        Matter.objects.filter(pk=task.pk).update(state="cancelled")
    matter = at_the_door(w, phone, "shut", task)
    assert matter.pk != task.pk
    assert [flag["code"] for flag in matter.flags] == ["task_cancelled"]


def test_one_officer_may_note_a_shut_door_but_not_a_refusal(w, phone):
    task = plan(w)
    w.second.certificate_until = dt.date(2020, 1, 1)
    with scoped(SYSTEM):
        w.second.save()
    assert at_the_door(w, phone, "shut", task).flags == []
    assert [flag["code"] for flag in at_the_door(w, phone, "refused", task).flags] == ["certificate_expired"]


def test_the_ledger_tells_it(w, phone):
    matter = at_the_door(w, phone, "shut", plan(w))
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(matter=matter, kind="inspection.shut")
    assert entry.data["planned_for"] == of(matter).planned_for.isoformat()


@pytest.mark.parametrize(("trade", "of", "ground"), [
    ("restaurant", "REFUSED_ENTRY", "食品安全法 第133条"), ("drug_retail", "REFUSED_ENTRY", "药品管理法 第99条"),
    ("equipment_user", "REFUSED_ENTRY", "特种设备安全法 第95条"), ("product_seller", "REFUSED_ENTRY", "治安管理处罚法"),
    ("food_stall", "UNLICENSED", "食品安全法 第122条"), ("drug_retail", "UNLICENSED", "药品管理法 第115条"),
    ("product_seller", "UNLICENSED", "无证无照经营查处办法"), ("", "UNLICENSED", "无证无照经营查处办法"),
])  # fmt: skip
def test_the_ground_is_the_law_of_the_trade(db, trade, of, ground):
    assert ground in rules.ground(getattr(rules, of), dt.date(2026, 11, 29), trade)


def test_every_line_of_trade_has_its_trades_and_its_laws(db):
    lines = {line for laws in rules.OF_LINE.values() for line in laws}
    table = stack().table("codes/trades")
    assert set(table["line"].values()) == lines and set(table["line"]) <= set(table["trade"])
