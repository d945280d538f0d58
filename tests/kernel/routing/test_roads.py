"""A road service: asked once for a table, waited for two seconds, and done without when it fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from zhijian.kernel.routing import roads
from zhijian.kernel.routing.matrix import Place, straight
from zhijian.kernel.routing.rules import Pace
from zhijian.kernel.routing.simulated import Roads
from zhijian.kernel.simulating import serve

PACE = Pace(130, 25, 30_600, 63_000, 45, 20)
PLACES = [Place(36.80, 118.00), Place(36.80, 118.01), Place(36.81, 118.01)]


@pytest.fixture
def service(settings) -> Iterator[Roads]:  # type: ignore[no-untyped-def]
    with serve(Roads()) as (url, provider):
        settings.ROADS_URL = url
        yield provider


def test_ways_are_the_service_s(service: Roads) -> None:
    made = roads.matrix(PLACES, PACE)
    assert made.roads and not made.failed
    assert service.asked == 1
    corner = made.metres[0][1] + made.metres[1][2]
    assert abs(made.metres[0][2] - corner) <= 1  # round the corner, not through the houses
    assert made.seconds[0][2] == pytest.approx(made.metres[0][2] / (30 / 3.6), abs=1)


def test_where_the_day_begins_need_not_be_known(service: Roads) -> None:
    made = roads.matrix([None, *PLACES], PACE)
    assert made.seconds[0] == [0, 0, 0, 0]
    assert made.metres[1:][0][1:] == roads.matrix(PLACES, PACE).metres[0]


@pytest.mark.parametrize("trouble", ["down", "busy", "cut", "slow"])
def test_without_an_answer_it_is_the_straight_line_and_says_so(
    service: Roads, trouble: str, monkeypatch: pytest.MonkeyPatch, settings
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(roads, "PATIENCE", 0.2)
    if trouble == "down":
        settings.ROADS_URL = "http://127.0.0.1:9"
    service.fail = [503] if trouble == "busy" else []
    service.cut, service.slow = trouble == "cut", 0.6 if trouble == "slow" else 0
    made = roads.matrix(PLACES, PACE)
    assert (made.roads, made.failed) == (False, True)
    assert made.metres == straight(PLACES, 130, 25).metres


def test_nobody_is_asked_where_the_site_names_no_service(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROADS_URL = ""
    made = roads.matrix(PLACES, PACE)
    assert (made.roads, made.failed) == (False, False)


def test_where_officers_go_is_told_to_nobody_in_clear(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROADS_URL = "http://roads.example"
    assert roads.matrix(PLACES, PACE).failed
