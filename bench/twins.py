"""Looking for enterprises that are on file twice in a register of 607,000: all of it, and again after 500 changes.

The register is the generator's, with 2,000 files that are there a second time, typed a little differently. The job runs
in a process of its own, as the worker's does; its memory is its own peak, PostgreSQL's is bounded by work_mem.
"""

from __future__ import annotations

import os
import subprocess
import sys

from bench.common import MemoryOf, Result, arguments, bench_database, report, say

FULL, UNITS, TWICE, CHANGED = 607_000, 90_000, 2_000, 500
WHOLE_S, AGAIN_S, MEMORY_MB = 180.0, 30.0, 300.0
FIND = """
import time, django; django.setup()
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.twins import finding
begun = time.perf_counter()
with scoped(SYSTEM): found = finding.find()
print(time.perf_counter() - begun, found)
"""

COPIED = """
INSERT INTO registry_entity (uid, scheme, code, old_code, source, source_key, name, fold, grams, initials, name_key,
    kind, status, representative, phone, phone_set, address, area, industry, pinned, extra)
SELECT gen_random_uuid(), '', '', '', '', '', name, fold, grams, initials, name_key, kind, status, representative, '',
    false, address || ' ', area, industry, false, '{}'
FROM registry_entity WHERE id %% 7 = 0 ORDER BY id LIMIT %(n)s;
"""


def main() -> None:
    """Run the bench."""
    args = arguments("twins", __doc__ or "")
    rows = max(5_000, int(FULL * args.scale))
    with bench_database("zj_bench_twins") as fresh:
        from zhijian.kernel.registry.generate import plant

        say(f"planting {rows:,} entities …")
        plant(rows, max(300, int(UNITS * args.scale)), seed=7)
        _twice(max(20, int(TWICE * args.scale)))
        whole, peak, pairs = _find(fresh.env)
        say(f"{pairs:,} pairs")
        _change(max(20, int(CHANGED * args.scale)))
        again, peak_again, some = _find(fresh.env)
        say(f"{some:,} pairs of changed files")
    top = max(peak, peak_again)
    results = [
        Result(
            f"{rows:,} files, all of them", whole, "s", WHOLE_S, "goal", whole / WHOLE_S, "< 3 min", whole < WHOLE_S
        ),
        Result("after 500 changes", again, "s", AGAIN_S, "goal", again / AGAIN_S, "< 30 s", again < AGAIN_S),
        Result("peak memory", top, "MB", MEMORY_MB, "limit", top / MEMORY_MB, "< 300 MB", top < MEMORY_MB),
    ]
    report("twins", args, results)


def _twice(n: int) -> None:
    """So many files a second time: the name at the same address, without a code, spaces put in."""
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute(COPIED, {"n": n})
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_entity")


def _change(n: int) -> None:
    """So many files get the phone of another."""
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE registry_entity e SET phone = o.phone FROM registry_entity o WHERE o.id = e.id + 1 AND e.id IN"
            " (SELECT id FROM registry_entity WHERE id %% 11 = 0 ORDER BY id LIMIT %s)",
            [n],
        )


def _find(env: dict[str, str]) -> tuple[float, float, int]:
    """Seconds of the job (starting Django left out), MB at most, pairs."""
    env = {**os.environ, **env, "DJANGO_SETTINGS_MODULE": "zhijian.config.settings", "PYTHONPATH": "src"}
    process = subprocess.Popen([sys.executable, "-c", FIND], env=env, stdout=subprocess.PIPE, text=True)
    with MemoryOf(process.pid) as memory:
        out, _ = process.communicate()
    if process.returncode:
        raise SystemExit("the search failed")
    seconds, pairs = out.split()[-2:]
    return float(seconds), memory.peak, int(pairs)


if __name__ == "__main__":
    main()
