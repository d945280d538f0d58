"""The categories: the shipped table is whole, labels find their row, a wrong table says what to mend."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from zhijian.kernel.packs import PackError, Stack
from zhijian.programmes.complaints.understanding import catalogue
from zhijian.programmes.complaints.understanding.catalogue import LISTS, TABLE, Catalogue

ROW = {"label": "质量", "en": "Quality", "since": dt.date(2020, 1, 1), "verified": "V"}
OTHER = {**ROW, "label": "其他", "other": True}


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return catalogue.read(Stack.read("cn_zibo").table(TABLE))


def test_every_list_is_there_with_its_other(shipped: Catalogue) -> None:
    assert {row.of for row in shipped.rows.values()} == set(LISTS)
    for of in LISTS:
        other = shipped.other(of)
        assert other and shipped.category(other).label.startswith("其他")


def test_what_the_national_platform_was_seen_to_say_is_known(shipped: Catalogue) -> None:
    for label in ("质量", "售后服务", "食品安全", "价格投诉", "检验检测", "其他投诉问题"):
        code = shipped.of_label(label, "complaint_problem")
        assert code and shipped.category(code).verified == "V"
    assert shipped.of_label(" 12345 热线", "channel") == "via_12345"
    assert shipped.of_label("ＡＰＰ", "channel") == "via_app"
    assert shipped.of_label("外星人", "goods") is None


def test_a_label_that_stands_twice_is_found_by_what_is_above_it(shipped: Catalogue) -> None:
    assert shipped.of_label("手机", "goods") == "G0601"
    assert shipped.of_label("手机", "services") == "S0603"
    assert shipped.of_label("特种设备", "goods") == "G19"
    assert shipped.of_label("一般食品", "goods", parent="G02") is None


def test_two_levels_of_goods(shipped: Catalogue) -> None:
    first = shipped.listed("goods")
    assert len(first) == 20 and not any(row.parent for row in first)
    assert [row.label for row in shipped.listed("goods", "G02")] == ["白酒", "啤酒", "饮料", "烟草"]
    assert len(shipped.listed("goods", None)) > 50
    assert shipped.listed("goods", day=dt.date(2019, 12, 31)) == ()


def test_every_category_but_the_other_has_words(shipped: Catalogue) -> None:
    for of in LISTS[2:]:
        assert set(shipped.words(of)) == {row.code for row in shipped.listed(of) if not row.other}


def test_a_place_without_categories_has_an_empty_catalogue() -> None:
    empty = Catalogue()
    assert empty.of_label("质量", "goods") is None and empty.other("goods") is None
    with pytest.raises(LookupError, match="no category"):
        empty.category("P01")


def test_the_catalogue_in_force_is_read_from_the_pack(settings: Any) -> None:
    settings.PACK = "cn_zibo"
    assert catalogue.category("P04").name("zh-hans") == "食品安全"
    assert catalogue.category("P04").name("en") == "Food safety"
    assert catalogue.of_label("食品安全", "complaint_problem") == "P04"
    settings.PACK = "us_chicago"
    assert catalogue.current().rows == {}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"colours": {"P99": OTHER}}, "unknown lists"),
        ({"goods": {"P01": {**ROW, "colour": "red"}, "P99": OTHER}}, "unknown fields"),
        ({"goods": {"P01": {**ROW, "code": "x"}, "P99": OTHER}}, "unknown fields"),
        ({"goods": {"P01": {"label": "质量"}, "P99": OTHER}}, "missing"),
        ({"goods": {"P01": {**ROW, "en": ""}, "P99": OTHER}}, "label and en"),
        ({"goods": {"P01": {**ROW, "since": "2020"}, "P99": OTHER}}, "are dates"),
        ({"goods": {"P01": {**ROW, "until": dt.date(2019, 1, 1)}, "P99": OTHER}}, "before since"),
        ({"goods": {"P01": {**ROW, "verified": "?"}, "P99": OTHER}}, "V or K"),
        ({"goods": {"P01": {**ROW, "words": ["坏"]}, "P99": OTHER}}, "2 to 4"),
        ({"goods": {"P01": {**ROW, "words": ["坏 了"]}, "P99": OTHER}}, "without signs"),
        ({"goods": {"P01": {**ROW, "parent": "P02"}, "P99": OTHER}}, "no first-level row"),
        ({"goods": {"P01": ROW, "P02": ROW, "P99": OTHER}}, "is also what"),
        ({"goods": {"P01": ROW}}, "exactly one row"),
        ({"goods": {"P99": OTHER}, "services": {"P99": OTHER}}, "in goods too"),
        ({"goods": {"P01": ROW, "P99": {**OTHER, "parent": "P01"}}}, "first-level"),
    ],
)
def test_a_wrong_table_says_what_to_mend(table: dict[str, Any], says: str) -> None:
    with pytest.raises(PackError, match=says):
        catalogue.read(table)
