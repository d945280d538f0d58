"""When a piece is due: the arithmetic of the TSG rules, as its tables say it and as it must hold for any piece."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.clock.arithmetic import add_months
from zhijian.programmes.equipment import periods, rules
from zhijian.programmes.equipment.periods import VESSEL, Due, Law, LiftYears, Phases, Piece, due, on_time

NEW = dt.date(2024, 4, 2)
YEARS = LiftYears(frozenset({1, 4, 7, 9, 11, 13, 15}), 15)
LIFTS = Phases((dt.date(2010, 4, 1), NEW), (LiftYears(), YEARS))
SINCE = (dt.date(2014, 1, 1),)
MONTHS = {periods.BOILER: 12, periods.VESSEL_FIRST: 36, periods.CRANE: 24, periods.CRANE_YEARLY: 12}
LAW = Law(
    months={name: Phases(SINCE, (n,)) for name, n in MONTHS.items()},
    by_grade={periods.VESSEL: Phases(SINCE, ({"1": 72, "2": 72, "3": 36, "4": 36},))},
    lift=LIFTS, yearly_cranes=frozenset({"43"}),
)  # fmt: skip
days = st.dates(dt.date(2024, 6, 1), dt.date(2040, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def lift(first: str, inspected: str = "", tested: str = "", **more: object) -> Due | None:
    return due(
        Piece("3110", supervised_on=day(first), inspected_on=day(inspected) if inspected else None,
              tested_on=day(tested) if tested else None, **more), LAW)  # type: ignore[arg-type]  # fmt: skip


def test_a_vessel_of_the_worst_grade_must_not_run_and_an_unknown_grade_has_the_strictest_period():
    law = Law(by_grade={VESSEL: Phases(SINCE, ({"1": 72, "4": 36, "5": 0},))})
    seen = Piece("2150", "5", inspected_on=day("2026-05-01"))
    assert due(seen, law) == Due(day("2026-05-01"), "inspection", VESSEL), "due at once"
    assert due(replace(seen, grade="?"), law) == Due(day("2029-05-01"), "inspection", VESSEL)
    assert due(replace(seen, grade="1", failed_on=day("2026-06-01")), law) == Due(
        day("2026-06-01"), "inspection", VESSEL
    )


def test_a_lift_under_the_new_rule_year_by_year():
    """Installed in June 2024: inspected in years 1, 4, 7 …, tested in the others."""
    assert lift("2024-06-11") == Due(day("2025-06-30"), "inspection", periods.LIFT)
    assert lift("2024-06-11", "2025-06-02") == Due(day("2026-06-30"), "testing", periods.LIFT)
    assert lift("2024-06-11", "2025-06-02", "2026-06-20") == Due(day("2027-06-30"), "testing", periods.LIFT)
    assert lift("2024-06-11", "2025-06-02", "2027-06-01") == Due(day("2028-06-30"), "inspection", periods.LIFT)
    assert lift("2024-06-11", "2039-06-01") == Due(day("2040-06-30"), "inspection", periods.LIFT)  # after 15: yearly


def test_two_months_early_counts_for_the_year_and_keeps_the_month():
    assert lift("2024-06-11", "2025-04-01") == Due(day("2026-06-30"), "testing", periods.LIFT)
    assert lift("2024-06-11", "2025-03-31") == Due(day("2025-06-30"), "inspection", periods.LIFT)


def test_before_2024_04_02_every_year_was_a_year_of_inspection():
    """Installed in May 2020: year 3 was inspected under the old rule, year 4 is one under the new one too."""
    assert lift("2020-05-20", "2022-05-10") == Due(day("2023-05-31"), "inspection", periods.LIFT)
    assert lift("2020-05-20", "2023-05-10") == Due(day("2024-05-31"), "inspection", periods.LIFT)
    assert lift("2020-05-20", "2024-05-10") == Due(day("2025-05-31"), "testing", periods.LIFT)


def test_the_day_of_a_report_counts_only_if_it_was_written_under_the_rule_of_that_day():
    """A report of 2023 says one year; the rule of 2024 asks for testing in year 5, and inspection in year 7."""
    assert lift("2019-07-01", "2023-07-03", told_next=day("2024-07-03")) == Due(
        day("2024-07-31"), "testing", periods.LIFT
    )
    assert lift("2019-07-01", "2026-06-03", told_next=day("2028-07-01")) == Due(
        day("2027-07-31"), "testing", periods.LIFT
    )


def test_after_a_long_rest_another_month_counts():
    assert lift("2024-06-11", "2025-06-02", base_month=9) == Due(day("2025-09-30"), "inspection", periods.LIFT)


def test_other_pieces_run_from_their_last_inspection():
    vessel = Piece("2150", grade="3", in_use_since=day("2020-01-10"))
    assert due(vessel, LAW) == Due(day("2023-01-10"), "inspection", periods.VESSEL_FIRST)
    seen = Piece("2150", grade="3", in_use_since=day("2020-01-10"), inspected_on=day("2023-01-05"))
    assert due(seen, LAW) == Due(day("2026-01-05"), "inspection", periods.VESSEL)
    unknown = Piece("2150", inspected_on=day("2023-01-05"))
    assert due(unknown, LAW).day == day("2026-01-05")  # the strictest where the grade is not known
    assert due(Piece("4310", inspected_on=day("2025-03-31")), LAW).day == day("2026-03-31")
    assert due(Piece("4110", inspected_on=day("2024-02-29")), LAW).day == day("2026-02-28")
    told = Piece("1100", inspected_on=day("2025-01-01"), told_next=day("2025-10-01"))
    assert due(told, LAW).day == day("2025-10-01")  # what the report names wins
    assert due(Piece("1100"), LAW) is None


def test_a_place_without_the_rules_has_no_due_days():
    assert due(Piece("3110", supervised_on=day("2024-06-11")), Law()) is None
    assert due(Piece("1100", inspected_on=day("2024-06-11")), Law()) is None


@given(first=days, gap=st.integers(0, 4000), later=st.integers(1, 400))
def test_a_later_inspection_never_brings_the_day_nearer(first, gap, later):
    one = first + dt.timedelta(days=gap)
    before = due(Piece("3110", supervised_on=first, inspected_on=one), LAW)
    after = due(Piece("3110", supervised_on=first, inspected_on=one + dt.timedelta(days=later)), LAW)
    assert before is not None and after is not None and after.day >= before.day


@given(first=days)
def test_each_year_has_its_inspection_or_testing_and_the_table_is_what_comes_out(first):
    """Whoever always does what is due, on the day itself, is inspected in just the years of the rule."""
    piece, inspected = Piece("3110", supervised_on=first), []
    for year in range(1, 21):
        found = due(piece, LAW)
        assert found is not None
        assert (found.day.year, found.day.month) == (first.year + year, first.month)
        done = {"inspected_on": found.day} if found.what == "inspection" else {"tested_on": found.day}
        inspected += [year] if found.what == "inspection" else []
        piece = Piece(
            "3110", supervised_on=first, **{"inspected_on": piece.inspected_on, "tested_on": piece.tested_on, **done}
        )
    assert inspected == [1, 4, 7, 9, 11, 13, 15, 16, 17, 18, 19, 20]


@given(on=days, months=st.sampled_from([12, 24, 36]), code=st.sampled_from(["1100", "4310", "4110", "2150"]))
def test_what_is_due_lies_after_what_was_done(on, months, code):
    found = due(Piece(code, inspected_on=on), LAW)
    assert found is not None and on < found.day <= add_months(on, 72)


@given(gaps=st.lists(st.integers(0, 40), max_size=12), every=st.integers(1, 30), since=st.integers(0, 60))
def test_the_score_counts_what_is_in_time_and_what_is_missing(gaps, every, since):
    visits = [day("2026-01-01")]
    for gap in gaps:
        visits.append(visits[-1] + dt.timedelta(days=gap))
    good, all_of_them = on_time(visits, every, visits[-1] + dt.timedelta(days=since))
    assert good == sum(gap <= every for gap in gaps)
    assert all_of_them == len(gaps) + (since > every)


def test_the_pack_says_what_the_examples_say(db):
    """The rows of the nation are those that the examples above were counted by."""
    law = rules.law(day("2026-11-29"))
    assert law.lift.on(day("2024-04-01")) == LiftYears() and law.lift.on(NEW) == YEARS
    assert law.early == (2, 1)
    assert law.by_grade[periods.VESSEL].on(NEW)["3"] == 36
    for name in (periods.BOILER, periods.VEHICLE, periods.RIDE, periods.ROPEWAY, periods.CRANE_YEARLY):
        assert law.months[name].on(NEW) == 12
    assert "43" in law.yearly_cranes
