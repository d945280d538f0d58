"""The packs as they are shipped: readable, complete, without gap and overlap, in both places."""

from __future__ import annotations

from datetime import date

import pytest

from zhijian.kernel.clock import declared
from zhijian.kernel.matters.catalogue import furniture
from zhijian.kernel.packs.loader import Stack
from zhijian.kernel.packs.rows import Limit, Unit

PLACES = ["cn_zibo", "us_chicago"]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Stack:
    return Stack.read(request.param)


def test_each_declared_rule_is_there_or_said_to_be_absent(place: Stack) -> None:
    furniture("rules")
    assert set(declared()) == set(place.timelines)


def test_no_gap_no_overlap_and_no_row_over_one_that_is_not_left_to_it(place: Stack) -> None:
    assert [problem for timeline in place.timelines.values() for problem in timeline.problems()] == []


def test_a_rule_that_a_bureau_may_not_change_has_its_article(place: Stack) -> None:
    rows = [row for timeline in place.timelines.values() for row in timeline.all_rows()]
    assert [row.name for row in rows if not row.article and not row.local and not row.absent] == []
    assert [row.name for row in rows if row.verified == "V" and not row.source] == []


def test_areas_hang_together(place: Stack) -> None:
    for code, area in place.areas.items():
        assert code.startswith(area.parent)
        assert place.organ(code).code in place.areas
    assert sum(1 for area in place.areas.values() if not area.parent) == 1


def test_zibo_has_its_districts_zones_and_88_offices() -> None:
    zibo = Stack.read("cn_zibo")
    levels = [area.level for area in zibo.areas.values()]
    assert (levels.count("city"), levels.count("district"), levels.count("office")) == (1, 11, 88)
    mashang = zibo.areas["370303009"]
    assert (mashang.name, mashang.short) == ("张店区市场监督管理局马尚市场监督管理所", "马尚所")
    assert zibo.organ("370303009").seal == "张店区市场监督管理局"


def test_numbers_look_as_the_forms_ask() -> None:
    zibo = Stack.read("cn_zibo")
    made = zibo.number_format("rectification_order").format(organ="370303", year=2026, n=12)
    assert made == "张市监责改〔2026〕12号"
    with pytest.raises(LookupError):
        zibo.number_format("nothing")


def test_the_publication_rule_has_its_own_row_for_each_law() -> None:
    timeline = Stack.read("cn_zibo").timelines["inspection.publish_within"]
    before, after = timeline.shipped(date(2022, 3, 14)), timeline.shipped(date(2022, 3, 15))
    assert before.limit == after.limit == Limit(20, Unit.WORKING_DAYS)
    assert (before.verified, after.verified, after.article) == ("K", "V", "第39条")


def test_no_frequency_cap_is_made_up() -> None:
    row = Stack.read("cn_zibo").timelines["inspection.frequency_cap"].shipped(date(2026, 11, 23))
    assert row.absent
    assert row.local


def test_chicago_has_nothing_of_china() -> None:
    chicago = Stack.read("us_chicago")
    assert [pack.name for pack in chicago.packs] == ["us_chicago"]
    assert (chicago.zone, chicago.language, chicago.setting("entity_scheme")) == ("America/Chicago", "en", "")
    assert chicago.number_format("inspection").format(organ="CHI", year=2026, n=7) == "CHI-2026-I00007"
