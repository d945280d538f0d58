"""Boards and calendar over 1,000,000 matters: as an officer with six posts, and as the section for the whole city.

A granian server with the application is asked for whole pages, as in bench.pages. Most matters are closed, a few
cancelled; one in twenty is open, in three states.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from bench.common import Result, arguments, bench_database, percentile, report, say
from bench.pages import _ask, _plant, _session
from bench.site import OFFICE, office, processes

FULL, GOAL_MS = 1_000_000, 100.0
OPEN = ("planned", "planned", "rectifying", "rectifying", "away")
OVER = ("closed",) * 40 + ("cancelled",)
PAGES = {
    "board": "/l/inspection/board/",
    "board, one office": f"/l/inspection/board/?area={OFFICE}",
    "board, over": "/l/inspection/board/?state=closed",
    "calendar, month": "/calendar/",
    "calendar, an office's month": f"/calendar/?who=a{OFFICE}",
    "calendar, an office's day": f"/calendar/?who=a{OFFICE}&view=day",
}


def main() -> None:
    """Run the bench."""
    args = arguments("boards", __doc__ or "", scale=0.1, seconds=20)
    with bench_database("zj_bench_boards") as fresh:
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.models import Post
        from zhijian.kernel.accounts.scope import scoped

        with scoped(SYSTEM):
            officer, section = office(2, shops=200)
            Post.objects.create(person=section, role="section", jurisdiction_id="3703", since=dt.date(2020, 1, 1))
        rows = max(5_000, int(FULL * args.scale))
        say(f"planting {rows:,} matters …")
        _plant(officer, rows, OPEN, OVER)
        with processes(fresh.env) as ports:
            times = {who: _ask(ports, _session(one), PAGES, args.seconds) for who, one in _who(officer, section)}
    report(
        "boards",
        args,
        [_result(f"{page}, {who}", taken) for who, all_ in times.items() for page, taken in all_.items()],
    )


def _who(officer: Any, section: Any) -> list[tuple[str, Any]]:
    return [("officer", officer), ("whole city", section)]


def _result(what: str, taken: list[float]) -> Result:
    p95, goal = percentile(taken, 0.95), f"p95 < {GOAL_MS:g} ms"
    return Result(f"{what}, p95", p95, "ms", GOAL_MS, "goal", p95 / GOAL_MS, goal, p95 < GOAL_MS)


if __name__ == "__main__":
    main()
