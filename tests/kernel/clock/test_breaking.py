"""Time limits that were not kept: marked when they run out, and told their reason by whoever may."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import world
from tests.kernel.clock.test_clocks import PUBLISH, RECHECK, RECTIFY, at
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import breaking, clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(db: None) -> Matter:
    with scoped(SYSTEM):
        return plan(world.make())


def late(matter: Matter) -> Clock:
    """Stopped four days after its day."""
    with scoped(SYSTEM):
        clocks.start(matter, RECHECK, at("2026-11-02"))
        clock = clocks.stop(matter, RECHECK, at("2026-11-20"))
    assert clock is not None
    return clock


def test_a_clock_that_runs_is_marked_once_its_day_is_over(matter: Matter) -> None:
    with scoped(SYSTEM):
        clock = clocks.start(matter, RECHECK, at("2026-11-02"))  # due 2026-11-16
    assert breaking.mark(at("2026-11-16", 23)) == 0
    assert breaking.mark(at("2026-11-17", 0)) == 1
    assert breaking.mark(at("2026-11-18")) == 0, "once"
    with scoped(SYSTEM):
        clock.refresh_from_db()
        assert (clock.broken, clock.stopped) == (True, None)


def test_a_day_set_by_hand_without_a_row_is_marked_too(matter: Matter) -> None:
    with scoped(SYSTEM):
        Clock.objects.create(
            matter=matter, rule="x", area=matter.area, started=at("2026-11-02"), due=dt.date(2026, 11, 16),
            basis={"name": "x", "limit": None, "set": "2026-11-16"}, fixed=True,
        )  # fmt: skip
    assert breaking.mark(at("2026-11-17")) == 1


def test_one_that_rests_or_gets_another_day_is_marked_anew_by_that_day(matter: Matter) -> None:
    with scoped(SYSTEM):
        clocks.start(matter, RECHECK, at("2026-11-02"))
    assert breaking.mark(at("2026-11-17")) == 1
    with scoped(SYSTEM):
        resting = clocks.suspend(matter, RECHECK, at("2026-11-17"), reason="检验")
        assert resting is not None and resting.broken is False
        clock = clocks.resume(matter, RECHECK, at("2026-11-20"))
        assert clock is not None and clock.due is not None
    assert breaking.mark(dt.datetime.combine(clock.due, dt.time(23), at("2026-11-02").tzinfo)) == 0
    assert breaking.mark(dt.datetime.combine(clock.due + dt.timedelta(1), dt.time(1), at("2026-11-02").tzinfo)) == 1


def test_what_is_stopped_in_time_is_kept(matter: Matter) -> None:
    with scoped(SYSTEM):
        clocks.start(matter, RECHECK, at("2026-11-02"))
        clock = clocks.stop(matter, RECHECK, at("2026-11-16", 23))
    assert clock is not None
    assert clock.broken is False


def test_what_others_did_not_keep_needs_no_reason_of_ours(matter: Matter) -> None:
    """An enterprise that puts nothing right."""
    with scoped(SYSTEM):
        clocks.start(matter, RECTIFY, at("2026-11-02"))
    assert breaking.mark(at("2027-11-02")) == 0
    with scoped(SYSTEM):
        clock = clocks.stop(matter, RECTIFY, at("2027-11-02"))
    assert clock is not None
    assert clock.broken is False


def test_the_reason_is_told_by_whoever_has_it_in_hand_or_runs_the_desk(matter: Matter) -> None:
    clock = late(matter)
    w = world.World(matter.entity, matter.premises, None)  # type: ignore[arg-type]
    with scoped(SYSTEM):
        people = {
            "head": w.person("主任", Role.HEAD, world.OFFICE),
            "stranger": w.person("外区", Role.HEAD, world.NEIGHBOUR),
            "auditor": w.person("督察", Role.AUDITOR, world.CITY),
            "other": w.person("旁", Role.INSPECTOR, world.OFFICE),
        }
        actors = {name: w.actor(person.name) for name, person in people.items()}
        holder = w.person("办", Role.INSPECTOR, world.OFFICE)
        Matter.objects.filter(pk=matter.pk).update(assignee=holder)
        actors["holder"] = w.actor("办")
    noted = {}
    for name, actor in actors.items():
        with scoped(actor):
            noted[name] = breaking.say([clock.pk], "test", name, actor)
    assert noted == {"head": 1, "stranger": 0, "auditor": 0, "other": 0, "holder": 1}
    with scoped(SYSTEM):
        clock.refresh_from_db()
        told = LedgerEntry.objects.filter(kind="clock.broken", matter=matter).order_by("pk")
        assert [entry.data["reason"] for entry in told] == ["head", "holder"], "what was told before is kept"
        assert (clock.broken_ground, clock.broken_reason, clock.broken_said_by) == ("test", "holder", holder)


@pytest.mark.parametrize(("ground", "reason"), [("", "x"), ("nonsense", "x"), ("other", " ")])
def test_a_reason_is_one_of_the_list_and_another_one_needs_words(matter: Matter, ground: str, reason: str) -> None:
    clock = late(matter)
    with scoped(SYSTEM), pytest.raises(breaking.NotSaid):
        breaking.say([clock.pk], ground, reason, SYSTEM)


def test_one_that_was_kept_is_not_explained(matter: Matter) -> None:
    w = world.World(matter.entity, matter.premises, None)  # type: ignore[arg-type]
    with scoped(SYSTEM):
        clocks.start(matter, PUBLISH, at("2026-11-02"))
        kept = clocks.stop(matter, PUBLISH, at("2026-11-03"))
        w.person("主任", Role.HEAD, world.OFFICE)
        actor = w.actor("主任")
    assert kept is not None
    with scoped(actor):
        assert breaking.say([kept.pk], "test", "", actor) == 0


def test_the_list_holds_those_of_the_area_newest_first(matter: Matter) -> None:
    w = world.World(matter.entity, matter.premises, None)  # type: ignore[arg-type]
    clock = late(matter)
    with scoped(SYSTEM):
        w.person("主任", Role.HEAD, world.OFFICE)
        w.person("外区", Role.HEAD, world.NEIGHBOUR)
        here, there = w.actor("主任"), w.actor("外区")
    with scoped(there):
        assert not breaking.broken(there).exists()
    with scoped(here):
        assert list(breaking.broken(here)) == [clock]
        breaking.say([clock.pk], "load", "", here)
        assert (list(breaking.broken(here)), list(breaking.broken(here, said=True))) == ([], [clock])
        assert breaking.words_of(Clock.objects.get(pk=clock.pk)) == breaking.grounds()["load"]


def test_a_moment_breaks_a_limit_of_hours(matter: Matter) -> None:
    clock = Clock(matter=matter, rule="x", area="", started=at("2026-11-02"), due=dt.date(2026, 11, 2), basis={})
    clock.due_at = at("2026-11-02", 12)
    clocks.ended(clock, at("2026-11-02", 12))
    assert clock.broken is False
    clocks.ended(clock, at("2026-11-02", 13))
    assert clock.broken is True
