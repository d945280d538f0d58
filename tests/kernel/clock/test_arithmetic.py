"""Counting time: the vectors of the domain notes, and what must hold for every start and every limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.clock import calendar as place
from zhijian.kernel.clock.arithmetic import (
    Calendar,
    Suspension,
    Terms,
    Why,
    add_months,
    add_working_days,
    due,
    explain,
    minutes_over,
    working_days_between,
)
from zhijian.kernel.packs.loader import Stack
from zhijian.kernel.packs.rows import Limit, Unit

ZONE = ZoneInfo("Asia/Shanghai")
CN = place.read(Stack.read("cn_zibo"))
CHICAGO = place.read(Stack.read("us_chicago"))

days = st.dates(date(2018, 1, 1), date(2027, 12, 31))
starts = days.map(lambda d: datetime(d.year, d.month, d.day, 10, 20, tzinfo=ZONE))
numbers = st.integers(0, 120)
units = st.sampled_from([Unit.WORKING_DAYS, Unit.DAYS])
extends = st.sampled_from(["none", "statutory", "statutory_proper", "any"])


def test_minutes_over_count_what_has_begun() -> None:
    due_at = datetime.fromisoformat("2026-11-30T09:12:00+08:00")
    for seconds, said in ((1, 1), (59, 1), (60, 1), (61, 2), (570, 10)):
        assert minutes_over(due_at, due_at + timedelta(seconds=seconds)) == said


def moment(text: str, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{text}T{hour:02d}:{minute:02d}:00").replace(tzinfo=ZONE)


def at(text: str) -> datetime:
    return moment(text, 10, 20)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [("2026-02-10", 7, "2026-02-26"), ("2026-09-23", 15, "2026-10-21"), ("2026-04-29", 5, "2026-05-09")],
)
def test_working_days_across_the_holidays_of_2026(start: str, n: int, end: str) -> None:
    assert due(CN, at(start), Terms(Limit(n, Unit.WORKING_DAYS))) == (date.fromisoformat(end), None, False)
    assert add_working_days(CN, date.fromisoformat(start), n) == (date.fromisoformat(end), False)


def test_sixty_days_end_on_national_day() -> None:
    sixty = Limit(60, Unit.DAYS)
    assert due(CN, at("2026-08-02"), Terms(sixty, "none"))[0] == date(2026, 10, 1)
    assert due(CN, at("2026-08-02"), Terms(sixty, "statutory"))[0] == date(2026, 10, 8)
    assert due(CN, at("2026-08-02"), Terms(sixty, "statutory_proper"))[0] == date(2026, 10, 4)


def test_a_weekend_moves_a_right_but_not_a_duty() -> None:
    to_saturday = Terms(Limit(4, Unit.DAYS), "statutory")  # Tuesday 2026-11-24 + 4 = Saturday 28
    assert due(CN, at("2026-11-24"), to_saturday)[0] == date(2026, 11, 28)
    assert due(CN, at("2026-11-24"), Terms(Limit(4, Unit.DAYS), "any"))[0] == date(2026, 11, 30)


def test_2026_has_248_working_days_in_the_notice_and_in_the_library() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert working_days_between(CN, first - timedelta(1), last) == 248
    library = place._library()[2026]
    assert set(library.off) == set(CN.years[2026].off)
    assert library.work == CN.years[2026].work


def test_make_up_days_count_and_breaks_do_not() -> None:
    assert CN.is_working_day(date(2026, 2, 14))
    assert not CN.is_working_day(date(2026, 2, 16))
    assert CN.is_working_day(date(2021, 2, 7))
    assert not CN.is_working_day(date(2021, 2, 11))


def test_beyond_the_published_years_the_day_is_provisional() -> None:
    day, provisional = add_working_days(CN, date(2026, 12, 30), 3)
    assert (day, provisional) == (date(2027, 1, 4), True)
    assert due(CN, at("2026-12-30"), Terms(Limit(1, Unit.WORKING_DAYS)))[2] is False


def test_hours_run_through_weekends_and_the_first_hour_is_excluded() -> None:
    assert due(CN, at("2026-11-27"), Terms(Limit(24, Unit.HOURS)))[:2] == (date(2026, 11, 28), moment("2026-11-28", 11))
    assert due(CN, at("2026-11-27"), Terms(Limit(24, Unit.HOURS), first="counted"))[1] == moment("2026-11-28", 10, 20)


def test_hours_rest_while_suspended() -> None:
    pause = Suspension(moment("2026-11-27", 12), moment("2026-11-27", 18))
    assert due(CN, at("2026-11-27"), Terms(Limit(4, Unit.HOURS)), (pause,))[1] == moment("2026-11-27", 21)
    lasting = Suspension(moment("2026-11-27", 12))
    assert due(CN, at("2026-11-27"), Terms(Limit(4, Unit.HOURS)), (lasting,)) == (None, None, False)


def test_months_end_on_the_same_day_or_the_months_last() -> None:
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert due(CN, at("2026-01-31"), Terms(Limit(1, Unit.MONTHS), "none"))[0] == date(2026, 2, 28)
    assert due(CN, at("2024-02-29"), Terms(Limit(1, Unit.YEARS), "none"))[0] == date(2025, 2, 28)


def test_a_suspension_counts_its_first_day_and_not_its_last() -> None:
    pause = Suspension(at("2026-11-24"), at("2026-11-27"), "检验")
    told = explain(CN, at("2026-11-23"), Terms(Limit(3, Unit.WORKING_DAYS)), (pause,))
    assert told.due == date(2026, 12, 1)
    assert [d.day.day for d in told.days if d.why is Why.SUSPENDED] == [25, 26, 27]
    assert {d.note for d in told.days if d.why is Why.SUSPENDED} == {"检验"}


def test_no_end_is_known_while_a_suspension_lasts() -> None:
    told = explain(CN, at("2026-11-23"), Terms(Limit(3, Unit.WORKING_DAYS)), (Suspension(at("2026-11-24")),))
    assert told.due is None
    assert told.counted == 1


def test_a_calendar_without_working_days_is_refused_rather_than_counted_for_ever() -> None:
    with pytest.raises(ValueError, match="no working days"):
        due(Calendar(weekend=frozenset(range(1, 8))), at("2026-01-05"), Terms(Limit(1, Unit.WORKING_DAYS)))


@given(starts, numbers, numbers, units, extends)
def test_more_days_never_end_earlier(start: datetime, n: int, more: int, unit: Unit, extend: str) -> None:
    shorter = due(CN, start, Terms(Limit(n, unit), extend))[0]  # type: ignore[arg-type]
    longer = due(CN, start, Terms(Limit(n + more, unit), extend))[0]  # type: ignore[arg-type]
    assert longer >= shorter


@given(starts, numbers, numbers, units)
def test_a_later_start_never_ends_earlier(start: datetime, n: int, later: int, unit: Unit) -> None:
    terms = Terms(Limit(n, unit))
    assert due(CN, start + timedelta(later), terms)[0] >= due(CN, start, terms)[0]


@given(starts, numbers, units, extends)
def test_the_explanation_counts_exactly_the_limit_and_leaves_no_day_out(
    start: datetime, n: int, unit: Unit, extend: str
) -> None:
    told = explain(CN, start, Terms(Limit(n, unit), extend))  # type: ignore[arg-type]
    assert told.counted == n
    assert [d.n for d in told.days if d.counted] == list(range(1, n + 1))
    assert [d.day for d in told.days] == [start.date() + timedelta(i) for i in range(len(told.days))]
    assert told.days[-1].day == told.due
    assert told.days[0].why is Why.FIRST


@given(starts, st.integers(1, 120), extends)
def test_working_days_end_on_a_working_day_and_leave_out_only_days_off(start: datetime, n: int, extend: str) -> None:
    told = explain(CN, start, Terms(Limit(n, Unit.WORKING_DAYS), extend))  # type: ignore[arg-type]
    assert CN.is_working_day(told.due)
    for day in told.days[1:]:
        assert CN.is_working_day(day.day) == day.counted


@given(starts, st.integers(1, 60), st.integers(0, 30), st.integers(0, 40))
def test_a_suspension_pushes_calendar_days_by_as_long_as_it_lasted(
    start: datetime, n: int, after: int, length: int
) -> None:
    terms = Terms(Limit(n, Unit.DAYS), "none")
    plain = due(CN, start, terms)[0]
    pause = Suspension(start + timedelta(after), start + timedelta(after + length))
    pushed = due(CN, start, terms, (pause,))[0]
    assert pushed == (plain + timedelta(length) if after < n else plain)


@given(starts, st.integers(1, 60), st.integers(0, 30), st.integers(0, 20))
def test_a_suspension_never_makes_working_days_end_earlier(start: datetime, n: int, after: int, length: int) -> None:
    terms = Terms(Limit(n, Unit.WORKING_DAYS))
    pause = Suspension(start + timedelta(after), start + timedelta(after + length))
    assert due(CN, start, terms, (pause,))[0] >= due(CN, start, terms)[0]


@given(starts, numbers)
def test_a_right_never_ends_on_a_day_off_nor_before_the_duty(start: datetime, n: int) -> None:
    right = due(CN, start, Terms(Limit(n, Unit.DAYS), "any"))[0]
    duty = due(CN, start, Terms(Limit(n, Unit.DAYS), "statutory"))[0]
    assert CN.is_working_day(right)
    assert right >= duty
    assert not CN.is_statutory(duty)


@given(days, st.integers(-60, 60))
def test_working_days_between_undoes_add_working_days(day: date, n: int) -> None:
    end, _ = add_working_days(CN, day, n)
    if n >= 0 or CN.is_working_day(day):
        assert working_days_between(CN, day, end) == n


def test_another_place_counts_by_its_own_holidays() -> None:
    assert not CHICAGO.is_working_day(date(2026, 7, 3))  # Independence Day falls on a Saturday: observed on Friday
    assert not CHICAGO.is_working_day(date(2026, 11, 26))
    assert CHICAGO.is_working_day(date(2026, 10, 1))
    assert due(CHICAGO, at("2026-11-25"), Terms(Limit(1, Unit.WORKING_DAYS)))[0] == date(2026, 11, 27)
