"""A day in an order: what it costs, when one is where, and an order that is good enough without a solver.

An order is judged by the time until its end plus the time on the road, so that nobody waits where he could work and
nobody drives without need; a stop that can't be met weighs more than any day, a promised one more than any other.
The field app has the same in TypeScript, number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from zhijian.kernel.routing.matrix import Matrix

NORMAL, DUE, PROMISED = 1, 2, 3
PRIZE = {NORMAL: 100_000, DUE: 300_000, PROMISED: 2_000_000}  # seconds: more than a day with all its ways
SEGMENT = 3  # stops that are moved together
ROUNDS = 30


@dataclass(frozen=True)
class Stop:
    """Somewhere to be: seconds that it takes; between when one may begin (seconds after midnight; None: any time)."""

    key: str
    seconds: int
    opens: int | None = None
    closes: int | None = None
    weight: int = NORMAL


@dataclass(frozen=True)
class Visit:
    """When one is at a stop. `late`: why it is not met ("window": its time is over by then, "day": the day is)."""

    stop: int
    arrives: int
    begins: int
    ends: int
    seconds: int
    metres: int
    late: str = ""


@dataclass(frozen=True)
class Plan:
    """A day in its order. `missed` are those that an order for the whole day leaves out, with the reason."""

    visits: list[Visit] = field(default_factory=list)
    missed: list[Visit] = field(default_factory=list)
    cost: int = 0

    @property
    def order(self) -> list[int]:
        """The stops as they are met, then those that are not."""
        return [one.stop for one in (*self.visits, *self.missed)]


def walk(order: Iterable[int], stops: Sequence[Stop], matrix: Matrix, day: tuple[int, int], keep: bool = False) -> Plan:
    """Go through stops in an order, from place 0 of the matrix (stop n is place n + 1).

    What can't be met is left out and does not delay the others; with `keep` (an order made by hand) one goes there all
    the same, and it is marked.
    """
    visits: list[Visit] = []
    missed: list[Visit] = []
    now, last = day[0], 0
    cost = 0
    for n in order:
        stop = stops[n]
        way = matrix.seconds[last][n + 1]
        begins = max(now + way, stop.opens or 0)
        late = "window" if stop.closes is not None and begins > stop.closes else ""
        late = late or ("day" if begins + stop.seconds > day[1] else "")
        seen = Visit(n, now + way, begins, begins + stop.seconds, way, matrix.metres[last][n + 1], late)
        if late:
            cost += PRIZE[stop.weight]
        if late and not keep:
            missed.append(seen)
            continue
        visits.append(seen)
        now, last, cost = seen.ends, n + 1, cost + way
    return Plan(visits, missed, cost + now - day[0])


def costing(stops: Sequence[Stop], matrix: Matrix, day: tuple[int, int]) -> Callable[[list[int]], int]:
    """What an order costs, as `walk` counts it, for the thousands of orders that are tried: no plan is made."""
    ways = [row[1:] for row in matrix.seconds]
    facts = [
        (one.opens or 0, day[1] if one.closes is None else one.closes, one.seconds, PRIZE[one.weight]) for one in stops
    ]
    begin, end = day

    def cost(order: list[int]) -> int:
        now, row, total = begin, ways[0], 0
        for n in order:
            opens, closes, seconds, prize = facts[n]
            way = row[n]
            at = now + way
            if at < opens:
                at = opens
            if at > closes or at + seconds > end:
                total += prize
                continue
            now, row = at + seconds, ways[n + 1]
            total += way
        return total + now - begin

    return cost


def insert(order: Sequence[int], rest: Iterable[int], cost: Callable[[list[int]], int]) -> list[int]:
    """The others one after the other where each costs least; of equal places the first."""
    made = list(order)
    for n in rest:
        tries = [[*made[:at], n, *made[at:]] for at in range(len(made) + 1)]
        made = min(tries, key=cost)
    return made


def simple(stops: Sequence[Stop], matrix: Matrix, day: tuple[int, int], first: Sequence[int] = ()) -> Plan:
    """A good order without a solver: insertion by weight, then moves of up to three stops and turned stretches while
    they gain. `first` is an order to begin with."""

    cost = costing(stops, matrix, day)
    known = set(first)
    rest = sorted((n for n in range(len(stops)) if n not in known), key=lambda n: (-stops[n].weight, n))
    order = insert(first, rest, cost)
    least = cost(order)
    for _round in range(ROUNDS):
        before = least
        for one in _neighbours(len(order)):
            tried = one(order)
            if (now := cost(tried)) < least:
                order, least = tried, now
        if least == before:
            break
    return walk(order, stops, matrix, day)


def _neighbours(n: int) -> Iterable[Callable[[list[int]], list[int]]]:
    """Every move of a stretch to another place, and every stretch turned round, in a fixed sequence."""
    for size in range(1, SEGMENT + 1):
        for start in range(n - size + 1):
            for to in range(n - size + 1):
                if to != start:
                    yield lambda order, a=start, b=to, s=size: _moved(order, a, b, s)  # type: ignore[misc]
    for start in range(n - 1):
        for end in range(start + 2, n + 1):
            yield lambda order, a=start, b=end: [*order[:a], *order[a:b][::-1], *order[b:]]  # type: ignore[misc]


def _moved(order: list[int], start: int, to: int, size: int) -> list[int]:
    left = [*order[:start], *order[start + size :]]
    return [*left[:to], *order[start : start + size], *left[to:]]
