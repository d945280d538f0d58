"""Makes `tests/fixtures/routes.json`: days, and what the server and the field app must both say of them.

python -m tests.kernel.routing.make_routes
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from zhijian.kernel.routing.matrix import Place, straight
from zhijian.kernel.routing.ordering import Plan, Stop, simple, walk

FIXTURE = Path("tests/fixtures/routes.json")
DAY = (30_600, 63_000)


def read(case: dict[str, Any]) -> tuple[list[Stop], Any, tuple[int, int]]:
    """The stops, times and hours of a case."""
    places = [Place(*(float(one) for one in place)) if place else None for place in case["places"]]
    stops = [Stop(one["key"], one["seconds"], one["opens"], one["closes"], one["weight"]) for one in case["stops"]]
    return stops, straight(places, case["detour"], case["speed"]), (case["begins"], case["ends"])


def told(plan: Plan) -> dict[str, Any]:
    """A plan as the fixture has it."""
    return {
        "cost": plan.cost,
        "visits": [[v.stop, v.arrives, v.begins, v.ends, v.seconds, v.metres, v.late] for v in plan.visits],
        "missed": [[v.stop, v.late] for v in plan.missed],
    }


def _case(name: str, n: int, seed: int, promised: float, start: bool) -> dict[str, Any]:
    chance = random.Random(seed)
    places = [[f"{36.78 + chance.random() / 12:.6f}", f"{118.02 + chance.random() / 10:.6f}"] for _ in range(n + 1)]
    stops = []
    for k in range(n):
        opens = chance.randrange(32_400, 57_600, 1800) if chance.random() < promised else None
        closes = None if opens is None else opens + 3600
        weight = 3 if opens else chance.choice((1, 2))
        stops.append({"key": f"s{k}", "seconds": chance.choice((1200, 2700)), "opens": opens, "closes": closes,
                      "weight": weight})  # fmt: skip
    return {"name": name, "detour": 130, "speed": 25, "begins": DAY[0], "ends": DAY[1],
            "places": [places[0] if start else None, *places[1:]], "stops": stops}  # fmt: skip


def main() -> None:
    cases = [
        _case("nothing to do", 0, 1, 0, True),
        _case("one stop", 1, 2, 0, True),
        _case("five stops from where one stands", 5, 3, 0, True),
        _case("five stops, nobody knows from where", 5, 4, 0, False),
        _case("promised hours among them", 9, 5, 0.4, True),
        _case("more than a day holds", 22, 6, 0.3, True),
    ]
    for case in cases:
        stops, matrix, day = read(case)
        case["metres"], case["seconds"] = matrix.metres, matrix.seconds
        case["by_hand"] = told(walk(range(len(stops)), stops, matrix, day, keep=True))
        case["simple"] = told(simple(stops, matrix, day))
        case["from_kept"] = told(simple(stops, matrix, day, first=list(range(len(stops)))[::2]))
    FIXTURE.write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
