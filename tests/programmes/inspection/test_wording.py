"""What a visit found is told by one rule, which the phone is held to by the same fixture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from tests.known import known_of

from zhijian.kernel.packs.loader import Stack
from zhijian.programmes.inspection import papers, wording
from zhijian.programmes.inspection.record import Given, read

FOUND = json.loads((Path(__file__).parents[2] / "fixtures/record_inspection_1_found.json").read_text(encoding="utf-8"))
AT = "2026-11-23T09:00:00+08:00"
ITEM = {"no": "2.3", "text": "冷藏温度 0~8 ℃。"}


def given(**facts: Any) -> Given:
    return Given(**{"item": "2.3", "answer": "no", "at": AT, **facts})


@pytest.mark.parametrize("which", list(FOUND["records"]))
def test_papers_tell_what_was_found(which: str) -> None:
    record, known = read(FOUND["records"][which]), known_of(FOUND["known"])
    for kind, told in FOUND["papers"][which].items():
        made = papers.BUILDERS[kind](record, known)
        assert {key: made[key] for key in told} == told


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"note": "冷柜断电。"}, "冷柜断电"),
        ({"note": "冷柜断电", "value": "11.5", "unit": "℃"}, "冷柜断电；测得 11.5 ℃"),
        ({"note": "显示 11.5 ℃", "value": "11.5", "unit": "℃"}, "显示 11.5 ℃"),
        ({"value": "11.5", "unit": "℃"}, "测得 11.5 ℃；不符合：冷藏温度 0~8 ℃"),
        ({"note": "冷冻柜高于 -12 ℃", "value": "2", "unit": "℃"}, "冷冻柜高于 -12 ℃；测得 2 ℃"),
        ({"note": "高于 -12 ℃", "value": "12", "unit": "℃"}, "高于 -12 ℃；测得 12 ℃"),
        ({"note": "低于 250 mg/L", "value": "50", "unit": "mg/L"}, "低于 250 mg/L；测得 50 mg/L"),
        ({}, "不符合：冷藏温度 0~8 ℃"),
        ({"note": " 。\n"}, "不符合：冷藏温度 0~8 ℃"),
        ({"note": "甲。\n\n 乙；"}, "甲；乙"),
        ({"note": "写着 {value} {text}"}, "写着 {value} {text}"),
    ],
)
def test_the_note_goes_before_the_value_and_that_before_the_requirement(facts: dict[str, Any], says: str) -> None:
    assert wording.found_of(ITEM, given(**facts)) == says


def test_an_item_that_the_list_does_not_have_is_named_by_its_number() -> None:
    assert wording.found_of({}, given(item="99")) == "不符合：99"


def test_a_finding_is_called_by_its_number_and_what_was_found() -> None:
    assert wording.title_of(ITEM, given(note="冷柜断电")) == "2.3 冷柜断电"
    assert len(wording.title_of(ITEM, given(note="很" * 500))) == 200


def test_every_place_has_all_the_words() -> None:
    shapes = {}
    for name in ("cn_zibo", "us_chicago"):
        form = Stack.read(name).table("papers/onsite_record")
        shapes[name] = set(form["texts"]["found"])
    newest = json.loads((Path(__file__).parents[2] / "fixtures/record_inspection_3_hand.json").read_text("utf-8"))
    assert shapes["cn_zibo"] == shapes["us_chicago"] == set(newest["known"]["words"])
    assert configured.PACK.startswith("cn"), "the fixtures have the words of the Chinese forms"
    assert wording.words() == newest["known"]["words"]
    assert wording.words().items() >= FOUND["known"]["words"].items(), "older records are told by the same words"


def test_a_refused_entry_tells_that_other_officers_were_asked_for() -> None:
    fixture = json.loads((Path(__file__).parents[2] / "fixtures/record_inspection_2.json").read_text(encoding="utf-8"))
    content = read(fixture["records"]["refused"]).content
    told = content.model_copy(update={"findings": "", "informed": {**content.informed, "recusal": "yes"}})
    assert wording.words()["entry_recusal"] in wording.findings_of(told, [])
    assert wording.words()["entry_recusal"] not in wording.findings_of(content.model_copy(update={"findings": ""}), [])
