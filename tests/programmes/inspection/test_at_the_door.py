"""What follows at the door, to the end: who may sign, what becomes of the findings, which number is whose."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.kernel.papers.conftest import enrol

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.papers import acts, verify
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.models import Attempt, Inspection
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
