"""Made-up entities are plausible: who runs what, since when, under which code."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from zhijian.kernel.packs.loader import Stack
from zhijian.kernel.registry.codes import read_uscc
from zhijian.kernel.registry.generate import towns
from zhijian.kernel.registry.made_up import MadeEntity, Maker

ZIBO = Stack.read("cn_zibo")
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def units() -> list[MadeEntity]:
    words = tomllib.loads(ZIBO.file("names.toml").read_text(encoding="utf-8"))
    return list(Maker(words, towns(ZIBO), 5, TODAY).entities(3000, 3000))


def of(units: list[MadeEntity], trade: str) -> list[MadeEntity]:
    return [one for one in units if one.unit.trade == trade]


def test_a_canteen_belongs_to_a_school_a_company_or_a_hospital(units: list[MadeEntity]) -> None:
    for one in [*of(units, "canteen"), *of(units, "school_canteen")]:
        assert one.unit.name.startswith(one.name) and one.unit.name.endswith("食堂") and not one.name.endswith("食堂")
        assert one.kind == ("1100" if one.name.endswith("有限公司") else ""), one.name
        assert one.code.startswith("91" if one.kind else ("12", "52"))
    assert {one.industry for one in of(units, "school_canteen")} == {"P83"}


def test_kinds_fit_the_trade(units: list[MadeEntity]) -> None:
    assert "9100" not in {one.kind for one in units}, "nobody cooks as a farmers' cooperative"
    assert "9500" not in {one.kind for one in of(units, "food_production")}
    assert {"9500", "2000"} < {one.kind for one in of(units, "drug_retail")}
    for one in of(units, "restaurant"):
        assert one.name.endswith("公司") == (one.kind in ("1100", "2000")), one.name


def test_a_licence_holds_for_five_years_after_the_entity_exists(units: list[MadeEntity]) -> None:
    for one in units:
        assert read_uscc(one.code).code == one.code
        assert one.established <= one.unit.valid_from < one.unit.valid_until
        assert 1820 <= (one.unit.valid_until - one.unit.valid_from).days <= 1830
    assert any(one.unit.valid_until < TODAY for one in units), "some have run out"


def test_the_same_seed_makes_the_same(units: list[MadeEntity]) -> None:
    words = tomllib.loads(ZIBO.file("names.toml").read_text(encoding="utf-8"))
    again = list(Maker(words, towns(ZIBO), 5, TODAY).entities(50, 50))
    assert again == units[:50]
