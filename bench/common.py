"""What every bench does the same: arguments, runs, medians, memory, the table, the JSON line.

    python -m bench.NAME [--scale 1.0] [--seconds 60] [--runs 3] [--json]

The table compares ours with a peer or a limit; `--json` adds one object on the last line:
{"bench", "scale", "results": [{"what", "ours", "unit", "peer", "peer_is", "ratio", "goal", "met"}]}.
Times are noisy on shared machines, so each number is the median of several runs in one go.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhijian.ops.testing import FreshDatabase


@dataclass(frozen=True)
class Result:
    """One line: ours against a peer or a limit. `goal` is in words, `met` whether it is reached (None: no goal)."""

    what: str
    ours: float
    unit: str
    peer: float | None = None
    peer_is: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


def arguments(
    name: str, about: str, *, files: Mapping[str, str] | None = None, **defaults: float
) -> argparse.Namespace:
    """Read the common arguments. `defaults` may change scale, seconds and runs; `files` adds flags that name data."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=about)
    parser.add_argument("--scale", type=float, default=defaults.get("scale", 1.0), help="share of the full size")
    parser.add_argument("--seconds", type=float, default=defaults.get("seconds", 60), help="how long a loop lasts")
    parser.add_argument("--runs", type=int, default=int(defaults.get("runs", 3)), help="the median of so many")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    for flag, where in (files or {}).items():
        parser.add_argument(f"--{flag}", default=where, help=f"default {where}")
    return parser.parse_args()


def report(name: str, args: argparse.Namespace, results: Sequence[Result]) -> None:
    """Print the table, and with --json the object."""
    print(f"\n{name}, scale {args.scale:g}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}\n")
    head = ("what", "ours", "peer or limit", "ratio", "goal", "met")
    rows = [
        (
            r.what,
            f"{r.ours:,.4g} {r.unit}",
            f"{r.peer:,.4g} {r.unit} ({r.peer_is})" if r.peer is not None else "",
            f"{r.ratio:.2f}" if r.ratio is not None else "",
            r.goal,
            {True: "yes", False: "NO", None: ""}[r.met],
        )
        for r in results
    ]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if args.json:
        print(json.dumps({"bench": name, "scale": args.scale, "results": [asdict(r) for r in results]}))


def median_of(runs: int, once: Callable[[], float]) -> float:
    """The median of several runs of something that returns a number."""
    return statistics.median(once() for _ in range(runs))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextlib.contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Seconds of the block, in the list that it yields."""
    out: list[float] = []
    start = time.perf_counter()
    yield out
    out.append(time.perf_counter() - start)


def say(text: str) -> None:
    """Tell on stderr what is going on, so that stdout stays the table."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def bench_database(name: str = "zj_bench") -> Iterator[FreshDatabase]:
    """A migrated, empty database of its own inside the block; Django stands on it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
    import django

    from zhijian.ops import testing

    django.setup()
    with testing.server() as server, server.cloned(server.template(), name) as fresh:
        yield fresh


class MemoryOf:
    """Samples the memory of a process and its children until it ends; `peak` in MB (sum of resident sizes)."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak = pid, 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> MemoryOf:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._stop.wait(0.1):
            pages = sum(_resident(pid) for pid in tree(self.pid))
            self.peak = max(self.peak, pages * page / 1e6)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def tree(pid: int) -> list[int]:
    """A process and all below it (Linux)."""
    found = [pid]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found
