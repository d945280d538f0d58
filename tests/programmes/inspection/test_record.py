"""Every schema ever released is read: old records are lifted, new ones kept, and the number stays what was signed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.programmes.inspection.record import CURRENT, UPCASTERS, read

FIXTURES = Path(__file__).parents[2] / "fixtures"


def fixture(schema: int) -> dict[str, Any]:
    return json.loads((FIXTURES / f"record_inspection_{schema}.json").read_text(encoding="utf-8"))["records"]


CASES = [(schema, name) for schema in range(1, CURRENT + 1) for name in fixture(schema)]


@pytest.mark.parametrize(("schema", "name"), CASES)
def test_it_is_read_and_keeps_its_number(schema: int, name: str) -> None:
    raw = fixture(schema)[name]
    before = copy.deepcopy(raw)
    record = read(raw)
    assert record.record_schema == raw["schema"] == schema
    assert raw == before, "lifting works on a copy: what was signed is what is digested"
    assert sha256_hex(canonical(raw["content"])) == record.digest


def test_each_schema_before_this_one_has_its_lifter_and_its_fixture() -> None:
    assert set(UPCASTERS) == set(range(1, CURRENT))
    assert {schema for schema, _name in CASES} == set(range(1, CURRENT + 1))


def test_a_visit_of_schema_1_was_made_at_premises_of_the_register() -> None:
    content = read(fixture(1)["signed"]).content
    assert (content.hindered, content.unlisted, content.mode) == (None, None, "full")


def test_what_schema_2_says_is_all_there() -> None:
    records = {name: read(raw).content for name, raw in fixture(2).items()}
    assert records["repair"].hindered and str(records["repair"].hindered.again) == "2026-12-08"
    assert records["moved"].hindered and records["moved"].hindered.address
    assert records["noted"].unlisted and records["noted"].unlisted.licensed == "no"


def test_a_visit_of_schema_2_went_by_one_list_whose_result_was_the_visit_s() -> None:
    content = read(fixture(1)["signed"]).content
    assert [(one.id, one.version) for one in content.checklists] == [("cn.food_service", 1)]
    assert content.outcome and [one.result for one in content.outcome.lists] == [content.outcome.result]
    assert read(fixture(2)["shut"]).content.checklists == []


def test_a_visit_goes_by_each_list_once() -> None:
    raw = copy.deepcopy(fixture(3)["joined"])
    raw["content"]["checklists"].append(raw["content"]["checklists"][0])
    with pytest.raises(ValidationError, match="each list once"):
        read(raw)


def test_a_newer_fields_is_no_reason_to_refuse_but_an_unknown_outcome_is_held() -> None:
    raw = fixture(2)["shut"]
    assert read({**raw, "content": {**raw["content"], "of_tomorrow": 1}}).content.hindered is not None
    with pytest.raises(ValidationError):
        read({**raw, "content": {**raw["content"], "hindered": {"kind": "on fire"}}})
