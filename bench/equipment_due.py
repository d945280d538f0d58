"""Due days of all special equipment of a city: what the nightly job does, by the rules of the pack.

113,000 pieces of all kinds stand in the database, each with the day that the rules give. Measured is counting every day
anew: reading what it depends on, the arithmetic, and the comparison; then the same while a hundredth has changed.
"""

from __future__ import annotations

import random
import time
from datetime import date
from statistics import median

from bench.common import Result, arguments, bench_database, report, say

FULL, GOAL_S = 113_000, 3.0
CATEGORIES = ("3110", "3110", "3310", "1100", "2150", "2170", "4110", "4310", "5110", "8310", "6100")
MADE = """
WITH made AS (
    INSERT INTO matters_matter
    (uid, kind, number, title, area, state, urgency, opened, version, partner, kept_from, flags)
    SELECT gen_random_uuid(), 'equipment', 'b' || i, 'b' || i, '370303', 'in_use', 0, now(), 1, false, '{}', '[]'
    FROM generate_series(1, %(n)s) i RETURNING id, number)
INSERT INTO equipment_equipment (matter_id, code, door_code, category, "group", name, model, serial, inner_no,
    certificate, registered_with, place, grade, maker, installer, body, in_use_since, supervised_on, inspected_on,
    tested_on, conclusion, report_no, failed_what, failed_report, next_what, next_rule, reminded, source)
SELECT id, number, lpad(id::text, 10, '0'), c, left(c, 1), '', '', '', '', '', '', '', (1 + id %% 4)::text, '', '', '',
    first, first, first + (random() * 700)::int, first + (random() * 1100)::int, '', '', '', '', '', '', 0, ''
FROM (SELECT id, number, (%(categories)s::text[])[1 + id %% %(k)s] AS c,
    date '2012-01-01' + (random() * 4700)::int AS first FROM made) m;
"""


def main() -> None:
    """Run the bench."""
    args = arguments("equipment_due", __doc__ or "", seconds=20)
    n = max(1_000, int(FULL * args.scale))
    with bench_database():
        pure, whole, some = _measured(n, max(3, int(args.seconds / 6)))
    rows = [
        Result(f"arithmetic alone, {n:,} pieces", pure, "s"),
        Result(
            f"due days of {n:,} pieces counted anew",
            whole,
            "s",
            GOAL_S,
            "goal",
            whole / GOAL_S,
            "< 3 s",
            whole < GOAL_S,
        ),
        Result("the same with 1 % changed days found", some, "s"),
    ]
    report("equipment_due", args, rows)


def _measured(n: int, runs: int) -> tuple[float, float, float]:
    from django.db import connection

    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.clock import calendar
    from zhijian.programmes.equipment import due, periods, rules

    say(f"making {n:,} pieces …")
    with scoped(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(MADE, {"n": n, "categories": list(CATEGORIES), "k": len(CATEGORIES)})
            cursor.execute("ANALYZE matters_matter, equipment_equipment")
        law = rules.law(calendar.today())
        _keep(due, periods, law)
        with connection.cursor() as cursor:
            cursor.execute(due.RUNNING)
            pieces = [periods.Piece(*facts) for _pk, _day, _what, *facts in cursor.fetchall()]
        pure = median(_seconds(lambda: [periods.due(piece, law) for piece in pieces]) for _ in range(runs))
        assert due.changed(law) == []
        whole = median(_seconds(lambda: due.changed(rules.law(calendar.today()))) for _ in range(runs))
        _spoil(n)
        found: list[int] = []
        some = median(_seconds(lambda: found.append(len(due.changed(law)))) for _ in range(runs))
        assert set(found) == {max(1, n // 100)}
    return pure, whole, some


def _keep(due: object, periods: object, law: object) -> None:
    """Write the day that the rules give beside each piece, as the steps would have."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(due.RUNNING)  # type: ignore[attr-defined]
        found = []
        for pk, _day, _what, *facts in cursor.fetchall():
            one = periods.due(periods.Piece(*facts), law)  # type: ignore[attr-defined]
            found.append((pk, one.day if one else None, one.what if one else ""))
        keys, days, whats = zip(*found, strict=True)
        cursor.execute(
            "UPDATE equipment_equipment e SET next_on = f.day, next_what = f.what "
            "FROM unnest(%s::bigint[], %s::date[], %s::text[]) AS f(pk, day, what) WHERE f.pk = e.matter_id",
            [list(keys), list(days), list(whats)],
        )


def _spoil(n: int) -> None:
    """A hundredth of the days is another one than the rules give."""
    from zhijian.programmes.equipment.models import Equipment

    keys = list(Equipment.objects.order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(3).sample(keys, max(1, n // 100))
    Equipment.objects.filter(pk__in=chosen).update(next_on=date(1926, 1, 1))


def _seconds(do: object) -> float:
    began = time.perf_counter()
    do()  # type: ignore[operator]
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
