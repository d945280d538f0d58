"""Whose time runs: the enterprise's until it answers, the officer's until he has looked, nobody's after acceptance."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import world
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk import clocks as shown
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection import rules


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def finding(w: world.World) -> Matter:
    return OPENERS["rectification"](w)


def open_clocks(matter: Matter) -> list[str]:
    return list(Clock.objects.filter(matter=matter, stopped=None).values_list("rule", flat=True))


def answer(w: world.World, finding: Matter, at: dt.datetime | None = None) -> None:
    with scoped(party_of(w.entity)) as party:
        perform(finding, "answer", party, at=at, answer="已在醒目处公示", photos=[])


def test_an_answer_stops_the_enterprise_s_clock_and_starts_the_officer_s(w: world.World, finding: Matter) -> None:
    with scoped(SYSTEM):
        assert open_clocks(finding) == [rules.RECTIFY_WITHIN.name]
    answer(w, finding)
    with scoped(SYSTEM):
        assert open_clocks(finding) == [rules.RECHECK_WITHIN.name]
        kept = Clock.objects.get(matter=finding, rule=rules.RECTIFY_WITHIN.name)
        assert clocks.due_state(kept, kept.stopped + dt.timedelta(days=300)).state == "kept"


def test_acceptance_stops_both(w: world.World, finding: Matter) -> None:
    answer(w, finding)
    with scoped(w.actor("甲")) as officer:
        done = perform(finding, "accept", officer)
        assert (open_clocks(finding), done.due) == ([], None)


def test_sent_back_the_enterprise_s_time_runs_again_until_a_day_still_to_come(w: world.World, finding: Matter) -> None:
    late = calendar.start_of(finding.rectification.deadline) + dt.timedelta(days=3)
    answer(w, finding, at=late)
    today = calendar.today()
    with scoped(SYSTEM):
        type(finding.rectification).objects.filter(pk=finding.pk).update(deadline=today - dt.timedelta(days=1))
    with scoped(w.actor("甲")) as officer:
        with pytest.raises(NotOpen):
            perform(finding, "send_back", officer, return_reason="仍未公示")
        day = today + dt.timedelta(days=5)
        perform(finding, "send_back", officer, return_reason="仍未公示", deadline=day)
        clock = Clock.objects.get(matter=finding, stopped=None)
        assert (clock.rule, clock.due, clock.basis["set_by"]) == (rules.RECTIFY_WITHIN.name, day, "甲")


def test_the_page_names_who_set_the_day(w: world.World, finding: Matter) -> None:
    with scoped(SYSTEM):
        clock = Clock.objects.get(matter=finding)
        told = shown.told(clock)
    assert clock.fixed == (rules.set_by_hand(finding.rectification.deadline, clock.started) is not None)
    assert told["set_by"] == "", "the system is nobody"
    assert told["shown"].name != rules.RECTIFY_WITHIN.meaning
