"""Numbers of matters: format from the pack, a sequence for each kind, organ and year.

They are for people and may have gaps (only papers must not): a sequence holds no lock until the transaction ends, so 50
phones of one organ that send at once don't wait for one another. Measured with bench.sync.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from zhijian.kernel.packs import stack


def take(kind: str, organ: str, year: int) -> int:
    """The next running number of a kind within an organ and a year; never twice the same; a rollback leaves a gap."""
    return take_many(kind, organ, year, 1)[0]


def take_many(kind: str, organ: str, year: int, count: int) -> list[int]:
    """So many of them, in their order."""
    with connection.cursor() as cursor:
        asked = [kind, organ, year, count]
        cursor.execute("SELECT zj_next_number(%s, %s, %s) FROM generate_series(1, %s)", asked)
        return [row[0] for row in cursor.fetchall()]


def number_for(kind: str, area: str, day: dt.date) -> str:
    """A new number for a matter of `kind` opened in `area` on `day`, in the pack's format."""
    return numbers_for(kind, area, day.year, 1)[0]


def numbers_for(kind: str, area: str, year: int, count: int) -> list[str]:
    """So many new numbers of a kind, an area and a year, in their order; one query."""
    organ, shape = stack().organ(area), stack().number_format(kind)
    return [shape.format(organ=organ, year=year, n=n, area=area) for n in take_many(kind, organ.code, year, count)]
