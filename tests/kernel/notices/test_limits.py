"""Time limits that come near or ran out: who is told, when, and once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import world
from tests.kernel.clock.test_clocks import RECHECK, RECTIFY, at
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices import limits
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.wording import render

pytestmark = pytest.mark.django_db


def people() -> world.World:
    """Who can be told: in the office, in the district, in the city."""
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.head
        made.person("区局长", Role.HEAD, world.DISTRICT)
        made.person("区分派", Role.DISPATCHER, world.DISTRICT)
        made.person("局领导", Role.LEADER, world.CITY)
        return made


def visit(w: world.World) -> Matter:
    """A visit whose only clock is a re-check of ten working days, due on Monday 2026-11-16."""
    with scoped(SYSTEM):
        made = plan(w)
        clocks.stop_all(made)
        Clock.objects.all().delete()
        clocks.start(made, RECHECK, at("2026-11-02"))
        Notice.objects.all().delete()
        return Matter.objects.get(pk=made.pk)


@pytest.fixture
def matter(db: None) -> Matter:
    return visit(people())


def told(template: str = "") -> list[str]:
    """Who was told since this was last asked."""
    with scoped(SYSTEM):
        rows = Notice.objects.filter(template__startswith=template or "clock.")
        names = sorted(one.person.name for one in rows.select_related("person"))
        Notice.objects.all().delete()
    return names


def test_near_over_above_and_the_leader_each_once(matter: Matter) -> None:
    assert limits.climb(at("2026-11-12")) == 0
    assert limits.climb(at("2026-11-13", 0)) == 1, "Friday: one working day is left"
    assert told("clock.near") == ["甲"]
    assert limits.climb(at("2026-11-15")) == 0, "once"
    assert limits.climb(at("2026-11-16", 23)) == 0, "its last day is not over"
    assert limits.climb(at("2026-11-17", 0)) == 1
    assert told("clock.over") == ["所长", "甲"]
    assert limits.climb(at("2026-11-18")) == 0
    assert limits.climb(at("2026-11-19")) == 1, "three working days after it"
    assert told() == ["区分派", "区局长"]
    assert limits.climb(at("2026-11-30")) == 1
    assert told() == ["局领导"]
    assert limits.climb(at("2027-01-30")) == 0


def test_what_was_over_when_it_came_is_told_once_by_the_highest_rung(matter: Matter) -> None:
    assert limits.climb(at("2026-11-20")) == 1
    assert told() == ["区分派", "区局长"]


def test_another_day_begins_at_the_foot_again_and_what_rests_is_told_to_nobody(matter: Matter) -> None:
    assert limits.climb(at("2026-11-17", 0)) == 1
    with scoped(SYSTEM):
        clocks.suspend(matter, RECHECK, at("2026-11-13"))
        assert limits.climb(at("2026-11-30")) == 0
        clock = clocks.resume(matter, RECHECK, at("2026-11-30"))
        assert clock is not None and clock.due == dt.date(2026, 12, 1) and clock.told == 0
    told()
    assert limits.climb(at("2026-11-30")) == 1
    assert told("clock.near") == ["甲"]


def test_what_the_enterprise_keeps_and_what_was_stopped_is_told_to_nobody(matter: Matter) -> None:
    with scoped(SYSTEM):
        clocks.start(matter, RECTIFY, at("2026-11-02"), until=dt.date(2026, 11, 16))
        clocks.stop(matter, RECHECK, at("2026-11-10"))
    assert limits.climb(at("2026-11-20")) == 0


def test_with_nobody_in_charge_those_are_told_who_hand_it_out(matter: Matter) -> None:
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(assignee=None)
    assert limits.climb(at("2026-11-13")) == 1
    assert told("clock.near") == ["区分派", "所长"]


def test_limits_in_hours_go_by_the_hour_and_a_short_one_is_not_near_as_it_begins(matter: Matter) -> None:
    with scoped(SYSTEM):
        Clock.objects.update(started=at("2026-11-02", 9), due=dt.date(2026, 11, 3), due_at=at("2026-11-03", 9))
    assert limits.climb(at("2026-11-03", 4)) == 0
    assert limits.climb(at("2026-11-03", 5)) == 1
    assert told("clock.near") == ["甲"]
    assert limits.climb(at("2026-11-03", 9) + dt.timedelta(minutes=1)) == 1
    assert told("clock.over") == ["所长", "甲"]
    with scoped(SYSTEM):
        Clock.objects.update(told=0, due_at=at("2026-11-02", 12), due=dt.date(2026, 11, 2))
    assert limits.climb(at("2026-11-02", 11)) == 0, "three hours in all: it was near from its beginning"
    assert limits.climb(at("2026-11-02", 12) + dt.timedelta(minutes=1)) == 1


def test_it_is_said_in_the_reader_s_language(matter: Matter) -> None:
    limits.climb(at("2026-11-17", 0))
    with scoped(SYSTEM):
        notice = Notice.objects.filter(template="clock.over").first()
        assert notice is not None
        said = render(notice.template, notice.data)
    assert matter.title in said.text and "2026-11-16" in said.text and "甲" in said.text
    assert "{" not in said.text + said.title and "inspection." not in said.text


def test_a_history_is_caught_up_with(matter: Matter) -> None:
    assert limits.catch_up(at("2026-11-17")) == 1
    assert limits.climb(at("2026-11-17")) == 0
    assert limits.climb(at("2026-11-20")) == 1, "what comes after is told"
