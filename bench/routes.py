"""A day of 40 stops put in order: how long it takes on one core, and how far it is from what longer search finds.

    python -m bench.routes [--seconds 60] [--runs 5]

The stops are places of the demo city's register (one office's patch and the next ones', as an officer on loan has
them), with the pack's pace, two hours promised at every fifth and a day long enough for all. For each of the days the
same matrix is solved by us (within our own time limit), by PyVRP for --seconds, by OR-Tools with guided local search
for as long as we took, where it is installed (`pip install ortools`, for the bench only), and by going to whatever is
nearest. A road network is not in it: what is compared is the order.
"""

from __future__ import annotations

import importlib.util
import os
import random
import statistics
import time
from collections.abc import Sequence
from typing import Any

from bench.common import Result, arguments, bench_database, report, say

STOPS = 40
PLACES = 4_000  # entities of the made-up register, on the outlines of the real city
GOAL_S, GOAL_SHARE = 2.0, 1.02
DAY = (8 * 3600, 22 * 3600)


def main() -> None:
    """Run the bench."""
    args = arguments("routes", __doc__ or "", seconds=60, runs=3)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core
    with bench_database():
        days = list(_days(args.runs))
    ours, long, peers, nearest, clock, cpu = [], [], [], [], [], []
    for n, (stops, matrix) in enumerate(days, 1):
        say(f"day {n} of {len(days)} …")
        cost, wall, used = _ours(stops, matrix)
        ours.append(cost)
        clock.append(wall)
        cpu.append(used)
        long.append(_long(stops, matrix, args.seconds))
        nearest.append(_nearest(stops, matrix))
        if importlib.util.find_spec("ortools"):
            peers.append(_ortools(stops, matrix, max(1, round(wall))))
    seconds, used = statistics.median(clock), statistics.median(cpu)
    shares = [a / b for a, b in zip(ours, long, strict=True)]
    worst = max(range(len(days)), key=lambda n: shares[n])
    quick = seconds < GOAL_S
    rows = [
        Result(f"{STOPS} stops, median of {len(days)} days", seconds, "s", used, "at work", None, "< 2 s", quick),
        Result("the slowest day", max(clock), "s", GOAL_S, "goal", max(clock) / GOAL_S, "< 2 s", max(clock) < GOAL_S),
        Result(
            f"length of the worst day against {args.seconds:g} s of search", ours[worst], "s", long[worst],
            "long search", shares[worst], "≤ 1.02", shares[worst] <= GOAL_SHARE,
        ),
        _mean("mean of the days", ours, long),
        _mean("going to whatever is nearest, with what it misses", nearest, long),
    ]  # fmt: skip
    if peers:
        rows.append(_mean("OR-Tools, guided local search, in our time, with what it misses", peers, long))
    report("routes", args, rows)


def _mean(what: str, of: Sequence[int], long: Sequence[int]) -> Result:
    one, other = statistics.mean(of), statistics.mean(long)
    return Result(what, one, "s", other, "long search", one / other)


def _days(n: int) -> Any:
    """Days on the ground of the demo city: shops of neighbouring offices, drawn by a fixed seed."""
    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.accounts.tree import load_jurisdictions
    from zhijian.kernel.registry import generate
    from zhijian.kernel.registry.models import Premises
    from zhijian.kernel.routing import Place, Stop, straight

    with scoped(SYSTEM):
        load_jurisdictions()
        generate.plant(PLACES)
        rows = Premises.objects.filter(lat__isnull=False, area__startswith="370303").order_by("pk")
        known = [Place(float(lat), float(lon)) for lat, lon in rows.values_list("lat", "lon")]
    say(f"{len(known)} places of one district")
    for seed in range(n):
        dice = random.Random(seed)
        places = dice.sample(known, STOPS + 1)
        hours = dice.sample(range(9, 19), STOPS // 5)
        stops = []
        for k in range(STOPS):
            hour = hours[k // 5] * 3600 if k % 5 == 0 else None
            stops.append(Stop(str(k), 600, hour, None if hour is None else hour + 7200, 3 if hour else 2))
        yield stops, straight(places, 130, 25)


def _ours(stops: Sequence[Any], matrix: Any) -> tuple[int, float, float]:
    from zhijian.kernel.routing import arrange

    wall, used = time.perf_counter(), time.process_time()
    plan = arrange(stops, matrix, DAY)
    assert not plan.missed, "the day was meant to be long enough"
    return plan.cost, time.perf_counter() - wall, time.process_time() - used


def _long(stops: Sequence[Any], matrix: Any, seconds: float) -> int:
    """The solver alone with a minute's time, then tidied up as ours is."""
    from zhijian.kernel.routing import arrange

    return arrange(stops, matrix, DAY, seconds=seconds, patience=10**7).cost


def _nearest(stops: Sequence[Any], matrix: Any) -> int:
    """Whatever is nearest and can be met; what no longer can be is left for the end."""
    from zhijian.kernel.routing import walk

    order: list[int] = []
    left, last = set(range(len(stops))), 0
    while left:
        order.append(min(left, key=lambda n: (matrix.seconds[last][n + 1], n)))
        left.discard(order[-1])
        last = order[-1] + 1
    return walk(order, stops, matrix, DAY).cost


def _ortools(stops: Sequence[Any], matrix: Any, seconds: int) -> int:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # type: ignore[import-not-found]

    from zhijian.kernel.routing import walk
    from zhijian.kernel.routing.ordering import PRIZE

    manager = pywrapcp.RoutingIndexManager(len(stops) + 1, 1, 0)
    model = pywrapcp.RoutingModel(manager)

    def way(a: int, b: int) -> int:
        frm, to = manager.IndexToNode(a), manager.IndexToNode(b)
        return matrix.seconds[frm][to] if to else 0

    def time_(a: int, b: int) -> int:
        frm = manager.IndexToNode(a)
        return way(a, b) + (stops[frm - 1].seconds if frm else 0)

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(way))
    model.AddDimension(model.RegisterTransitCallback(time_), DAY[1], DAY[1], False, "time")
    clock = model.GetDimensionOrDie("time")
    clock.SetSpanCostCoefficientForAllVehicles(1)
    clock.CumulVar(model.Start(0)).SetValue(DAY[0])
    for n, stop in enumerate(stops):
        at = manager.NodeToIndex(n + 1)
        last = DAY[1] - stop.seconds
        latest = last if stop.closes is None else min(stop.closes, last)
        clock.CumulVar(at).SetRange(max(stop.opens or 0, DAY[0]), latest)
        model.AddDisjunction([at], PRIZE[stop.weight])
    wanted = pywrapcp.DefaultRoutingSearchParameters()
    wanted.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    wanted.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    wanted.time_limit.seconds = seconds
    found = model.SolveWithParameters(wanted)
    order, at = [], model.Start(0)
    while found and not model.IsEnd(at):
        node = manager.IndexToNode(at)
        order += [node - 1] if node else []
        at = found.Value(model.NextVar(at))
    rest = [n for n in range(len(stops)) if n not in set(order)]
    return walk([*order, *rest], stops, matrix, DAY).cost


if __name__ == "__main__":
    main()
