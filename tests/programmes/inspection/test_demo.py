"""The demo city at a small scale: the counts of demo.toml come out of the records; a second run does nothing."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import verify
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection import demo
from zhijian.programmes.inspection.models import Answer, Inspection, PublishedResult, Rectification


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


def test_counts_scale(small: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    scale = 0.0005
    monkeypatch.setattr(demo, "BY_PHONE", 12)
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
        older = Paper.objects.filter(at__lt=calendar.start_of(calendar.today()) - demo.SEALED_AFTER)
        orders = older.filter(kind="rectification_order")
        assert orders, "there is something to look at"
        assert not orders.filter(sealed=False), "only the last days' papers wait for their seal"
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


def visits() -> list[Inspection]:
    """Every made visit with its answers, premises and checklist."""
    rows = Inspection.objects.filter(imported={}).exclude(started=None)
    return list(rows.select_related("matter__premises__entity", "checklist").prefetch_related("answers"))


def test_what_the_city_holds_could_have_been(small: dict[str, Any]) -> None:
    make(0.002)
    with scoped(SYSTEM):
        made = visits()
        until = dict(Premises.objects.values_list("pk", "licences__valid_until"))
        assert len(made) == 56
        for visit in made:
            premises, begun = visit.matter.premises, calendar.local(visit.started)
            assert premises.entity.established <= begun.date()
            assert begun.hour in (9, 10, 14, 15, 16) and calendar.is_working_day(begun.date())
            assert visit.present_name and visit.present_role and visit.findings and visit.statement
        expired = [v for v in made if calendar.legal_day(v.started) > until[v.matter.premises_id]]
        assert len(expired) < 5, "only where a small office has no other premises"
        assert {visit.present_role for visit in made} > {small["present"]["owner"]}
        assert {visit.purpose for visit in made if visit.started.year > 2021} == {"routine", "special"}
        for answer in (answer for visit in made for answer in visit.answers.all()):
            visit = answer.inspection
            item, trade = visit.checklist.items[answer.item], visit.matter.premises.trade
            assert answer.answer == "na" or trade in item.get("applies", [trade]), "duties of other trades do not apply"
            assert (answer.answer == "no") == bool(answer.note), "what fails is told in words"
            if item["answer"]["type"] == "number" and answer.answer != "na":
                low, high = (Decimal(item["answer"][key] or end) for key, end in (("min", "-99"), ("max", "999")))
                assert (low <= Decimal(answer.value) <= high) == (answer.answer == "yes")
        planned = Inspection.objects.filter(matter__state="planned")
        assert len(set(planned.values_list("matter__premises", flat=True))) == planned.count() > 1
        assert len(set(planned.values_list("purpose", flat=True))) == 2


def test_of_what_is_planted_the_last_quarter_has_its_notices(small: dict[str, Any]) -> None:
    make(0.001)
    with scoped(SYSTEM):
        quarter = [visit for visit in visits() if visit.started.year != small["closed_year"]["year"]]
        told = set(Notice.objects.filter(to_kind="entity").values_list("matter", flat=True))
        assert {visit.pk for visit in quarter} <= told
        assert len(quarter) > demo.BY_PHONE, "some are planted"
        old = Notice.objects.filter(matter__inspection__started__year=small["closed_year"]["year"])
        assert old.values("matter").distinct().count() <= demo.BY_PHONE
        assert not Notice.objects.filter(data__number="", matter__kind="inspection").exists()


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
        assert not Inspection.objects.filter(findings="", imported={}).exclude(started=None).exists()
        failed = Answer.objects.filter(answer="no", inspection__imported={})
        assert failed.exists() and not failed.filter(note="").exists()
        said = [str(data) for data in LedgerEntry.objects.values_list("data", flat=True)]
        assert not [data for data in said if "整改" in data]
        before = counts()
    make(0.01)
    with scoped(SYSTEM):
        assert counts() == before
