"""The lists of one visit as one sheet, and which lists a visit goes by: the same on both sides."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.known import known_of

from zhijian.programmes.inspection import decide
from zhijian.programmes.inspection.checklists.applying import Place, fitting
from zhijian.programmes.inspection.joining import join
from zhijian.programmes.inspection.models import Checklist

FIXTURES = Path(__file__).parents[2] / "fixtures"
JOINED = json.loads((FIXTURES / "joined.json").read_text(encoding="utf-8"))["cases"]
APPLYING = json.loads((FIXTURES / "applying.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", JOINED, ids=lambda case: case["name"])
def test_they_are_joined_as_the_phone_joins_them(case: dict[str, Any]) -> None:
    before = copy.deepcopy(case["lists"])
    sheet = join(case["lists"])
    told = {"sections": list(sheet.sections), "title": sheet.title, "number": sheet.number, "basis": sheet.basis}
    assert told == case["joined"]
    assert case["lists"] == before


@pytest.mark.parametrize("case", APPLYING["cases"], ids=lambda case: case["name"])
def test_the_lists_for_a_place_are_those_that_the_phone_says(case: dict[str, Any]) -> None:
    lists = [Checklist(code=one["id"], **{k: v for k, v in one.items() if k != "id"}) for one in APPLYING["lists"]]
    told = case["place"]
    licences = tuple((one["kind"], one["number"]) for one in told["licences"])
    place = Place(told["trade"], licences, told["industry"], told.get("registered", ()))
    assert [one.code for one in fitting(lists, place)] == case["lists"]


def of(code: str, marks: list[str]) -> dict[str, Any]:
    """A list whose items ask what `marks` say, or only this list's own question."""
    items = [
        {"no": str(n), "key": n % 2 == 0, "text": "", "basis": code, "may_na": True, "photo": False, "verified": True,
         **({"same": mark} if mark else {})}
        for n, mark in enumerate(marks)
    ]  # fmt: skip
    head = {"id": code, "version": 1, "title": code, "short": code, "number": "", "basis": ""}
    return {**head, "sections": [{"no": "1", "title": "", "items": items}]}


MARKS = st.lists(st.sampled_from(["", "", "a", "b", "c"]), max_size=8).map(
    lambda marks: [mark if mark not in marks[:n] else "" for n, mark in enumerate(marks)]
)


@given(st.lists(MARKS, min_size=1, max_size=4))
def test_every_item_of_every_list_is_answered_by_exactly_one_question(lists: list[list[str]]) -> None:
    made = [of(f"l{n}", marks) for n, marks in enumerate(lists)]
    sheet = join(made)
    for one in made:
        own = sheet.of(one["id"])
        wanted = [item["no"] for section in one["sections"] for item in section["items"]]
        assert sorted(item.get("own", item["no"]) for item in own.values()) == sorted(wanted)
    asked = [item["same"] for item in sheet.items.values() if item.get("same")]
    assert len(asked) == len(set(asked)), "nothing is asked twice"
    assert len(sheet.items) == sum(len(section["items"]) for section in sheet.sections), "no number stands twice"


@given(st.lists(MARKS, min_size=1, max_size=4), st.data())
def test_the_visit_is_as_grave_as_the_gravest_of_its_lists(lists: list[list[str]], data: st.DataObject) -> None:
    sheet = join([of(f"l{n}", marks) for n, marks in enumerate(lists)])
    answers = [{"item": no, "answer": data.draw(st.sampled_from(["yes", "no"]))} for no in sheet.items]
    judged = decide.judge(sheet, answers)
    assert judged.result == decide.gravest(judged.lists.values())
    assert judged.measures.keys() == {answer["item"] for answer in answers if answer["answer"] == "no"}


def test_the_part_of_some_lists_keeps_its_numbers() -> None:
    told = json.loads((FIXTURES / "record_inspection_3.json").read_text(encoding="utf-8"))
    sheet = known_of(told["known"]).sheet
    part = sheet.only(["cn.food_retail", "cn.other"])
    assert list(part.items) == ["餐饮 1.3", "餐饮 K8.1", "销售 K4.2"]
    assert part.title == "食品销售监督检查要点表"
    assert sheet.only(["cn.other"]) is sheet
