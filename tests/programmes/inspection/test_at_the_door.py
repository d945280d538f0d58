"""What follows at the door, to the end: who may sign, what becomes of the findings, which number is whose."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.kernel.papers.conftest import enrol
from tests.openers import OPENERS

from zhijian.gateways.field.reference import tasks
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.notices import letters
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers import acts, verify
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry import proposals
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.models import Attempt, Inspection, PublishedResult
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


def sent(w: world.World, phone: Device, kind: str, task: Matter | None = None, **more: Any) -> Matter:
    """What a phone sends of a visit that could not be made, taken in; `more` goes into the content."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    people = more.pop("people", (w.inspector, w.second))
    told = {"kind": kind, "note": "", "again": None, "address": "", **more.pop("told", {})}
    content = {
        "task": str(task.uid) if task else None, "purpose": "routine", "premises": str(w.premises.uid),
        "checklist": None, "mode": "hindered", "device": str(phone.uid), "app": "1", "started": now.isoformat(),
        "ended": now.isoformat(), "clock_skew_ms": 0, "place": {"lat": "36.81", "lon": "118.05", "accuracy": 9},
        "inspectors": [{"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in people],
        "hindered": told, "unlisted": None, **more,
    }  # fmt: skip
    raw = {"schema": 2, "id": str(uuid4()), "kind": "inspection", "content": content, "signatures": []}
    raw["digest"] = sha256_hex(canonical(content))
    with scoped(SYSTEM):
        return record_visit(read(raw), raw, "0" * 64, phone)


REFUSED = {
    "told": {"note": "不让进后厨"}, "refused": {"reason": "不让进后厨", "witness": "", "no_witness": "现场无其他人"},
    "papers": [{"kind": "onsite_record"}],
}  # fmt: skip


def test_a_record_that_a_helper_signed_awaits_examination_until_its_paper_is_void(w, phone, client: Client):
    with scoped(SYSTEM):
        helper = w.person("协管", Role.HELPER, world.OFFICE, "假-001")
    matter = sent(w, phone, "refused", plan(w), people=(helper, w.second), **REFUSED)
    assert "helper_signed" in [flag["code"] for flag in matter.flags]
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=matter)
    found = verify.look_up(paper.code)
    assert (found.state, found.in_force, found.doubted) == ("issued", False, True)
    page = client.get(f"/v/{paper.code}").content.decode()
    assert "有待核实" in page
    assert "核验通过" not in page
    with scoped(w.actor("所长")) as head:
        with pytest.raises(NotOpen, match="作废"):
            perform(matter, "look", head, word="看过了")
        acts.void(paper, "协管员不能作为执法人员签字", head)
        assert perform(matter, "look", head, word="文书已作废").flags == []
    assert verify.look_up(paper.code).state == "void"


def test_a_record_of_two_officers_is_in_force_and_an_earlier_one_stays_so(w, phone):
    task = plan(w)
    good = sent(w, phone, "refused", task, **REFUSED)
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=good)
        Matter.objects.filter(pk=good.pk).update(flags=[{"code": "helper_signed", "name": "x", "signed": "0" * 64}])
    assert verify.look_up(paper.code).in_force, "the doubt is about another record of the same matter"


def test_a_refusal_at_the_recheck_is_kept_with_it_and_not_over_the_first_record(w, phone):
    task = plan(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=task.pk).update(state="rectifying")
        own = {"refused_reason": "不认可", "witness": "刘芳", "no_witness": ""}
        Inspection.objects.filter(pk=task.pk).update(**own)
    sent(w, phone, "refused", task, **REFUSED)
    with scoped(SYSTEM):
        visit, attempt = Inspection.objects.get(pk=task.pk), Attempt.objects.get(inspection=task.pk)
    assert (visit.refused_reason, visit.witness, visit.no_witness) == ("不认可", "刘芳", "")
    assert (attempt.refused_reason, attempt.no_witness) == ("不让进后厨", "现场无其他人")
    desk = Client()
    desk.force_login(w.head)
    assert "现场无其他人" in desk.get(f"/m/{task.uid}/").content.decode()


@pytest.fixture
def finding(w: world.World) -> Matter:
    """One open finding of a visit that is being put right."""
    found = OPENERS["rectification"](w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=found.parent_id).update(state="rectifying")
        return Matter.objects.select_related("parent").get(pk=found.pk)


def decided(w: world.World, kind: str, **amended: str) -> None:
    """The head takes over what the officers proposed."""
    with scoped(w.actor("所长")) as head:
        told = proposals.waiting(head).get(what=kind)
        proposals.accept(told.uid, head, proposals.shown(told).seen, amended or None)


def tasks_of(w: world.World, name: str) -> list[str]:
    with scoped(SYSTEM):
        return [task["uid"] for task in tasks(actor_of(w.people[name]))]


def test_what_a_closed_shop_left_open_ends_and_is_not_called_put_right(w, phone, finding):
    visit = finding.parent
    with scoped(SYSTEM):
        shown = PublishedResult.objects.create(
            premises=w.premises, matter_uid=visit.uid, visited_on=world.in_days(-3), published_on=world.in_days(-1),
            result="non_compliant", open_items=1,
        )  # fmt: skip
    sent(w, phone, "closed_down", visit)
    assert str(visit.uid) in tasks_of(w, "甲"), "nobody has decided yet"
    decided(w, "status")
    with scoped(SYSTEM):
        for one in (finding, visit, shown):
            one.refresh_from_db()
        assert (finding.state, finding.rectification.dropped) == ("dropped", "该经营场所已停业，不再有人经营。")
        assert visit.state == "closed"
        assert not Clock.objects.filter(matter=finding, stopped=None).exists()
        told = LedgerEntry.objects.filter(matter=visit, kind="inspection.end")
        assert told.exists(), "not by the step that says that all was put right"
    assert (shown.open_items, shown.put_right_on) == (0, None)
    assert tasks_of(w, "甲") == []
    page = Client()
    page.force_login(w.head)
    assert "不再适用" in page.get(f"/m/{visit.uid}/").content.decode()
    w.premises.refresh_from_db()
    with pytest.raises(NotOpen, match="已停业"):
        plan(w)


def test_what_was_planned_at_a_closed_shop_is_cancelled(w, phone):
    other = plan(w)
    sent(w, phone, "closed_down")
    decided(w, "status")
    with scoped(SYSTEM):
        other.refresh_from_db()
    assert other.state == "cancelled"


def test_a_shop_that_moved_takes_its_open_findings_to_the_new_office(w, phone, finding):
    visit, day = finding.parent, finding.due
    sent(w, phone, "moved", visit, told={"address": "淄川区般阳路 8 号"})
    decided(w, "address")
    with scoped(SYSTEM):
        for one in (finding, visit):
            one.refresh_from_db()
            assert (one.area, one.assignee_id, one.closed) == ("370302001", None, None)
        assert finding.due == day, "the day that was set holds"
        there = w.person("新所长", Role.HEAD, "370302001")
        pair = [w.person(name, Role.INSPECTOR, "370302001", f"鲁C-1{n}") for n, name in enumerate(("戊", "己"))]
    assert tasks_of(w, "甲") == []
    with scoped(actor_of(there)) as head:
        perform(visit, "entrust", head, assignee=pair[0].pk, second=pair[1].pk)
    assert tasks_of(w, "戊") == [str(visit.uid)]
    with scoped(SYSTEM):
        finding.refresh_from_db()
    assert finding.assignee_id == pair[0].pk


def test_shut_at_the_recheck_the_phone_has_the_new_day(w, phone, finding):
    visit = finding.parent
    with scoped(SYSTEM):
        Matter.objects.filter(pk=finding.pk).update(due=world.in_days(-2))
    sent(w, phone, "shut", visit)
    with scoped(SYSTEM):
        new = Inspection.objects.get(pk=visit.pk).planned_for
        told = tasks(actor_of(w.people["甲"]))[0]
    assert new > calendar.today()
    assert (told["kind"], told["due"]) == ("recheck", new.isoformat())


def test_a_day_that_is_over_is_not_planned_for(w, phone):
    matter = sent(w, phone, "repair", plan(w), told={"again": world.in_days(-1).isoformat()})
    assert [flag["code"] for flag in matter.flags] == ["again_over"]
    assert matter.due > calendar.today()


@pytest.mark.parametrize(
    ("what", "new"), [("phone", {"text": "这不是电话"}), ("contact", {"name": "周", "phone": "无"})]
)
def test_what_is_no_telephone_number_is_not_taken_over(w, phone, what, new):
    with scoped(SYSTEM):
        made = proposals.propose(w.premises, what, new, w.actor("甲"), record=uuid4(), at=timezone.now())
    with scoped(w.actor("所长")) as head, pytest.raises(proposals.Unfit, match="不是电话"):
        proposals.accept(made.uid, head, proposals.shown(made).seen)
    assert Premises.objects.get(pk=w.premises.pk).phone == w.premises.phone


def test_who_closed_down_is_told_what_to_hand_in_and_his_door_says_so(w, phone, client: Client, settings):
    settings.PUBLIC_ORIGIN = "https://zj.example"
    matter = sent(w, phone, "closed_down", plan(w))
    with scoped(SYSTEM):
        told = Notice.objects.filter(entity=w.entity, matter=matter).order_by("pk").last()
        assert "注销" in letters.text_of(told)
        link = make_link(w.entity, matter, number=w.entity.phone)
    page = client.get(f"/p/{link}/").content.decode()
    for said in ("已经关门停业", "注销", "食品经营许可和备案管理办法", "张店区市场监督管理局"):
        assert said in page
    door = f"/d/{w.premises.door_code}/"
    assert "不再经营" not in client.get(door, follow=True).content.decode()
    decided(w, "status")
    assert "不再经营" in client.get(door, follow=True).content.decode()
