"""The map of a whole city with 600,000 premises: what is in view, for who sees all of it.

Boxes as a person moves: the city, a district, a neighbourhood, a street; with and without a trade.
"""

from __future__ import annotations

import random
import statistics
import time

from bench.common import Result, arguments, bench_database, report, say

FULL, GOAL_MS = 600_000, 100.0
PEOPLED = """
INSERT INTO registry_entity (uid, scheme, code, old_code, source, source_key, name, fold, grams, initials, name_key,
    kind, status, representative, phone, address, area, industry, pinned, extra)
SELECT gen_random_uuid(), '', '', '', '', '', 'e' || i, 'E' || i, '{}', '', '',
    '', 'active', '', '', '', '', '', false, '{}'
FROM generate_series(1, %(n)s) i;
"""
# Denser towards the middle; an office's area is a square of some 10 km.
PLACED = """
INSERT INTO registry_premises (uid, entity_id, source, source_key, name, fold, grams, initials, name_key, address, area,
    lat, lon, door_code, trade, status, contact, phone, risk, pinned, extra)
SELECT gen_random_uuid(), id, '', '', 'p' || id, 'P' || id, '{}', '', '', '',
    (%(areas)s::text[])[1 + (floor(lat * 10)::int * 13 + floor(lon * 10)::int) %% %(k)s], lat, lon,
    lpad(id::text, 10, '0'), (%(trades)s::text[])[1 + id %% 7], 'open', '', '', '', false, '{}'
FROM (SELECT id, 36.81 + (random() + random() + random() - 1.5) * 0.5 AS lat,
    118.05 + (random() + random() + random() - 1.5) * 0.6 AS lon FROM registry_entity) e;
"""


def main() -> None:
    """Run the bench."""
    args = arguments("map", __doc__ or "", seconds=20)
    n = max(1_000, int(FULL * args.scale))
    with bench_database():
        cells = _fill(n)
        took = {name: _ask(zoom, half, trade, args.seconds / 5) for name, zoom, half, trade in VIEWS}
    rows = [Result(f"count {n:,} premises into {cells[1]:,} cells", cells[0], "s")]
    for name, all_of_it in took.items():
        p95 = statistics.quantiles(all_of_it, n=20)[-1]
        rows.append(Result(f"{name}, p95", p95, "ms", GOAL_MS, "goal", p95 / GOAL_MS, "< 100 ms", p95 < GOAL_MS))
    report("map", args, rows)


VIEWS = [
    ("city", 9, 0.6, ""),
    ("city, one trade", 9, 0.6, "t3"),
    ("district", 12, 0.15, ""),
    ("neighbourhood", 15, 0.02, ""),
    ("street, one trade", 17, 0.005, "t3"),
]


def _fill(n: int) -> tuple[float, int]:
    from django.db import connection

    from zhijian.kernel.packs import stack
    from zhijian.kernel.registry import patch

    say(f"making {n:,} premises …")
    areas = sorted(stack().leaves)
    told = {"n": n, "areas": areas, "k": len(areas), "trades": [f"t{i}" for i in range(7)]}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLED, told)
        cursor.execute(PLACED, told)
        cursor.execute("ANALYZE registry_premises")
    began = time.perf_counter()
    made = patch.count_cells()
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_mapcell")
    return seconds, made


def _ask(zoom: int, half: float, trade: str, seconds: float) -> list[float]:
    """Milliseconds of each answer: the queries and what is made of them, of a city's person."""
    from zhijian.kernel.accounts.actor import Actor, PostFact
    from zhijian.kernel.accounts.roles import Role
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.desk.views import patch as views
    from zhijian.kernel.packs import stack
    from zhijian.kernel.registry import patch

    actor = Actor("staff", "bench", posts=(PostFact(Role.LEADER, stack().setting("city")),))
    given, took, until = {"trade": trade, "kind": "", "late": ""}, [], time.perf_counter() + seconds
    chance = random.Random(7)
    while time.perf_counter() < until or len(took) < 20:
        lat, lon = 36.81 + chance.gauss(0, 0.1), 118.05 + chance.gauss(0, 0.1)
        box = patch.Box(lon - half * 1.4, lat - half, lon + half * 1.4, lat + half, zoom)
        began = time.perf_counter()
        with scoped(actor):
            views.look(actor, given, box)
        took.append(1000 * (time.perf_counter() - began))
    return took


if __name__ == "__main__":
    main()
