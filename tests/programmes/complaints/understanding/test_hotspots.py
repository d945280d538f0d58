"""Hot spots: what was planted is found, noise is not, by the test that is stated."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from zhijian.programmes.complaints.understanding import hotspots as module
from zhijian.programmes.complaints.understanding.hotspots import (
    WEEK,
    Key,
    TooLittlePast,
    benjamini_hochberg,
    compared_with,
    dispersion,
    hotspots,
    tails,
    week_of,
)

MONDAY = dt.date(2026, 11, 23)
SINCE = MONDAY - 60 * WEEK
CATEGORIES, AREAS = [f"P{n:02}" for n in range(15)], [f"37030{n}" for n in range(10)]


def past(dice: np.random.Generator, scatter: float = 0.0) -> dict[Key, int]:
    """Sixty-one weeks of 150 cells, each with its own usual number; weeks scatter beyond chance if asked to."""
    usual = dice.gamma(0.8, 4.0, (len(CATEGORIES), len(AREAS)))
    counts: dict[Key, int] = {}
    for n in range(61):
        rate = usual * (dice.gamma(1 / scatter, scatter, usual.shape) if scatter else 1.0)
        for (i, j), count in np.ndenumerate(dice.poisson(rate)):
            if count:
                counts[CATEGORIES[i], AREAS[j], MONDAY - n * WEEK] = int(count)
    return counts


def test_a_planted_hot_spot_is_found() -> None:
    counts = past(np.random.default_rng(1), scatter=0.1)
    counts["P03", "370304", MONDAY] = 60
    counts["P99", "370301", MONDAY] = 12  # a category that never was there
    found = hotspots(counts, MONDAY, since=SINCE)
    assert {(one.category, one.area) for one in found} == {("P03", "370304"), ("P99", "370301")}
    new = next(one for one in found if one.category == "P99")
    assert (new.seen, new.usual, new.week) == (12, 0.0, MONDAY)
    assert new.weeks == len(compared_with(MONDAY, SINCE)) == 19
    assert new.p <= new.q <= 0.05


@pytest.mark.parametrize("scatter", [0.0, 0.1, 0.3])
def test_noise_alone_raises_few_alarms(scatter: float) -> None:
    """Nothing has changed, so every week with an alarm is a false one: at most one in twenty."""
    dice = np.random.default_rng(7)
    alarms = sum(bool(hotspots(past(dice, scatter), MONDAY, since=SINCE, least=1)) for _ in range(100))
    assert alarms <= 11  # of 100; more would be less probable than 1 in 200 at a rate of 5 %


def test_few_are_not_shown_however_improbable() -> None:
    counts = {("P01", "a", MONDAY): 4, ("P02", "a", MONDAY): 9}
    found = hotspots(counts, MONDAY, since=SINCE)
    assert [one.category for one in found] == ["P02"]
    assert [one.category for one in hotspots(counts, MONDAY, since=SINCE, least=4)] == ["P02", "P01"]


def test_the_weeks_that_are_compared_with() -> None:
    weeks = compared_with(MONDAY, dt.date(2020, 1, 6))
    assert len(weeks) == 12 + 3 * 7 and MONDAY not in weeks and weeks[-1] == MONDAY - WEEK
    assert MONDAY - 52 * WEEK in weeks and MONDAY - 20 * WEEK not in weeks
    assert compared_with(MONDAY, MONDAY - 2 * WEEK) == (MONDAY - 2 * WEEK, MONDAY - WEEK)
    assert week_of(dt.date(2026, 11, 29)) == MONDAY == week_of(MONDAY)


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(TooLittlePast, match="2 weeks"):
        hotspots({}, MONDAY, since=MONDAY - 2 * WEEK)
    with pytest.raises(ValueError, match="Monday"):
        hotspots({}, MONDAY + dt.timedelta(days=1), since=SINCE)
    assert hotspots({}, MONDAY, since=SINCE) == ()


def test_the_tail_is_the_negative_binomial_s() -> None:
    before = np.array([[3.0, 9.0, 1.0, 7.0, 0.0, 4.0, 12.0, 2.0], [1.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0]])
    seen = np.array([15.0, 3.0])
    mean = (before.sum(axis=1) + 0.5) / 8
    variance = (mean + dispersion(before) * mean**2) * (1 + 1 / 8)
    size = mean**2 / (variance - mean)
    assert tails(seen, before) == pytest.approx(stats.nbinom.sf(seen - 1, size, mean / variance))
    assert tails(np.zeros(2), before).tolist() == [1.0, 1.0]


def test_weeks_that_scatter_by_chance_have_no_dispersion() -> None:
    dice = np.random.default_rng(3)
    assert dispersion(dice.poisson(6.0, (400, 20)).astype(float)) < 0.02
    scattered = dice.poisson(6.0 * dice.gamma(1 / 0.3, 0.3, (400, 20)))
    assert dispersion(scattered.astype(float)) == pytest.approx(0.3, abs=0.05)
    assert dispersion(np.zeros((3, 8))) == 0.0


def test_q_is_benjamini_and_hochberg_s() -> None:
    chance = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    assert benjamini_hochberg(chance) == pytest.approx(stats.false_discovery_control(chance))
    assert module.Q == 0.05
