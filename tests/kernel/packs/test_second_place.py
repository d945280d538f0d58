"""The same code in another place: Chicago's days, limits, numbers and results come from its pack alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import areas, check, stack
from zhijian.programmes.inspection import checklists, decide, rules


@pytest.fixture(autouse=True)
def _chicago(db: None, settings: Any) -> Any:
    settings.PACK = "us_chicago"
    with scoped(SYSTEM):
        yield


def test_its_pack_has_no_error() -> None:
    assert [f for f in check.check() if f.level == "error"] == []


def test_its_days_and_its_zone() -> None:
    late = dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC)
    assert calendar.legal_day(late) == dt.date(2026, 11, 23)
    assert not calendar.is_working_day(dt.date(2026, 11, 26))  # Thanksgiving
    assert calendar.is_working_day(dt.date(2026, 10, 5))
    assert rules.default_deadline(late) == dt.date(2026, 11, 30)
    assert rules.officers_min(late) == 1
    assert rules.PUBLISH_WITHIN.maybe(dt.date(2026, 11, 23)) is None
    assert rules.latest_deadline(late) is None


def test_its_areas_checklist_and_results() -> None:
    assert areas.load() == 51
    assert Jurisdiction.objects.filter(level="office").count() == 50
    assert {c.code for c in checklists.load_shipped()} == {"us.food"}
    fails = [{"item": "3", "answer": "no", "corrected": True}]
    judged = decide.decide({"3": {"key": True}}, fails)
    assert (judged.result, judged.basis) == ("basically_compliant", "Pass w/ Conditions")
    assert stack().table("codes/results")["result"][judged.result] == "Pass w/ Conditions"
