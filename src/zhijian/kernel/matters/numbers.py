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
    with connection.cursor() as cursor:
        cursor.execute("SELECT zj_next_number(%s, %s, %s)", [kind, organ, year])
        return cursor.fetchone()[0]


def number_for(kind: str, area: str, day: dt.date) -> str:
    """A new number for a matter of `kind` opened in `area` on `day`, in the pack's format."""
    organ = stack().organ(area)
    n = take(kind, organ.code, day.year)
    return stack().number_format(kind).format(organ=organ, year=day.year, n=n, area=area)
