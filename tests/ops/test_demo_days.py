"""The demo city comes out on any day: the first of a month, a Sunday, a holiday, the small hours. Long: every day of
two months.

Its dice are thrown from the day on which it is made, so a day on which it fails is found here and not by whoever tries
Zhijian on it.
"""

from __future__ import annotations

import datetime as dt
import io
import os

import pytest
from django.core.management import call_command
from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter

FEW = [dt.date(2026, 12, 1), dt.date(2027, 1, 3), dt.date(2026, 10, 4)]
LONG = [dt.date(2026, 11, 20) + dt.timedelta(days=n) for n in range(62)]
DAYS = LONG if os.environ.get("ZHIJIAN_LONG") == "1" else FEW


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_it_is_made_on(day: dt.date, db: None, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    at = calendar.start_of(day) + dt.timedelta(minutes=20 + 700 * (day.day % 2))
    monkeypatch.setattr(timezone, "now", lambda: at)
    call_command("demo", scale=0.0001, stdout=io.StringIO())
    with scoped(SYSTEM):
        kinds = set(Matter.objects.values_list("kind", flat=True).distinct())
    assert {"inspection", "rectification", "equipment", "equipment_order", "lift_call", "grading"} <= kinds
