"""A visit that was recorded with another checklist than the one that was ordered: taken, and told in words."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.test import Client
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.kernel.papers.conftest import enrol

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.record import read

ENTRY = "inspection.other_checklist"


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


def another(code: str, version: int = 1, title: str = "专项检查表") -> Checklist:
    of = Checklist.objects.get(code="test.food", version=1)
    with scoped(SYSTEM):
        return Checklist.objects.create(
            code=code, version=version, title=title, since=world.SINCE, content=of.content, digest=of.digest
        )


def recorded(w: world.World, phone: Device, task: Matter, used: Checklist | None) -> Matter:
    """What a phone sends of a visit at which everything complied, taken in."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
    people = [{"id": p.pk, "name": p.name, "certificate_no": p.certificate_no} for p in (w.inspector, w.second)]
    content = {
        "task": str(task.uid), "premises": str(w.premises.uid), "mode": "full", "device": str(phone.uid),
        "checklist": {"id": used.code, "version": used.version} if used else {"id": "of.nobody", "version": 1},
        "started": now, "ended": now, "place": {"lat": "36.81", "lon": "118.05", "accuracy": 9}, "inspectors": people,
        "answers": [{"item": no, "answer": "yes", "at": now} for no in w.checklist.items],
    }  # fmt: skip
    raw = {"schema": 2, "id": str(uuid4()), "kind": "inspection", "content": content, "signatures": []}
    raw["digest"] = sha256_hex(canonical(content))
    with scoped(SYSTEM):
        return record_visit(read(raw), raw, "0" * 64, phone)


def codes(matter: Matter) -> list[str]:
    return [flag["code"] for flag in matter.flags]


def told(matter: Matter) -> int:
    with scoped(SYSTEM):
        return LedgerEntry.objects.filter(matter=matter, kind=ENTRY).count()


def test_another_list_is_a_doubt_in_words_and_stays_in_the_ledger(w, phone):
    matter = recorded(w, phone, plan(w), another("test.special"))
    assert (matter.state, codes(matter), told(matter)) == ("closed", ["checklist_other"], 1)
    client = Client()
    client.force_login(w.head)
    words = "任务指定的检查表是“餐饮服务监督检查要点表 (1)”，实际使用的是“专项检查表 (1)”"
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert page.count(words) == 2, "to be looked at, and among what happened"
    with scoped(w.actor("所长")) as head:
        assert perform(matter, "look", head, word="现场改用专项表，已核实").flags == []
    assert client.get(f"/m/{matter.uid}/").content.decode().count(words) == 1, "looked at, and still on record"


def test_the_list_of_the_task_is_none(w, phone):
    matter = recorded(w, phone, plan(w), w.checklist)
    assert (codes(matter), told(matter)) == ([], 0)


def test_the_version_of_the_day_is_none_though_the_task_named_the_one_before(w, phone):
    task = plan(w)
    with scoped(SYSTEM):
        Checklist.objects.filter(pk=w.checklist.pk).update(until=world.in_days(-1))
    matter = recorded(w, phone, task, another("test.food", 2))
    assert (codes(matter), told(matter)) == ([], 0)


def test_another_version_while_the_task_s_was_in_force_is_one(w, phone):
    task = plan(w)
    assert codes(recorded(w, phone, task, another("test.food", 2))) == ["checklist_other"]


def test_a_list_that_is_not_known_here_is_told_as_that(w, phone):
    matter = recorded(w, phone, plan(w), None)
    assert (codes(matter), told(matter)) == (["checklist_unknown"], 0)
