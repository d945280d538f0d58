"""What went on at the desk while a phone was away: each conflict has its rule in docs/conflicts.md, and a test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests import world
from tests.gateways.field.test_field import flags, here, phone, plan, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.doubts import DOUBTS
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/conflicts.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \|.*\| `(tests/[\w/]+\.py)` `(test_\w+)` \|$", re.MULTILINE)


def test_each_conflict_is_written_down_with_a_test_that_names_it() -> None:
    visits = PAGE.split("\n## ")[0]  # a programme beside visits has a table, and a test, of its own
    rows = {code: (file, name) for code, file, name in ROW.findall(visits)}
    assert set(rows) == set(DOUBTS)
    for code, (file, name) in rows.items():
        told = (ROOT / file).read_text(encoding="utf-8").partition(f"def {name}(")[2].partition("\ndef ")[0]
        assert f'"{code}"' in told, f"{file} {name} does not tell of {code}"


def test_the_checklist_was_replaced_while_the_phone_was_away(phone: Phone, w: world.World) -> None:  # noqa: F811
    """The visit stands by the list that was signed, and no item of the new one is asked of it."""
    with scoped(SYSTEM):
        Checklist.objects.filter(code="test.food").update(until=world.in_days(-2))
        newer = world.make_checklist(version=2)
    _, told = put(phone, record(phone, here(phone, w)))
    assert flags(told) == {"checklist_replaced"}
    with scoped(SYSTEM):
        visit = Inspection.objects.get(matter__uid=told["matter"]["uid"])
        assert [one.checklist.version for one in ByList.objects.filter(inspection=visit)] == [1]
        assert Answer.objects.filter(inspection=visit).count() == len(world.ITEMS)
    phone.pull()
    assert f"{newer.code}/2" in {f"{one['id']}/{one['version']}" for one in phone.data["checklists"].values()}


def test_what_the_phone_says_of_place_task_and_rules_is_looked_at(phone: Phone, w: world.World) -> None:  # noqa: F811
    place = here(phone, w)
    assert flags(put(phone, record(phone, place, place=None))[1]) == {"no_place"}
    nobodys = record(phone, place, task="00000000-0000-7000-8000-000000000001")
    assert flags(put(phone, nobodys)[1]) == {"task_unknown"}
    short = record(phone, place)
    short["content"]["answers"].pop()
    assert "incomplete" in flags(put(phone, short)[1])
    milder = record(phone, place, failed={"1.1": {}})
    milder["content"]["outcome"] = {"result": "compliant", "items": [], "rules_version": 1}
    _, told = put(phone, milder)
    assert "outcome_differs" in flags(told)
    with scoped(SYSTEM):
        visit = Inspection.objects.get(matter__uid=told["matter"]["uid"])
        assert visit.result == "compliant", "the paper in the enterprise's hand is not rewritten: a person looks at it"


def test_the_place_was_moved_into_another_area_meanwhile(phone: Phone, w: world.World) -> None:  # noqa: F811
    place = here(phone, w)
    with scoped(SYSTEM):
        w.premises.area = world.NEIGHBOUR_OFFICE
        w.premises.save()
    assert flags(put(phone, record(phone, place))[1]) >= {"outside_area"}


def test_a_finding_was_settled_at_the_desk_meanwhile(phone: Phone, w: world.World) -> None:  # noqa: F811
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {}, "2.3": {}}))
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        findings = list(Matter.objects.filter(parent=matter, kind="rectification").order_by("pk"))
    with scoped(w.actor("甲")) as inspector:
        perform(findings[0], "accept", inspector, on_site=True)
    rechecks: list[dict[str, Any]] = [
        {"rectification": str(one.uid), "accepted": True, "note": "已改", "photos": []} for one in findings
    ]
    sent = record(
        phone, here(phone, w), purpose="recheck", task=str(matter.uid), answers=[], outcome=None, checklist=None,
        deadline=None, papers=[], rechecks=rechecks,
    )  # fmt: skip
    assert flags(put(phone, sent)[1]) == {"finding_settled"}
    with scoped(SYSTEM):
        assert {Matter.objects.get(pk=one.pk).state for one in findings} == {"accepted"}
