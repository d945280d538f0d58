"""Importing a register of 607,000 entities, with all checks, against a bare COPY of the same rows.

The peer is PostgreSQL's COPY of the finished rows (names already cut into bigrams, pinyin already made) into the same
table with the same indexes. Ours reads the CSV that a registration office exports, as `zhijian import` does. The second
import of the same file, which must change nothing, is measured too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.common import MemoryOf, Result, arguments, bench_database, median_of, report, say, stopwatch

FULL = 607_000
GOAL_RATIO, GOAL_MB = 3.0, 500.0


def main() -> None:
    """Run the bench."""
    args = arguments("import_registry", __doc__ or "", runs=1)
    rows = max(1_000, int(FULL * args.scale))
    with tempfile.TemporaryDirectory() as folder:
        table, finished = Path(folder) / "registration.csv", Path(folder) / "rows.copy"
        with bench_database():
            from zhijian.kernel.registry.generate import write_csv

            say(f"making {rows:,} entities …")
            write_csv(table, rows)
            _finish_rows(table, finished)
        peaks: list[float] = []
        again: list[float] = []
        bare = median_of(args.runs, lambda: _bare_copy(finished))
        ours = median_of(args.runs, lambda: _import(table, rows, peaks, again))
    peak = max(peaks)
    second = sorted(again)[len(again) // 2]
    goal = f"<= {GOAL_RATIO:g} x"
    report(
        "import_registry",
        args,
        [
            Result(f"import {rows:,} rows", ours, "s", bare, "bare COPY", ours / bare, goal, ours <= GOAL_RATIO * bare),
            Result("the same file again", second, "s", bare, "bare COPY", second / bare),
            Result("peak memory", peak, "MB", GOAL_MB, "limit", peak / GOAL_MB, "< 500 MB", peak < GOAL_MB),
        ],
    )


def _finish_rows(table: Path, finished: Path) -> None:
    """The rows as the import would write them, as COPY text without the staging columns."""
    from zhijian.kernel.registry.import_.mapping import find_header
    from zhijian.kernel.registry.import_.rows import STAGED, RowChecker
    from zhijian.kernel.registry.import_.runner import areas, find_mapping
    from zhijian.kernel.registry.import_.sources import recognise

    mapping = find_mapping("registration")
    rows = [(r.number, r.sheet, r.cells) for r in recognise(table).rows()]
    header = find_header(mapping, [(n, c) for n, _, c in rows[:20]])
    assert header is not None
    checker = RowChecker(mapping, header, areas())
    keep = [i for i, c in enumerate(STAGED["entity"]) if c not in ("line", "k")]
    status = keep.index(STAGED["entity"].index("status"))
    with finished.open("w", encoding="utf-8") as out:
        for start in range(header.last_row, len(rows), 5_000):
            for line in checker.check(rows[start : start + 5_000]).copy["entity"].decode().splitlines():
                cells = line.split("\t")
                kept = [cells[i] for i in keep]
                kept[status] = kept[status] or "active"
                out.write("\t".join([*kept, "cn.registration", "f"]) + "\n")


def _bare_copy(finished: Path) -> float:
    """Seconds of COPY into the empty table."""
    from django.db import connection, transaction

    with bench_database():
        from zhijian.kernel.registry.import_.rows import STAGED

        columns = [c for c in STAGED["entity"] if c not in ("line", "k")] + ["source", "pinned"]
        names = ", ".join(f'"{c}"' for c in columns)
        say("bare COPY …")
        statement = f"COPY registry_entity ({names}) FROM STDIN"
        with (
            stopwatch() as took,
            transaction.atomic(),
            connection.cursor() as cursor,
            finished.open("rb") as data,
            cursor.copy(statement) as copy,
        ):
            while chunk := data.read(1 << 20):
                copy.write(chunk)
        say(f"… {took[0]:.1f} s")
    return took[0]


def _import(table: Path, rows: int, peaks: list[float], again: list[float]) -> float:
    """Seconds of `zhijian import` into the empty table, start of the command included."""
    from django.db import connection

    with bench_database() as fresh:
        env = os.environ | fresh.env
        command = [sys.executable, "-m", "zhijian", "import", str(table), "--mapping", "registration"]
        taken = []
        for said in ("import", "the same again"):
            say(f"{said} …")
            with stopwatch() as took, subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
                with MemoryOf(process.pid) as memory:
                    out, _ = process.communicate()
                if process.returncode:
                    raise SystemExit(f"the import failed:\n{out}")
            say(f"… {took[0]:.1f} s, {memory.peak:.0f} MB\n{out}")
            taken.append(took[0])
            peaks.append(memory.peak)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM registry_entity")
            if cursor.fetchone()[0] != rows:
                raise SystemExit("the import lost rows")
    again.append(taken[1])
    return taken[0]


if __name__ == "__main__":
    main()
