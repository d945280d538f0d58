"""Excel of 200,000 rows: how soon the first byte comes, how long all of it takes, how much memory the process has.

A granian server with the application is asked over HTTP for whole files: matters, records of a figure, doors.
The memory is the peak of the serving processes while they write, beyond what they have at rest. The files lie in the
data folder for an hour.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import time
from pathlib import Path
from typing import Any

from bench.common import MemoryOf, Result, _resident, arguments, bench_database, median_of, report, say, tree
from bench.pages import _session
from bench.site import OFFICE, Ports, office, processes

FULL, FIRST_MS, MEMORY_MB = 200_000, 1_000.0, 150.0
FILES = {
    "doors of the register": f"/doors/export/?area={OFFICE}",
    "list of matters": f"/l/inspection/export/?area={OFFICE}",
    "records of a figure": f"/figures/inspection.finished/records.xlsx?area={OFFICE}&from=2020-01-01&to=2030-12-31",
}
# The same files with next to nothing in them, so that a process is warm; a file that nobody reads to its end would go
# on being written, and the next one would wait for it.
SMALL = {
    "/doors/export/?": "/doors/export/?q=none&",
    "/export/?": "/export/?state=cancelled&",
    "2020-01-01": "2030-12-31",
}


def main() -> None:
    """Run the bench."""
    args = arguments("export", __doc__ or "", scale=1.0, runs=3)
    with bench_database("zj_bench_export") as fresh:
        from zhijian.kernel.accounts.actor import SYSTEM
        from zhijian.kernel.accounts.models import Post
        from zhijian.kernel.accounts.scope import scoped

        with scoped(SYSTEM):
            officer = office(1, shops=200)[0]
            Post.objects.create(person=officer, role="head", jurisdiction_id=OFFICE, since=dt.date(2020, 1, 1))
        rows = _rows(args.scale)
        say(f"planting {rows:,} matters …")
        plant(rows)
        plant_doors(rows)
        with processes(fresh.env) as ports:
            results = [
                line for what, path in FILES.items() for line in _file(ports, _session(officer), what, path, args)
            ]
    report("export", args, results)


def _rows(scale: float) -> int:
    return max(2_000, int(FULL * scale))


def plant(rows: int) -> None:
    """So many closed inspections of one office."""
    from django.db import connections

    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.matters.models import Matter
    from zhijian.kernel.registry.models import Premises
    from zhijian.programmes.inspection.models import Inspection

    shops, now = list(Premises.objects.select_related("entity")), dt.datetime.now(dt.UTC)
    for start in range(0, rows, 5_000):
        made = [
            Matter(
                kind="inspection", number=f"基准〔2026〕{n}号", title=shops[n % len(shops)].name,
                entity=shops[n % len(shops)].entity, premises=shops[n % len(shops)], area=OFFICE, state="closed",
                opened=now - dt.timedelta(minutes=rows - n), closed=now - dt.timedelta(minutes=rows - n),
            )
            for n in range(start, min(start + 5_000, rows))
        ]  # fmt: skip
        with scoped(SYSTEM):
            kept = Matter.objects.bulk_create(made)
            Inspection.objects.bulk_create(
                Inspection(matter=m, result="compliant", started=m.opened, ended=m.closed) for m in kept
            )
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE matters_matter")
        cursor.execute("VACUUM ANALYZE inspection_inspection")


def plant_doors(rows: int) -> None:
    """So many places of business in the same office."""
    from zhijian.kernel.registry.models import Entity, Premises
    from zhijian.kernel.registry.text import search_columns

    entity = Entity.objects.first()
    assert entity is not None
    for start in range(0, rows, 5_000):
        made = []
        for n in range(start, min(start + 5_000, rows)):
            place = Premises(
                entity=entity, name=f"基准{n}号店", area=OFFICE, trade="restaurant", address=f"柳泉路{n % 900}号"
            )
            place.fold, place.grams, place.initials, place.name_key = search_columns(place.name)
            made.append(place)
        Premises.objects.bulk_create(made)


def _file(ports: Ports, cookie: str, what: str, path: str, args: Any) -> list[Result]:
    """One file, asked for several times: milliseconds to the first byte, seconds to the last, memory while it flows."""
    firsts: list[float] = []
    wholes: list[float] = []
    size = 0

    def once() -> float:
        nonlocal size
        link = http.client.HTTPConnection("127.0.0.1", ports.web, timeout=600)
        begun = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie})
        answer = link.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        size = len(answer.read(1))
        firsts.append((time.perf_counter() - begun) * 1000)
        while block := answer.read(1 << 20):
            size += len(block)
        wholes.append(time.perf_counter() - begun)
        return wholes[-1]

    _warm(ports, cookie, path)
    server = _desk()
    before = sum(map(_resident, tree(server))) * os.sysconf("SC_PAGE_SIZE") / 1e6
    with MemoryOf(server) as memory:
        whole = median_of(args.runs, once)
    first, grown = sorted(firsts)[len(firsts) // 2], max(0.0, memory.peak - before)
    say(f"{what}: {size / 1e6:.1f} MB")
    light = grown < MEMORY_MB
    return [
        Result(f"{what}: first byte", first, "ms", FIRST_MS, "goal", first / FIRST_MS, "< 1 s", first < FIRST_MS),
        Result(f"{what}: all of it", whole, "s"),
        Result(f"{what}: rows a second", _rows(args.scale) / whole, ""),
        Result(f"{what}: memory beyond rest", grown, "MB", MEMORY_MB, "goal", grown / MEMORY_MB, "< 150 MB", light),
    ]


def _warm(ports: Ports, cookie: str, path: str) -> None:
    """What each process keeps is filled."""
    small = next(path.replace(old, new) for old, new in SMALL.items() if old in path)
    for _ in range(3 * (os.cpu_count() or 2)):
        link = http.client.HTTPConnection("127.0.0.1", ports.web, timeout=600)
        link.request("GET", small, headers={"Cookie": cookie})
        link.getresponse().read()
        link.close()


def _desk() -> int:
    """The process whose children serve the desk (Linux)."""
    for pid in tree(os.getpid()):
        with contextlib.suppress(OSError):
            if b"web.asgi:application" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    raise SystemExit("the desk's process was not found")


if __name__ == "__main__":
    main()
