"""Hot spots: where a category piles up in an area in one week beyond what is usual there.

The test: what is usual in a cell (category and area) is the mean of the weeks before and of the same weeks of earlier
years. Weeks differ more than by chance (Poisson), so a cell's week is taken as negative binomial, with a dispersion
that all cells share and that is measured from the past; that the mean is itself only known from some weeks is added to
the variance. A cell's p is how probable as many or more would be; since many cells are looked at, q is Benjamini and
Hochberg's (1995): among all cells shown with q ≤ 0.05, at most one in twenty is expected to be chance.

What it does not see: a rise over many weeks (it becomes usual), and what people tell together by copying one letter;
count a group of texts that are alike once where that matters.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BACK = 12  # weeks before
AROUND = 3  # weeks on both sides of the same week in earlier years
YEARS = 3
LEAST_WEEKS = 6
LEAST = 5
Q = 0.05
WEEK = dt.timedelta(weeks=1)

Key = tuple[str, str, dt.date]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Hotspot:
    """A cell beyond its usual: `seen` in the week that begins on `week`, `usual` a week, over `weeks` weeks looked at.

    `p` of as many or more if nothing had changed; `q` with all the cells that were looked at taken into account.
    """

    category: str
    area: str
    week: dt.date
    seen: int
    usual: float
    weeks: int
    p: float
    q: float


class TooLittlePast(ValueError):
    """Fewer than LEAST_WEEKS weeks to compare with: nothing can be said of what is usual."""


def week_of(day: dt.date) -> dt.date:
    """The Monday of a day's week: what is counted by."""
    return day - dt.timedelta(days=day.weekday())


def compared_with(week: dt.date, since: dt.date) -> tuple[dt.date, ...]:
    """The weeks (Mondays) that say what is usual in `week`: none before `since`, the first whole week on record."""
    before = {week - n * WEEK for n in range(1, BACK + 1)}
    years = {week - (52 * year + n) * WEEK for year in range(1, YEARS + 1) for n in range(-AROUND, AROUND + 1)}
    return tuple(sorted(day for day in before | years if since <= day < week))


def hotspots(
    counts: Mapping[Key, int], week: dt.date, *, since: dt.date, q: float = Q, least: int = LEAST
) -> tuple[Hotspot, ...]:
    """The cells of a week beyond their usual, the least probable first.

    `counts` by category, area and Monday; a week without an entry counts nought from `since` (the first whole week on
    record) on. `least` is how many a cell must have to be shown. Raises ValueError where `week` is no Monday, and
    TooLittlePast where there are too few weeks to compare with.
    """
    if week.weekday():
        raise ValueError("a week is named by its Monday")
    past = compared_with(week, since)
    if len(past) < LEAST_WEEKS:
        raise TooLittlePast(f"{len(past)} weeks to compare with, {LEAST_WEEKS} are needed")
    cells, seen, before = _table(counts, week, past)
    if not cells:
        return ()
    chance = tails(seen, before)
    corrected = benjamini_hochberg(chance)
    usual = before.mean(axis=1)
    found = [
        Hotspot(*cell, week, int(seen[n]), float(usual[n]), len(past), float(chance[n]), float(corrected[n]))
        for n, cell in enumerate(cells)
        if corrected[n] <= q and seen[n] >= least
    ]
    return tuple(sorted(found, key=lambda one: (one.p, one.category, one.area)))


def _table(
    counts: Mapping[Key, int], week: dt.date, past: tuple[dt.date, ...]
) -> tuple[list[tuple[str, str]], Reals, Reals]:
    """Every cell that had anything now or in the past weeks, what it has now, and its past weeks."""
    place = {day: n for n, day in enumerate((*past, week))}
    rows: dict[tuple[str, str], Reals] = defaultdict(lambda: np.zeros(len(place)))
    for (category, area, day), n in counts.items():
        if day in place:
            rows[category, area][place[day]] += n
    cells = sorted(cell for cell, row in rows.items() if row.any())
    table = np.array([rows[cell] for cell in cells]).reshape(len(cells), len(place))
    return cells, table[:, -1], table[:, :-1]


def tails(seen: Reals, before: Reals) -> Reals:
    """How probable as many as `seen` or more are, by each cell's past weeks (its row of `before`)."""
    from scipy.special import betainc, gammainc

    weeks = before.shape[1]
    usual = (before.sum(axis=1) + 0.5) / weeks  # half a case: where there never was any, one is no miracle
    spread = usual + dispersion(before) * usual**2
    variance = spread * (1 + 1 / weeks)
    size = usual**2 / (variance - usual)
    wide = betainc(np.maximum(seen, 1), size, 1 - usual / variance)
    chance = np.where(size > 1e6, gammainc(np.maximum(seen, 1), usual), wide)
    return np.where(seen < 1, 1.0, chance)


def dispersion(before: Reals) -> float:
    """By how much weeks differ beyond chance: a in variance = mean + a·mean², of all cells together, at least 0."""
    mean, variance = before.mean(axis=1), before.var(axis=1, ddof=1)
    squares = float((mean**2 - variance / before.shape[1]).sum())  # the square of a mean is too large by its own error
    return max(0.0, float((variance - mean).sum()) / squares) if squares > 0 else 0.0


def benjamini_hochberg(chance: Reals) -> Reals:
    """The q of each p: the least share of false alarms at which it would be shown."""
    order = np.argsort(chance, kind="stable")
    scaled = chance[order] * len(chance) / np.arange(1, len(chance) + 1)
    out = np.empty_like(scaled)
    out[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return out
