"""The order for a whole day: every order tried where stops are few, PyVRP where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from zhijian.kernel.routing.matrix import Matrix
from zhijian.kernel.routing.ordering import PRIZE, Plan, Stop, simple, walk

FEW = 7  # stops up to which all orders are tried: 5,040 of them
SOME = 12  # stops up to which the simple order is tried besides; it takes a moment then
SECONDS = 1.5  # a solver's longest time
PATIENCE = 75  # rounds a stop without a better order after which it stops


def arrange(
    stops: Sequence[Stop], matrix: Matrix, day: tuple[int, int], seconds: float = SECONDS, patience: int = PATIENCE
) -> Plan:
    """The best order that is found: as many stops as can be met, by their weight, in the least time.

    `day` is from when to when, in seconds after midnight; place 0 of the matrix is where it begins.
    """
    if len(stops) <= FEW:
        plans = (walk(order, stops, matrix, day) for order in permutations(range(len(stops))))
        return min(plans, key=lambda plan: plan.cost)
    solved = simple(stops, matrix, day, first=_solved(stops, matrix, day, seconds, patience))
    tried = [solved, simple(stops, matrix, day)] if len(stops) <= SOME else [solved]
    return min(tried, key=lambda plan: plan.cost)


def _solved(stops: Sequence[Stop], matrix: Matrix, day: tuple[int, int], seconds: float, patience: int) -> list[int]:
    """PyVRP's order, with what it leaves out at the end."""
    from pyvrp import Model  # third of a second, and only whoever asks for an order pays for it
    from pyvrp.stop import MaxRuntime, MultipleCriteria, NoImprovement

    model, named = Model(), []
    places = [model.add_location(0, 0) for _ in range(len(stops) + 1)]
    depot = model.add_depot(places[0])
    for n, (stop, place) in enumerate(zip(stops, places[1:], strict=True)):
        last = day[1] - stop.seconds
        late = last if stop.closes is None else min(stop.closes, last)
        early = max(stop.opens or 0, day[0])
        if late < early:
            continue  # no order meets it
        model.add_client(
            place, service_duration=stop.seconds, tw_early=early, tw_late=late, prize=PRIZE[stop.weight],
            required=False,
        )  # fmt: skip
        named.append(n)
    model.add_vehicle_type(
        1, start_depot=depot, end_depot=depot, tw_early=day[0], tw_late=2 * day[1], start_late=day[0],
        unit_distance_cost=1, unit_duration_cost=1,
    )  # fmt: skip
    for a, frm in enumerate(places):
        for b, to in enumerate(places):
            way = matrix.seconds[a][b] if b else 0  # the day ends where the last stop is
            model.add_edge(frm, to, distance=way, duration=way)
    stop_when = MultipleCriteria([MaxRuntime(seconds), NoImprovement(patience * len(stops))])
    best = model.solve(stop_when, seed=1, display=False, collect_stats=False).best
    met = [named[one.idx] for route in best.routes() for one in route if one.is_client()]
    return [*met, *(n for n in range(len(stops)) if n not in set(met))]
