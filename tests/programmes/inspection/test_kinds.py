"""Kinds of visits: what the pack says of each, what may be planned, what the enterprise is told and when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.programmes.inspection.test_capping import today_and, w, year  # noqa: F401 -- fixture
from tests.programmes.inspection.test_visitcode import shown
from tests.world import in_days

from zhijian.gateways.field.reference import tasks
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.packs import Stack
from zhijian.programmes.inspection import kinds, rules, visitcode
from zhijian.programmes.inspection.fair import planning
from zhijian.programmes.inspection.models import Inspection, Outside, Purpose

VALUE = st.fixed_dictionaries({}, optional={
    "told": st.sampled_from(list(Purpose.values)), "cap": st.sampled_from(["counts", "never"]),
    "grounds": st.lists(st.sampled_from(list(Outside.values)), unique=True),
})  # fmt: skip


@given(st.sampled_from(list(Purpose)), VALUE)
def test_whatever_a_row_says_nobody_outside_hears_of_a_complaint(purpose: Purpose, value: dict[str, Any]) -> None:
    kind = kinds.made(purpose, value)
    assert kind.told is not Purpose.COMPLAINT
    assert bool(kind.by_itself) == (value.get("cap") == "never" and bool(value.get("grounds")))


@pytest.mark.parametrize("pack", ["cn_zibo", "us_chicago"])
def test_shipped_rows_say_all_that_is_asked_and_what_is_not_known_is_marked(pack: str) -> None:
    timelines = Stack.read(pack).timelines
    for purpose in Purpose:
        row = timelines[rules.KINDS[purpose.value].name].shipped(calendar.today())
        assert row is not None
        if not row.absent:
            assert set(row.value) == {"notice", "scope", "result", "cap", "grounds", "frequency", "publish", "told"}
            assert row.verified == "K"
            kind = kinds.made(purpose, row.value)
            assert kind.cap == "counts" or kind.grounds, "what never counts stands on a ground"
    complaint = timelines[rules.KINDS["complaint"].name].shipped(calendar.today())
    assert complaint.value["told"] == "routine"
    assert complaint.value["scope"] == "all", "a visit that asks less than any other tells what set it off"


def test_a_draw_and_open_findings_bring_their_own(w: world.World) -> None:  # noqa: F811
    for purpose in ("random", "recheck"):
        with pytest.raises(NotOpen):
            today_and(w, purpose=purpose)


@pytest.mark.parametrize(
    ("purpose", "ground", "fits"),
    [("routine", "complaint", False), ("routine", "campaign", False), ("special", "campaign", True),
     ("special", "complaint", False), ("flight", "clue", True), ("complaint", "clue", True),
     ("complaint", "campaign", False)],
)  # fmt: skip
def test_a_kind_names_its_own_grounds_only(w: world.World, purpose: str, ground: str, fits: bool) -> None:  # noqa: F811
    if not fits:
        with pytest.raises(NotOpen):
            today_and(w, purpose=purpose, outside=ground, outside_reason="第 1 号")
        return
    today_and(w, purpose=purpose, outside=ground, outside_reason="第 1 号")
    assert (year(w).counted, year(w).outside) == (0, 1)


def test_a_complaint_says_by_itself_why_it_does_not_count_and_needs_its_number(w: world.World) -> None:  # noqa: F811
    with pytest.raises(NotOpen):
        today_and(w, purpose="complaint")
    today_and(w, purpose="complaint", outside_reason="12315 第 7 号"), today_and(w, purpose="flight")
    assert (year(w).counted, year(w).outside) == (1, 1), "a flight visit without a ground counts"


@pytest.mark.parametrize("purpose", ["flight", "complaint", "routine"])
def test_the_code_of_what_is_never_told_comes_on_its_day(w: world.World, purpose: str) -> None:  # noqa: F811
    facts = {"outside_reason": "第 2 号"} if purpose == "complaint" else {}
    matter = today_and(w, purpose=purpose, planned_for=in_days(2), **facts)
    assert bool(shown(matter, w.inspector)) == (purpose == "routine")
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(planned_for=calendar.today())
    told = visitcode.read(shown(matter, w.inspector))
    assert told is not None
    assert told.kind == ("routine" if purpose == "complaint" else purpose)


def test_the_phone_has_the_kind_that_is_told_and_the_officer_the_other_beside_it(w: world.World) -> None:  # noqa: F811
    today_and(w, purpose="complaint", outside_reason="PLANTEDMARKER"), today_and(w, purpose="flight")
    with scoped(actor_of(w.inspector)) as actor:
        told = {one["inside"] or one["kind"]: one for one in tasks(actor)}
    assert {name: (one["kind"], one["scope"], one["unannounced"]) for name, one in told.items()} == {
        "complaint": ("routine", "all", True), "flight": ("flight", "asked", True),
    }  # fmt: skip
    assert "PLANTEDMARKER" not in str(told), "the reference stays on the desk"


def test_only_kinds_that_are_due_make_the_year_s_visit(w: world.World) -> None:  # noqa: F811
    matter = today_and(w, purpose="flight")
    with scoped(SYSTEM):
        at = calendar.start_of(calendar.today())
        Inspection.objects.filter(pk=matter.pk).update(started=at, ended=at)
        assert planning._last_visits(world.OFFICE) == {}
        Inspection.objects.filter(pk=matter.pk).update(purpose="routine")
        assert planning._last_visits(world.OFFICE) == {w.premises.pk: calendar.today()}
