"""Numbers of matters: format from the pack, a counter for each kind, organ and year."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from zhijian.kernel.packs import stack


def take(kind: str, organ: str, year: int) -> int:
    """The next running number; the counter's row stays locked until the transaction ends: none is lost or doubled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matters_counter (kind, organ, year, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (kind, organ, year) DO UPDATE SET last = matters_counter.last + 1 RETURNING last",
            [kind, organ, year],
        )
        return cursor.fetchone()[0]


def number_for(kind: str, area: str, day: dt.date) -> str:
    """A new number for a matter of `kind` opened in `area` on `day`, in the pack's format."""
    organ = stack().organ(area)
    n = take(kind, organ.code, day.year)
    return stack().number_format(kind).format(organ=organ, year=day.year, n=n, area=area)
