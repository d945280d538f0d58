"""The demo city at a small scale: the counts of demo.toml come out of the records; a second run does nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import verify
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.inspection import demo
from zhijian.programmes.inspection.models import Inspection, PublishedResult, Rectification


def make(scale: float) -> str:
    out = io.StringIO()
    call_command("demo", scale=scale, stdout=out)
    return out.getvalue()


@pytest.fixture
def small(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Demo mode, where only a handful comes through the phone's door, so that both ways are walked."""
    settings.DEMO = True
    monkeypatch.setattr(demo, "BY_PHONE", 4)
    return stack().table("demo")


def counts() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count() for model in (Entity, Matter, Inspection, LedgerEntry, Paper)
    }


def test_counts_scale(small: dict[str, Any]) -> None:
    scale = 0.0005
    make(scale)
    year, quarter = small["closed_year"], small["quarter"]
    with scoped(SYSTEM):
        assert Entity.objects.count() == round(small["count"]["entities"] * scale)
        closed = Inspection.objects.filter(started__year=year["year"])
        assert closed.filter(purpose="special").count() == demo.scaled(year["follow_up"], scale)
        assert closed.filter(purpose="routine").count() == demo.scaled(year["routine"], scale)
        assert set(closed.values_list("matter__state", flat=True)) == {"closed"}
        assert PublishedResult.objects.filter(visited_on__year=year["year"]).count() == closed.count()
        assert Inspection.objects.filter(matter__state="planned").count() == demo.scaled(quarter["planned"], scale)
        living = Inspection.objects.exclude(started=None).exclude(started__year=year["year"])
        assert living.count() == demo.scaled(quarter["recorded"], scale)
        old = Rectification.objects.filter(inspection__in=closed)
        assert set(old.values_list("matter__state", flat=True)) <= {"accepted"}
        assert not Clock.objects.filter(matter__rectification__in=old, stopped=None).exists()
        assert list(verify.chains(verify.Count())) == []
        before = counts()
    make(scale)
    with scoped(SYSTEM):
        assert counts() == before, "a second run does nothing"


def test_a_count_scales_to_one_at_least() -> None:
    assert [demo.scaled(504, scale) for scale in (1, 0.01, 0.0001)] == [504, 5, 1]
    assert demo.scaled(0, 1) == 0


def test_not_outside_demo_mode(db: None, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        make(0.001)


def test_the_second_place(db: None, settings: Any) -> None:
    settings.DEMO, settings.PACK = True, "us_chicago"
    make(0.01)
    plan = stack().table("demo")
    with scoped(SYSTEM):
        taken = Inspection.objects.exclude(imported={})
        assert taken.count() == 300
        planned = Matter.objects.filter(kind="inspection", state="planned")
        assert planned.count() == plan["quarter"]["planned"]
        inspector = next(a for a in plan["account"] if a["role"] == "inspector")
        assert planned.filter(assignee__username=inspector["username"]).exists(), "the first button's person has work"
        assert Inspection.objects.filter(imported={}).exclude(started=None).count() == plan["quarter"]["recorded"]
        assert all(name.isascii() for name in Person.objects.values_list("name", flat=True))
        said = [str(data) for data in LedgerEntry.objects.values_list("data", flat=True)]
        assert not [data for data in said if "整改" in data]
        before = counts()
    make(0.01)
    with scoped(SYSTEM):
        assert counts() == before
