"""A matter's clocks: which row of the law they run by, what is due next, what is late, and what a new year changes."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import Limit, Unit, calendar, clocks, rule
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.clock.wording import limit_words
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import RuleAbsent, changes
from zhijian.programmes.inspection import rules

ZONE = ZoneInfo("Asia/Shanghai")
PUBLISH, RECTIFY, RECHECK = rules.PUBLISH_WITHIN, rules.RECTIFY_WITHIN, rules.RECHECK_WITHIN


def at(text: str, hour: int = 10) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}T{hour:02d}:00:00").replace(tzinfo=ZONE)


@pytest.fixture
def matter(db: None) -> Matter:
    with scoped(SYSTEM):
        return plan(world.make())


@pytest.fixture(autouse=True)
def _as_system(db: None) -> object:
    with scoped(SYSTEM) as system:
        yield system


def test_a_clock_runs_by_the_row_of_its_day_and_keeps_it(matter: Matter) -> None:
    clock = clocks.start(matter, PUBLISH, at("2026-09-10"))
    assert clock.due == dt.date(2026, 10, 14)
    assert (clock.basis["article"], clock.basis["limit"], clock.area) == ("第39条", "20 working days", matter.area)
    assert (matter.due, Matter.objects.get(pk=matter.pk).due) == (clock.due, clock.due)
    assert clock.provisional is False
    told = clocks.explain(clock)
    assert (told.counted, told.due) == (20, clock.due)


def test_a_clock_of_2021_runs_by_the_law_of_2021(matter: Matter) -> None:
    clock = clocks.start(matter, PUBLISH, at("2021-09-10"))
    assert "国发〔2019〕5号" in clock.basis["basis"]
    assert clock.basis["unverified"] is True


def test_a_moment_after_midnight_here_is_another_day_than_in_utc(matter: Matter) -> None:
    late_evening = dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC)
    assert calendar.legal_day(late_evening) == dt.date(2026, 11, 24)
    assert clocks.start(matter, RECHECK, late_evening).due == dt.date(2026, 12, 8)


def test_what_is_absent_has_no_clock(matter: Matter) -> None:
    assert clocks.start(matter, rules.FREQUENCY_CAP, at("2026-11-23")) is None
    with pytest.raises(RuleAbsent, match=r"总局、山东省、淄博市均未见"):
        rules.FREQUENCY_CAP.on(dt.date(2026, 11, 23))


def test_a_day_set_by_hand_is_not_counted(matter: Matter) -> None:
    clock = clocks.start(matter, RECTIFY, at("2026-11-23"), until=dt.date(2026, 11, 30))
    assert (clock.due, clock.fixed) == (dt.date(2026, 11, 30), True)
    assert clocks.explain(clock).due == clock.due


def test_a_day_set_by_hand_rests_and_moves_too(matter: Matter) -> None:
    clocks.start(matter, RECTIFY, at("2026-11-23"), until=dt.date(2026, 11, 30))
    assert clocks.suspend(matter, RECTIFY, at("2026-11-24")).due is None
    clock = clocks.resume(matter, RECTIFY, at("2026-11-27"))
    assert clock.due == matter.due == clocks.explain(clock).due == dt.date(2026, 12, 3)


def test_a_day_set_before_the_start_stays_as_it_was_written(matter: Matter) -> None:
    clock = clocks.start(matter, RECTIFY, at("2026-11-23"), until=dt.date(2026, 11, 20))
    assert clock.due == dt.date(2026, 11, 20)
    assert clocks.due_state(clock, at("2026-11-23")).state == "late"


def test_the_right_of_a_party_moves_on_from_a_weekend(matter: Matter) -> None:
    assert rules.default_deadline(at("2026-11-13")) == dt.date(2026, 11, 30)  # the 28th is a Saturday
    assert clocks.start(matter, RECTIFY, at("2026-11-13")).due == dt.date(2026, 11, 30)


def test_the_nearest_of_several_counts_for_the_matter(matter: Matter) -> None:
    clocks.start(matter, PUBLISH, at("2026-11-02"))
    near = clocks.start(matter, RECHECK, at("2026-11-02"))
    assert clocks.nearest(matter) == near
    assert matter.due == near.due
    clocks.stop(matter, RECHECK, at("2026-11-05"))
    assert matter.due == dt.date(2026, 11, 30)
    assert clocks.stop_all(matter, at("2026-11-06")) == 1
    assert (matter.due, clocks.nearest(matter)) == (None, None)


def test_starting_again_ends_the_run_before(matter: Matter) -> None:
    first = clocks.start(matter, RECHECK, at("2026-11-02"))
    second = clocks.start(matter, RECHECK, at("2026-11-09"))
    first.refresh_from_db()
    assert first.stopped == second.started
    assert Clock.objects.filter(matter=matter, stopped=None).get() == second
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(matter=matter, rule=RECHECK.name, area=matter.area, started=at("2026-11-10"), basis={})


def test_a_resting_clock_is_neither_due_nor_late(matter: Matter) -> None:
    before = clocks.start(matter, RECHECK, at("2026-11-02")).due
    clock = clocks.suspend(matter, RECHECK, at("2026-11-04"), reason="检验", document="淄检〔2026〕1号")
    assert (clock.due, clock.suspended, matter.due) == (None, True, None)
    assert clocks.due_state(clock, at("2027-06-01")).state == "suspended"
    assert not clocks.overdue(at("2027-06-01")).exists()
    assert clocks.suspend(matter, RECHECK, at("2026-11-05")) == clock
    clock = clocks.resume(matter, RECHECK, at("2026-11-11"))
    assert (before, clock.due) == (dt.date(2026, 11, 16), dt.date(2026, 11, 23))
    assert clock.suspended is False
    assert {d.note for d in clocks.explain(clock).days if d.why == "suspended"} == {"检验"}


def test_stopping_a_resting_clock_ends_its_rest(matter: Matter) -> None:
    clocks.start(matter, RECHECK, at("2026-11-02"))
    clocks.suspend(matter, RECHECK, at("2026-11-04"))
    clock = clocks.stop(matter, RECHECK, at("2026-11-06"))
    assert clock.suspensions[-1]["until"] is not None
    assert clocks.due_state(clock).state == "kept"


def test_what_did_not_run_can_neither_stop_nor_rest(matter: Matter) -> None:
    assert clocks.stop(matter, RECHECK) is None
    assert clocks.suspend(matter, RECHECK) is None
    assert clocks.resume(matter, RECHECK) is None
    assert clocks.stop_all(matter) == 0


@pytest.mark.parametrize(
    ("day", "state", "left"),
    [("2026-11-10", "far", 4), ("2026-11-12", "soon", 2), ("2026-11-16", "soon", 0), ("2026-11-17", "late", -1)],
)
def test_far_soon_and_late(matter: Matter, day: str, state: str, left: int) -> None:
    clock = clocks.start(matter, RECHECK, at("2026-11-02"))  # due 2026-11-16
    told = clocks.due_state(clock, at(day))
    assert (told.state, told.left, told.due) == (state, left, dt.date(2026, 11, 16))


def test_what_was_stopped_late_stays_broken_by_as_many_days(matter: Matter) -> None:
    clocks.start(matter, RECHECK, at("2026-11-02"))
    clock = clocks.stop(matter, RECHECK, at("2026-11-20"))
    told = clocks.due_state(clock, at("2027-03-01"))
    assert (told.state, told.day, clock.broken) == ("broken", dt.date(2026, 11, 20), True)


def test_a_day_set_by_hand_keeps_who_set_it(matter: Matter) -> None:
    clock = clocks.start(matter, RECHECK, at("2026-11-02"), until=dt.date(2026, 12, 1), by="李伟")
    assert (clock.fixed, clock.due, clock.basis["set_by"]) == (True, dt.date(2026, 12, 1), "李伟")


def test_the_list_of_what_is_late_goes_by_area(matter: Matter) -> None:
    clock = clocks.start(matter, RECHECK, at("2026-11-02"))
    assert not clocks.overdue(at("2026-11-16", 23)).exists()
    assert list(clocks.overdue(at("2026-11-17", 0))) == [clock]
    assert list(clocks.overdue(at("2026-11-17"), area="370303", of=RECHECK)) == [clock]
    assert not clocks.overdue(at("2026-11-17"), area="370302").exists()
    assert not clocks.overdue(at("2026-11-17"), of=PUBLISH).exists()


def test_a_new_year_s_days_off_move_open_clocks_and_no_others(matter: Matter) -> None:
    with scoped(SYSTEM):
        done = plan_again(matter)
    running = clocks.start(matter, PUBLISH, at("2027-01-20"))
    fixed = clocks.start(matter, RECTIFY, at("2027-01-20"), until=dt.date(2027, 2, 6))
    stopped = clocks.start(done, PUBLISH, at("2027-01-20"))
    clocks.stop(done, PUBLISH, at("2027-01-25"))
    assert running.provisional is True
    before = running.due
    moved = changes.publish_year(
        2027,
        number="测试用,不是真的通知",
        off=[
            {"from": "2027-01-01", "to": "2027-01-03", "name": "元旦"},
            {"from": "2027-02-05", "to": "2027-02-11", "name": "春节"},
        ],
        work=[dt.date(2027, 2, 14)],
        statutory=[],
        actor=SYSTEM,
    )
    was = stopped.due
    for clock in (running, fixed, stopped):
        clock.refresh_from_db()
    assert moved == 1
    assert (running.due > before, running.provisional) == (True, False)
    assert (fixed.due, stopped.due, stopped.provisional) == (dt.date(2027, 2, 6), was, True)
    assert calendar.is_working_day(dt.date(2027, 2, 14))
    assert not calendar.is_provisional(dt.date(2027, 5, 1))


def plan_again(matter: Matter) -> Matter:
    """Another matter of the same place."""
    return Matter.objects.create(
        kind=matter.kind, number="2", title="again", area=matter.area, state="planned", opened=matter.opened
    )


def test_a_year_that_contradicts_itself_is_refused(db: None) -> None:
    with translation.override("en"), pytest.raises(changes.ChangeRefused, match="both off and worked"):
        changes.publish_year(
            2027,
            number="x",
            off=[{"from": "2027-01-01", "to": "2027-01-03", "name": "元旦"}],
            work=[dt.date(2027, 1, 2)],
            statutory=[],
            actor=SYSTEM,
        )


def test_limits_are_said_in_words() -> None:
    with translation.override("en"):
        assert limit_words("20 working days") == "20 working days"
        assert limit_words(Limit(1, Unit.MONTHS)) == "1 month"


def test_a_rule_is_declared_in_one_way_only() -> None:
    assert (
        rule(PUBLISH.name, PUBLISH.meaning, label=PUBLISH.label, starts=PUBLISH.starts, stops=PUBLISH.stops) is PUBLISH
    )
    with pytest.raises(ValueError, match="declared twice"):
        rule(PUBLISH.name, "something else")
    assert str(PUBLISH.overdue) == "inspection.publish_within.overdue"
