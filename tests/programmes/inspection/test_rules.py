"""The rules of inspections: what the phone is told, deadlines, caps."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.clock import Limit, Unit
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection import rules

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_phone_is_told_whole_numbers_and_texts(db: None) -> None:
    told = rules.for_phone(TODAY)
    assert told["deadline"] == {
        "days": 15,
        "unit": "days",
        "basis": "食品生产经营监督检查管理办法（令49） 第33条",
        "max": 30,
        "unverified": True,
    }
    assert told["limits"] == {
        "officers": 2,
        "photo_for_failed": True,
        "photos_per_item": 9,
        "far_metres": 500,
        "pixels": 80_000_000,
    }


def test_the_order_names_the_remedies_that_the_rules_give(db: None) -> None:
    words = {"60 days": "六十日内依法申请行政复议", "6 months": "六个月内依法向有管辖权的人民法院提起行政诉讼"}
    appeal = stack().table("papers/rectification_order")["texts"]["appeal"]
    for rule in (rules.REVIEW_WITHIN, rules.COURT_WITHIN):
        limit = rule.on(TODAY).limit
        assert limit is not None
        assert words[f"{limit.n} {limit.unit.value}"] in appeal


def test_deadlines_begin_on_the_day_after_and_end_on_a_working_day(db: None) -> None:
    assert rules.default_deadline(NOW) == dt.date(2026, 12, 8)
    assert rules.latest_deadline(NOW) == dt.date(2026, 12, 23)
    assert rules.latest_extension(dt.date(2026, 12, 8)) == dt.date(2026, 12, 23)


def test_two_officers_whatever_the_year(db: None) -> None:
    assert rules.officers_min(NOW) == 2
    assert rules.officers_min(NOW.replace(year=2021)) == 2


def test_three_months_after_a_superior_s_visit() -> None:
    assert rules.repeat_forbidden_until(dt.date(2026, 11, 30), Limit(3, Unit.MONTHS)) == dt.date(2027, 2, 28)
    with pytest.raises(ValueError, match="months"):
        rules.repeat_forbidden_until(TODAY, Limit(90, Unit.DAYS))


@given(st.integers(0, 50), st.none() | st.integers(0, 50), st.sampled_from(["planned", "complaint", "clue"]))
def test_the_cap_holds_back_planned_visits_only(visits: int, cap: int | None, cause: str) -> None:
    assert rules.cap_reached(visits, cap, cause) == (cap is not None and cause == "planned" and visits >= cap)
