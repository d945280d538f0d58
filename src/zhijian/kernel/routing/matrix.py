"""Times and ways between places: the straight line with a detour where nothing better is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

EARTH = 6_371_000  # metres


@dataclass(frozen=True)
class Place:
    """Where something is, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Matrix:
    """Seconds and metres from each place to each. `roads`: by a road network; `failed`: the road service was asked and
    did not answer, so these are estimates after all."""

    seconds: list[list[int]]
    metres: list[list[int]]
    roads: bool = False
    failed: bool = False


def between(one: Place, other: Place) -> int:
    """Metres of the straight line (great circle)."""
    north, east, to_north, to_east = (math.radians(v) for v in (one.lat, one.lon, other.lat, other.lon))
    h = math.sin((to_north - north) / 2) ** 2
    h += math.cos(north) * math.cos(to_north) * math.sin((to_east - east) / 2) ** 2
    return math.floor(2 * EARTH * math.asin(math.sqrt(h)) + 0.5)


def straight(places: Sequence[Place | None], detour: int, speed: int) -> Matrix:
    """The straight line × detour (per cent) ÷ speed (km/h). From and to a place that is not known (None) it costs
    nothing: who begins nobody knows where begins at the first stop."""
    metres = [[between(a, b) * detour // 100 if a is not None and b is not None else 0 for b in places] for a in places]
    return Matrix([[way * 36 // (speed * 10) for way in row] for row in metres], metres)
