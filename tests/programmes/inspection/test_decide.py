"""The table of decisions: the shared fixtures in both places, and what must hold for any answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.packs.loader import Stack
from zhijian.programmes.inspection import decide

PLACES = {name: Stack.read(name) for name in ("cn_zibo", "us_chicago")}


def read(place: str, path: str) -> dict[str, Any]:
    return json.loads(PLACES[place].file(path).read_text(encoding="utf-8"))


CASES = [
    pytest.param(place, case, id=f"{place}: {case['name']}")
    for place in PLACES
    for case in read(place, decide.FIXTURES)["fixtures"]
]
CN = read("cn_zibo", decide.TABLE)

items = st.fixed_dictionaries({f"{n}": st.fixed_dictionaries({"key": st.booleans()}) for n in range(6)})
answers = st.lists(
    st.fixed_dictionaries(
        {"item": st.sampled_from([f"{n}" for n in range(8)]), "answer": st.sampled_from(["yes", "no", "na"])},
        optional={"safety": st.booleans(), "corrected": st.booleans()},
    ),
    unique_by=lambda a: a["item"],
)


@pytest.mark.parametrize(("place", "case"), CASES)
def test_the_shared_fixtures(place: str, case: dict[str, Any]) -> None:
    judged = decide.decide(case["items"], case["answers"], read(place, decide.TABLE))
    assert (judged.result, judged.measures) == (case["result"], case["measures"])


def test_there_are_at_least_forty_fixtures_with_different_names() -> None:
    names = [case["name"] for case in read("cn_zibo", decide.FIXTURES)["fixtures"]]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("place", PLACES)
def test_the_shipped_tables_have_no_fault(place: str) -> None:
    assert decide.problems(read(place, decide.TABLE)) == []


def test_a_faulty_table_is_told() -> None:
    table = {"item": [{"if": {"colour": True}, "measure": "rectify"}], "overall": []}
    told = " ".join(decide.problems(table))
    assert "unknown ['colour']" in told
    assert "no basis" in told
    assert "overall: the last row must fit everything" in told


@given(items, answers)
def test_each_failed_item_and_no_other_has_a_measure_with_its_article(
    items: dict[str, dict[str, bool]], answers: list[dict[str, Any]]
) -> None:
    judged = decide.decide(items, answers, CN)
    failed = {a["item"] for a in answers if a["answer"] == "no"}
    assert set(judged.measures) == set(judged.grounds) == failed
    assert all(ground.startswith("令49第3") for ground in judged.grounds.values())
    assert (judged.result == "compliant") == (not failed)


@given(items, answers)
def test_a_failed_key_item_is_never_saved_by_correcting_it(
    items: dict[str, dict[str, bool]], answers: list[dict[str, Any]]
) -> None:
    judged = decide.decide(items, answers, CN)
    for answer in answers:
        if answer["answer"] == "no" and items.get(answer["item"], {}).get("key"):
            assert judged.measures[answer["item"]] == "investigate"
            assert judged.result == "non_compliant"


@given(items, answers)
def test_one_more_failed_item_never_makes_the_result_better(
    items: dict[str, dict[str, bool]], answers: list[dict[str, Any]]
) -> None:
    order = ["compliant", "basically_compliant", "non_compliant"]
    more = [*answers, {"item": "one more", "answer": "no"}]
    before, after = (decide.decide(items, given_, CN).result for given_ in (answers, more))
    assert order.index(after) >= order.index(before)


@given(items, st.permutations(["0", "1", "2", "3"]))
def test_the_order_of_answers_does_not_matter(items: dict[str, dict[str, bool]], order: list[str]) -> None:
    answers = [{"item": no, "answer": "no"} for no in order]
    judged, sorted_ = (
        decide.decide(items, answers, CN),
        decide.decide(items, sorted(answers, key=lambda a: a["item"]), CN),
    )
    assert (judged.result, judged.measures) == (sorted_.result, sorted_.measures)
