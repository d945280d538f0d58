"""An order of a day: what follows from it, what can't be met, and that the phone says the same."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.routing.make_routes import read, told

from zhijian.kernel.routing.matrix import Place, straight
from zhijian.kernel.routing.ordering import DUE, NORMAL, PROMISED, Stop, costing, simple, walk
from zhijian.kernel.routing.solving import FEW, _solved, arrange

CASES: list[dict[str, Any]] = json.loads(Path("tests/fixtures/routes.json").read_text(encoding="utf-8"))
DAY = (8 * 3600, 17 * 3600)
HERE = Place(36.80, 118.04)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_the_fixture_says_is_what_follows(case: dict[str, Any]) -> None:
    stops, matrix, day = read(case)
    assert (matrix.metres, matrix.seconds) == (case["metres"], case["seconds"])
    assert told(walk(range(len(stops)), stops, matrix, day, keep=True)) == case["by_hand"]
    assert told(simple(stops, matrix, day)) == case["simple"]
    assert told(simple(stops, matrix, day, first=list(range(len(stops)))[::2])) == case["from_kept"]


points = st.tuples(st.floats(36.75, 36.85), st.floats(118.0, 118.1)).map(lambda at: Place(*at))
windows = st.none() | st.integers(8, 15).map(lambda hour: (hour * 3600, hour * 3600 + 3600))


@st.composite
def days(draw: st.DrawFn, least: int = 0, most: int = 9) -> tuple[list[Stop], list[Place | None]]:
    n = draw(st.integers(least, most))
    places: list[Place | None] = [draw(st.none() | points), *(draw(points) for _ in range(n))]
    stops = []
    for k in range(n):
        window = draw(windows)
        weight = PROMISED if window else draw(st.sampled_from([NORMAL, DUE]))
        stops.append(Stop(str(k), draw(st.sampled_from([1200, 2700])), *(window or (None, None)), weight))
    return stops, places


@settings(max_examples=60, deadline=None)
@given(days())
def test_an_order_has_every_stop_once_and_keeps_every_promise_it_shows(of: tuple[list[Stop], list[Place]]) -> None:
    stops, places = of
    matrix = straight(places, 130, 25)
    plan = simple(stops, matrix, DAY)
    by_due = sorted(range(len(stops)), key=lambda n: -stops[n].weight)
    assert costing(stops, matrix, DAY)(by_due) == walk(by_due, stops, matrix, DAY).cost
    assert sorted(plan.order) == list(range(len(stops)))
    now, last = DAY[0], 0
    for visit in plan.visits:
        stop = stops[visit.stop]
        assert visit.begins >= now + matrix.seconds[last][visit.stop + 1]
        assert stop.opens is None or stop.opens <= visit.begins <= (stop.closes or 0)
        assert visit.ends == visit.begins + stop.seconds <= DAY[1]
        now, last = visit.ends, visit.stop + 1
    assert all(one.late for one in plan.missed)


@settings(max_examples=12, deadline=None)
@given(days(least=FEW + 1, most=FEW + 3))
def test_the_solver_is_never_worse_than_the_simple_order(of: tuple[list[Stop], list[Place]]) -> None:
    stops, places = of
    matrix = straight(places, 130, 25)
    assert arrange(stops, matrix, DAY, seconds=0.2).cost <= simple(stops, matrix, DAY).cost


def test_the_solver_finds_what_trying_every_order_finds() -> None:
    for seed in range(3):
        chance = random.Random(seed)
        places = [Place(36.75 + chance.random() / 10, 118 + chance.random() / 10) for _ in range(FEW + 1)]
        stops = [Stop(str(n), 2700, weight=chance.choice([NORMAL, DUE])) for n in range(FEW - 1)]
        stops.append(Stop("promised", 2700, 10 * 3600, 11 * 3600, PROMISED))
        matrix = straight(places, 130, 25)
        order = _solved(stops, matrix, DAY, seconds=0.5, patience=75)
        assert walk(order, stops, matrix, DAY).cost == arrange(stops, matrix, DAY).cost


def test_a_promise_that_no_order_keeps_says_so_and_delays_nobody() -> None:
    stops = [Stop("promised", 2700, 8 * 3600, 8 * 3600 + 600, PROMISED), Stop("near", 2700)]
    far = Place(37.4, 118.9)
    plan = arrange(stops, straight([HERE, far, HERE], 130, 25), DAY)
    assert [(one.stop, one.late) for one in plan.missed] == [(0, "window")]
    assert [one.stop for one in plan.visits] == [1]
    assert plan.visits[0].begins == DAY[0]


def test_what_is_due_goes_before_what_can_wait_where_the_day_is_too_short() -> None:
    stops = [Stop(str(n), 3 * 3600, weight=DUE if n == 3 else NORMAL) for n in range(4)]
    plan = arrange(stops, straight([HERE] * 5, 130, 25), DAY)
    assert len(plan.visits) == 3
    assert 3 in [one.stop for one in plan.visits]
    assert [one.late for one in plan.missed] == ["day"]


def test_an_order_made_by_hand_is_gone_in_full_and_marked() -> None:
    stops = [Stop("long", 4 * 3600), Stop("promised", 600, 9 * 3600, 10 * 3600, PROMISED)]
    plan = walk([0, 1], stops, straight([HERE] * 3, 130, 25), DAY, keep=True)
    assert [(one.stop, one.late) for one in plan.visits] == [(0, ""), (1, "window")]


def test_a_promised_hour_later_in_the_day_is_not_waited_for_where_there_is_work() -> None:
    stops = [Stop("at two", 2700, 14 * 3600, 15 * 3600, PROMISED), *(Stop(str(n), 2700) for n in range(7))]
    plan = arrange(stops, straight([HERE, *[Place(36.8 + n / 1000, 118.04) for n in range(8)]], 130, 25), DAY)
    assert not plan.missed
    assert plan.visits[-1].ends <= 14 * 3600 + 2 * 2700 + 3600
    assert plan.visits[0].stop != 0
