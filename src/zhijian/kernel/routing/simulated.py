"""A road service simulated by HTTP: OSRM's table of a town whose streets run north and east; for tests."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from zhijian.kernel.routing.matrix import Place, between
from zhijian.kernel.simulating import Answer, Provider

TABLE = re.compile(r"/table/v1/driving/([-\d.,;]+)\?annotations=duration,distance$")


@dataclass
class Roads(Provider):
    """`slow` seconds pass before each answer; `cut` leaves a way out, as where no road leads."""

    speed: int = 30
    slow: float = 0
    cut: bool = False
    asked: int = 0

    def admits(self, url: str, bearer: str) -> bool:
        """OSRM asks nobody who he is."""
        return True

    def answer(self, method: str, url: str, told: dict[str, Any]) -> Answer:
        """The table of the places in the address."""
        self.asked += 1
        time.sleep(self.slow)
        found = TABLE.search(url)
        if not found:
            return 400, {"code": "InvalidUrl"}
        pairs = (one.split(",") for one in found.group(1).split(";"))
        places = [Place(float(lat), float(lon)) for lon, lat in pairs]
        ways: list[list[float | None]] = [[_round_the_corner(a, b) for b in places] for a in places]
        if self.cut:
            ways[0][-1] = None
        times = [[None if way is None else way / (self.speed / 3.6) for way in row] for row in ways]
        return 200, {"code": "Ok", "durations": times, "distances": ways}


def _round_the_corner(one: Place, other: Place) -> float:
    corner = Place(one.lat, other.lon)
    return float(between(one, corner) + between(corner, other))
