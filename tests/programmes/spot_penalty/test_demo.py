"""The demo city's penalties: decided at visits through the phone's door, settled by the clerk as of their own days."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.papers.models import Paper, Service
from zhijian.programmes.inspection import demo as visits
from zhijian.programmes.spot_penalty import demo
from zhijian.programmes.spot_penalty.models import SpotPenalty


def test_a_few_are_decided_at_visits_and_settled_since(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    monkeypatch.setattr(visits, "BY_PHONE", 60)
    call_command("demo", scale=0.005, stdout=io.StringIO())
    with scoped(SYSTEM):
        rows = list(SpotPenalty.objects.select_related("matter").order_by("pk"))
        assert rows, "some visit of the quarter decided one"
        for one in rows:
            # its basis allows what it decides; the demo amends one record on the next morning: the decision of that,
            # if it has any, is for the head to look at
            assert {flag["code"] for flag in one.matter.flags} <= {"record_amended"}
            assert one.matter.parent_id is not None
            paper = Paper.objects.get(matter=one.matter, kind="spot_decision")
            assert Service.objects.get(paper=paper).served_on == calendar.legal_day(one.matter.opened)
            assert one.matter.number == paper.number != ""
            if one.filed_on is not None:
                assert calendar.legal_day(one.matter.opened) < one.filed_on < calendar.today()
        assert any(one.filed_on for one in rows)
        orders = Paper.objects.filter(Paper.in_force(), kind="rectification_order", sealed=True)
        assert orders.exists() and not orders.filter(services=None).exists(), "they do not hinder what papers plant"
        before = LedgerEntry.objects.count()
    demo.plant(0.005, print)
    with scoped(SYSTEM):
        assert LedgerEntry.objects.count() == before, "a second run does nothing"
