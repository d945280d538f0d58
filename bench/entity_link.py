"""Who is meant by a complaint: tellings with errors against a register of 607,000 entities, beside the search by name.

The register is made up and then made lifelike (`bench.lifelike`), tellings are made with the errors that people make
(`bench.tellings`), some of shops that nobody has registered. Asked are the first candidate (precision@1), the first
five (recall@5), what is proposed and what in vain; confidence is held against what was right. The peer is the
register's own search for what the agent would type: the name, else the telephone, else the address, else the story.

`--seed` chooses register and tellings: what ships was fitted on seed 7 (`bench.entity_link_fit`), and is reported on
another one.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bench.common import Result, arguments, bench_database, percentile, report, say
from bench.lifelike import Lifelike
from bench.tellings import UNKNOWN, Shop, Teller, Telling

FULL, UNITS, TELLINGS = 607_000, 90_000, 3_000
SEED = 11
GOAL_MS, GOAL_RIGHT = 100.0, 0.95
CLOSED = 0.03
STEPS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
SHOPS_SQL = """SELECT e.id, e.name, coalesce(p.name, ''), e.address, e.phone, e.code, e.area, p.lat, p.lon
    FROM registry_entity e LEFT JOIN registry_premises p ON p.entity_id = e.id
    WHERE e.id = ANY(%s) AND e.status {} ('active', 'dormant')"""


@dataclass
class Asked:
    """What came back for one telling."""

    telling: Telling
    found: list[tuple[int, float]]  # entity and confidence
    ms: float

    @property
    def right(self) -> bool:
        """Whether the first candidate is the one."""
        return bool(self.found) and self.found[0][0] == self.telling.key


def main() -> None:
    """Run the bench."""
    seed = _seed()
    args = arguments("entity_link", __doc__ or "", seconds=600)
    with bench_database("zj_bench_link") as fresh:
        assert fresh
        plant(args.scale, seed)
        told = tellings(seed, max(200, int(TELLINGS * min(1.0, args.seconds / 600))))
        from zhijian.kernel.registry.likely import PROPOSE, Told, likely
        from zhijian.kernel.registry.search import search

        ask(told[:30], lambda one: [(c.entity.pk, c.confidence) for c in likely(Told(**one.told))])
        ours = ask(told, lambda one: [(c.entity.pk, c.confidence) for c in likely(Told(**one.told))])
        peer = ask(told, lambda one: [(hit.entity.pk, 1.0) for hit in search(_typed(one), limit=5)])
    print_reliability(ours)
    print_errors(ours)
    report("entity_link", args, results(ours, peer, PROPOSE))


def _seed() -> int:
    """`--seed`, which other benches do not have, taken from the line before the common arguments are read."""
    if "--seed" not in sys.argv:
        return SEED
    at = sys.argv.index("--seed")
    seed = int(sys.argv[at + 1])
    del sys.argv[at : at + 2]
    return seed


def plant(scale: float, seed: int) -> None:
    """A lifelike register of the seed."""
    from django.db import connections

    from zhijian.kernel.registry import generate

    rows = max(3_000, int(FULL * scale))
    say(f"planting {rows:,} entities …")
    generate.plant(rows, max(500, int(UNITS * scale)), seed=seed, change=Lifelike(seed).change)
    with connections["owner"].cursor() as cursor:  # what autovacuum does within a minute
        for table in ("entity", "premises", "licence"):
            cursor.execute(f"VACUUM ANALYZE registry_{table}")


def tellings(seed: int, count: int) -> list[Telling]:
    """Tellings of shops of the register (half of them food and drug units), and of shops that are not in it."""
    from zhijian.kernel.registry.generate import towns

    rng = random.Random(f"shops {seed}")
    districts = sorted({town.district for town in towns()})
    teller = Teller(seed, districts)
    unknown = int(count * UNKNOWN)
    shops = [*_shops(rng, count - unknown), *_strangers(seed, unknown)]
    rng.shuffle(shops)
    return [teller.tell(shop) for shop in shops]


def _shops(rng: random.Random, count: int) -> list[Shop]:
    """So many of the register: complaints are about food more often than the register is."""
    from django.db import connection

    def some(sql: str, args: list[Any], wanted: int) -> list[Shop]:
        with connection.cursor() as cursor:
            cursor.execute(sql, args)
            rows = sorted(cursor.fetchall())
        rng.shuffle(rows)
        return [Shop(*row[:7], *(float(at) if at is not None else None for at in row[7:])) for row in rows[:wanted]]

    with connection.cursor() as cursor:
        cursor.execute("SELECT min(entity_id), max(entity_id) FROM registry_premises")
        first, last_unit = cursor.fetchone()
        cursor.execute("SELECT max(id) FROM registry_entity")
        last = cursor.fetchone()[0]
    gone, units = int(count * CLOSED), count // 2
    anywhere = [[rng.randint(first, last) for _ in range(8 * count)]]
    chosen = some(SHOPS_SQL.format("IN"), [[rng.randint(first, last_unit) for _ in range(2 * units)]], units)
    chosen += some(SHOPS_SQL.format("IN"), anywhere, count - gone - units)
    return chosen + some(SHOPS_SQL.format("NOT IN"), anywhere, gone)


def _strangers(seed: int, count: int) -> Iterator[Shop]:
    """Shops that are not in the register, on its own streets: made by another seed, without those that are there."""
    from django.db import connection

    from zhijian.kernel.registry.generate import maker

    rng = random.Random(f"strangers {seed}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, area FROM registry_entity TABLESAMPLE SYSTEM (2) REPEATABLE (1) LIMIT 20000")
        there = sorted(cursor.fetchall())
    made = maker(seed + 1_000).entities(3 * count, count)
    for _ in range(count):
        e = next(made)
        address, area = rng.choice(there)
        district = address.removeprefix("山东省淄博市")[:3]
        yield Shop(None, district + e.name[3:], "", address, e.phone, e.code, area)


def ask(told: list[Telling], find: Callable[[Telling], list[tuple[int, float]]]) -> list[Asked]:
    """Each telling, with what came back and how long that took."""
    out = []
    for one in told:
        start = time.perf_counter()
        found = find(one)
        out.append(Asked(one, found, (time.perf_counter() - start) * 1000))
    return out


def _typed(one: Telling) -> str:
    told = one.told
    return str(told.get("name") or told.get("phone") or told.get("address") or told.get("text") or "")


def results(ours: list[Asked], peer: list[Asked], propose: float) -> list[Result]:
    """The lines of the table."""

    def line(what: str, one: float, other: float | None, goal: str = "", met: bool | None = None) -> Result:
        return Result(
            what, one, "", other, "search" if other is not None else "", one / other if other else None, goal, met
        )

    known = [a for a in ours if a.telling.key is not None]
    strange = [a for a in ours if a.telling.key is None]
    proposed = [a for a in ours if a.found and a.found[0][1] >= propose]
    right = _share(proposed, lambda a: a.right)
    known_peer = [a for a in peer if a.telling.key is not None]
    mine, theirs = [a.ms for a in ours], [a.ms for a in peer]
    slow, other = percentile(mine, 0.95), percentile(theirs, 0.95)
    middle, middle_other = percentile(mine, 0.5), percentile(theirs, 0.5)
    return [
        line("precision@1", _share(known, lambda a: a.right), _share(known_peer, lambda a: a.right)),
        line("recall@5", _share(known, _within), _share(known_peer, _within)),
        line(f"right of those proposed (from {propose:g})", right, None, f">= {GOAL_RIGHT:g}", right >= GOAL_RIGHT),
        line("left unproposed, of those in the register", 1 - _share(known, lambda a: a in proposed), None),
        line("proposed in vain, of those not in it", _share(strange, lambda a: a in proposed), None),
        Result("p50", middle, "ms", middle_other, "search", middle / middle_other),
        Result("p95", slow, "ms", other, "search", slow / other, f"< {GOAL_MS:g} ms", slow < GOAL_MS),
    ]


def _within(one: Asked) -> bool:
    return any(pk == one.telling.key for pk, _ in one.found[:5])


def _share(some: list[Asked], what: Callable[[Asked], bool]) -> float:
    return sum(map(what, some)) / len(some) if some else 0.0


def print_reliability(asked: list[Asked]) -> None:
    """Confidence beside the share that was right, over every candidate that was shown."""
    every = [(confidence, pk == a.telling.key) for a in asked for pk, confidence in a.found]
    print("\nconfidence    candidates  said   right")
    for low, high in pairwise(STEPS):
        here = [one for one in every if low <= one[0] < high]
        if here:
            said, right = (sum(one[i] for one in here) / len(here) for i in (0, 1))
            print(f"{low:.2f} – {min(high, 1):.2f}   {len(here):>10,}  {said:.3f}  {right:.3f}")


def print_errors(asked: list[Asked]) -> None:
    """How often the first candidate is right where an error was made."""
    made = Counter(error for a in asked if a.telling.key is not None for error in a.telling.errors)
    print("\nerror                 tellings  right first")
    for error, n in made.most_common():
        right = sum(a.right for a in asked if a.telling.key is not None and error in a.telling.errors)
        print(f"{error:<21} {n:>8,}  {right / n:.3f}")


if __name__ == "__main__":
    main()
