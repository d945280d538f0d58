"""From facts to a grade: the tables of the place as they are shipped, and what must hold whatever the facts."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhijian.kernel.packs.loader import Stack
from zhijian.programmes.grading import points, rules
from zhijian.programmes.grading.points import Event, Facts, Failed, Ground, Tables, Visit
from zhijian.programmes.inspection.checklists.sheet import read_checklist

DAY = dt.date(2026, 11, 29)


def shipped(day: dt.date = DAY, stack: str = "cn_zibo") -> Tables | None:
    """The tables of a stack of packs as they are shipped."""
    lines = Stack.read(stack).timelines
    rows = {name: lines[one.name].shipped(day) for name, one in (rules.NEEDED | rules.BESIDES).items()}
    if any(row is None or row.absent for row in rows.values()):
        return None
    value = {name: row.value for name, row in rows.items()}
    grounds = {name: Ground(row.name, row.article, row.since, row.unverified) for name, row in rows.items()}
    static = {line: value[f"static_{line}"] for line in rules.STATIC}
    return Tables(
        day, value["lines"], static, value["dynamic"], value["adjust"], value["cutoffs"], value["visits"], grounds,
        value["catering"], value["catering_cutoffs"],
    )  # fmt: skip


TABLES = shipped()
assert TABLES is not None
GRADES = [one["grade"] for one in TABLES.cutoffs]
TRADES = sorted(TABLES.lines)


def item(n: int, key: bool = False) -> Failed:
    return Failed("cn.food_service", f"{n}.1", key, f"第 {n} 项")


def visit(days: int, *failed: Failed, checked: int = 50, of_line: bool = True) -> Visit:
    grave = sum(one.key for one in failed)
    return Visit(DAY - dt.timedelta(days=days), f"检{days}", "", failed, checked, len(failed), grave, of_line)


days = st.integers(0, 800)
items = st.builds(item, st.integers(1, 60), st.booleans())
visits = st.builds(
    lambda on, failed: visit(on, *failed), days, st.lists(items, max_size=12, unique_by=lambda one: one.no)
)
events = st.builds(
    lambda kind, on: Event(kind, DAY - dt.timedelta(days=on)),
    st.sampled_from(["penalty", "failed_sample", "incident", "refusal", "unknown"]), days,
)  # fmt: skip
facts = st.builds(
    Facts, trade=st.sampled_from(TRADES),
    known=st.dictionaries(
        st.sampled_from(["floor", "diners", "packed", "loose_cold", "suppliers", "cold", "raw", "hot"]),
        st.sampled_from(["0", "1", "151", "99999", "yes", "no", "nonsense", "-3", "NaN"]),
    ),
    category=st.sampled_from(["", "101", "127", "999"]),
    visits=st.lists(visits, max_size=6).map(tuple), events=st.lists(events, max_size=3).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize(
    ("total", "grade"),
    [("0", "A"), ("30", "A"), ("30.5", "B"), ("45", "B"), ("45.5", "C"), ("60", "C"), ("60.5", "D"), ("100", "D")],
)
def test_each_upper_end_belongs_to_its_grade(total: str, grade: str) -> None:
    assert points.by_cutoffs(Decimal(total), TABLES.cutoffs) == grade


@given(facts)
def test_points_add_up_and_stay_within_the_tables(given_facts: Facts) -> None:
    made = points.grade(given_facts, TABLES)
    parts = {part: sum(one.points for one in made.lines if one.part == part) for part in ("static", "dynamic")}
    assert made.static == parts["static"]
    assert made.dynamic == min(parts["dynamic"], 60)
    assert made.total == made.static + made.dynamic
    assert 0 <= made.static <= 40 and 0 <= made.dynamic <= 60
    assert made.by_points == points.by_cutoffs(made.total, TABLES.cutoffs)
    assert made.grade in GRADES and made.needed == TABLES.visits[made.grade][0]
    assert all(one.seen for one in made.lines if one.part == "dynamic"), "each failed item names its visits"


@given(facts, st.data())
def test_one_more_failure_is_never_better(before: Facts, data: st.DataObject) -> None:
    if not before.visits:
        return
    n = data.draw(st.integers(0, len(before.visits) - 1))
    worse = data.draw(items)
    was = before.visits[n]
    if worse.no in {one.no for one in was.failed}:
        return
    changed = replace(
        was, failed=(*was.failed, worse), failed_count=was.failed_count + 1, failed_key=was.failed_key + worse.key
    )
    after = replace(before, visits=(*before.visits[:n], changed, *before.visits[n + 1 :]))
    _never_better(before, after)


@given(facts, visits)
def test_a_visit_at_which_something_failed_is_never_better(before: Facts, more: Visit) -> None:
    if more.failed:
        _never_better(before, replace(before, visits=(*before.visits, more)))


@given(facts, events)
def test_a_further_penalty_or_failed_sample_is_never_better(before: Facts, more: Event) -> None:
    _never_better(before, replace(before, events=(*before.events, more)))


def _never_better(before: Facts, after: Facts) -> None:
    one, other = points.grade(before, TABLES), points.grade(after, TABLES)
    assert other.total >= one.total
    assert GRADES.index(other.grade) >= GRADES.index(one.grade)
    assert other.needed >= one.needed


@given(facts, st.randoms())
def test_the_order_of_visits_and_events_does_not_matter(given_facts: Facts, dice: random.Random) -> None:
    mixed, other = list(given_facts.visits), list(given_facts.events)
    dice.shuffle(mixed)
    dice.shuffle(other)
    assert points.grade(replace(given_facts, visits=tuple(mixed), events=tuple(other)), TABLES) == points.grade(
        given_facts, TABLES
    )


def test_an_item_counts_once_however_often_it_was_found_and_names_each_visit() -> None:
    made = points.grade(Facts("restaurant", visits=(visit(10, item(1)), visit(200, item(1), item(2, True)))), TABLES)
    dynamic = [one for one in made.lines if one.part == "dynamic"]
    assert [(one.value, one.points, len(one.seen)) for one in dynamic] == [
        ("1.1", Decimal("0.5"), 2), ("2.1", Decimal(1), 1)
    ]  # fmt: skip
    assert dynamic[0].name == "第 1 项" and dynamic[0].seen[1] == ("2026-11-19", "检10", "")


def test_what_was_found_more_than_a_year_ago_counts_no_more() -> None:
    last, gone = DAY - dt.date(2025, 11, 30), DAY - dt.date(2025, 11, 29)
    assert points.grade(Facts("restaurant", visits=(visit(last.days, item(1)),)), TABLES).dynamic == Decimal("0.5")
    assert points.grade(Facts("restaurant", visits=(visit(gone.days, item(1)),)), TABLES).dynamic == 0


def test_a_visit_taken_over_without_its_items_counts_by_its_numbers() -> None:
    taken = Visit(DAY - dt.timedelta(days=3), "旧1", "", (), 40, 5, 2)
    made = points.grade(Facts("food_retail", visits=(taken,)), TABLES)
    assert made.dynamic == Decimal("3.5")
    drugs = replace(taken, of_line=False)
    assert points.grade(Facts("food_retail", visits=(drugs,)), TABLES).dynamic == 0


@pytest.mark.parametrize(
    ("trade", "known", "static"),
    [
        ("restaurant", {"floor": "150", "hot": "yes"}, "8"),
        ("restaurant", {"floor": "150.5", "hot": "yes", "raw": "yes"}, "16"),
        ("school_canteen", {"diners": "501", "hot": "yes"}, "16"),
        ("food_retail", {"floor": "3001", "packed": "10001", "packed_cold": "1001", "packed_frozen": "1001",
                         "loose": "1001", "loose_cold": "151", "loose_frozen": "301", "suppliers": "301"}, "40"),
        ("food_retail", {"floor": "100", "packed": "500", "packed_cold": "0", "packed_frozen": "0", "loose": "0",
                         "loose_cold": "0", "loose_frozen": "0", "suppliers": "20"}, "3.5"),
        ("food_retail", {}, "13.5"),
    ],
)  # fmt: skip
def test_static_points_are_those_of_the_table(trade: str, known: dict[str, str], static: str) -> None:
    assert points.grade(Facts(trade, known), TABLES).static == Decimal(static)


def test_a_maker_s_points_come_from_its_licence_and_health_food_has_a_table_of_its_own() -> None:
    assert points.grade(Facts("food_production", category="101"), TABLES).static == Decimal("13.5")
    other = points.grade(Facts("food_production", category="104"), TABLES)
    assert (other.static, other.unknown) == (Decimal(20), 1), "its row is not known yet, and the page says so"
    most = {"material": "extract", "formula": "compound", "function": "adulterated", "unfit": "none", "storage": "cold"}
    assert points.grade(Facts("food_production", most, "127"), TABLES).static == 40


@pytest.mark.parametrize("kind", ["penalty", "failed_sample", "incident", "refusal"])
def test_each_grave_event_raises_one_level_for_a_year(kind: str) -> None:
    known = {"floor": "100", "hot": "yes"}
    for ago, grade in ((0, "B"), (364, "B"), (365, "A"), (-1, "A")):
        made = points.grade(Facts("restaurant", known, events=(Event(kind, DAY - dt.timedelta(days=ago)),)), TABLES)
        assert (made.by_points, made.grade) == ("A", grade), (kind, ago)


def test_two_years_without_anything_lower_it_by_one_level() -> None:
    known = {"floor": "5000", "hot": "yes", "cold": "yes", "raw": "yes", "pastry": "yes"}  # 34: B
    clean = Facts("restaurant", known, visits=(visit(100), visit(500)))
    assert [points.grade(clean, TABLES).by_points, points.grade(clean, TABLES).grade] == ["B", "A"]
    for changed in (
        replace(clean, visits=(visit(100),)),  # not visited in the year before
        replace(clean, visits=(*clean.visits, visit(400, item(1)))),
        replace(clean, events=(Event("penalty", DAY - dt.timedelta(days=600)),)),
    ):
        assert points.grade(changed, TABLES).grade == "B"


@pytest.mark.parametrize(
    ("checked", "failed", "grade"), [(100, 10, "A"), (100, 11, "B"), (100, 25, "B"), (100, 26, "C"), (100, 41, "")]
)
def test_food_service_has_its_annual_grade(checked: int, failed: int, grade: str) -> None:
    made = points.grade(Facts("restaurant", visits=(Visit(DAY, "1", "", (), checked, failed, 0),)), TABLES)
    assert made.catering == grade


def test_food_service_is_not_graded_when_new_after_an_incident_or_with_two_key_items() -> None:
    good = Facts("restaurant", visits=(visit(5),))
    assert points.grade(good, TABLES).catering == "A"
    assert points.grade(replace(good, licensed=DAY - dt.timedelta(days=80)), TABLES).catering == ""
    assert points.grade(replace(good, events=(Event("incident", DAY - dt.timedelta(days=170)),)), TABLES).catering == ""
    assert points.grade(replace(good, visits=(visit(5, item(1, True), item(2, True)),)), TABLES).catering == ""
    assert points.grade(replace(good, trade="food_retail"), TABLES).catering == "", "only food service has one"


def test_the_version_of_the_tables_is_that_of_the_day() -> None:
    assert shipped(dt.date(2016, 11, 30)) is None, "before the Measures there were no tables"
    assert shipped(dt.date(2016, 12, 1)) is not None
    assert shipped(stack="us_chicago") is None, "a place that grades nobody"


def test_the_lists_that_give_points_are_shipped() -> None:
    books = Stack.read("cn_zibo").files("checklists/*.xlsx").values()
    shipped_lists = {read_checklist(path).data["code"] for path in books}
    for line, codes in TABLES.dynamic["lists"].items():
        assert line in TABLES.static and codes and set(codes) <= shipped_lists


@settings(max_examples=200)
@given(st.integers(1, 6), st.integers(0, 7), st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)))
def test_the_year_is_shared_out_evenly(needed: int, made: int, day: dt.date) -> None:
    due = points.next_due(needed, made, day)
    assert (due + dt.timedelta(days=1)).day == 1
    assert due.year == (day.year if made < needed else day.year + 1)
    if made < needed:
        assert points.next_due(needed, made + 1, day) > due
        assert points.next_due(needed, needed - 1, day) == dt.date(day.year, 12, 31)


@given(st.integers(1, 6), st.integers(0, 7), st.dates(dt.date(2024, 1, 1), DAY))
def test_whoever_is_newly_graded_has_not_missed_what_was_over_before(needed: int, made: int, since: dt.date) -> None:
    done = points.settled(needed, made, since, DAY)
    assert min(made, needed) <= done <= needed
    due = points.next_due(needed, done, DAY)
    assert due >= since, "nothing is overdue that was over before the grade began"
    if since.year < DAY.year:
        assert done == min(made, needed), "who was graded before owes every part of the year"


@pytest.mark.parametrize(
    ("needed", "due"), [(1, [(12, 31)]), (2, [(6, 30), (12, 31)]), (3, [(4, 30), (8, 31), (12, 31)])]
)
def test_examples_of_the_days(needed: int, due: list[tuple[int, int]]) -> None:
    for made, (month, day) in itertools.islice(enumerate(due), needed):
        assert points.next_due(needed, made, DAY) == dt.date(2026, month, day)
    assert points.next_due(needed, needed, DAY).year == 2027
