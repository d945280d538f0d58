"""How long a visit took, from what its record holds: its begin, each answer and photo, the last signature. Pure.

All of it was written down by the phone anyway; nothing is measured besides. The moments are differences on one clock,
so an error of the phone's clock takes nothing away. A stretch in which nothing was written down for longer than the
rule says is a pause (the app was shut, the visit put aside, another day): it is told, and not counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from zhijian.programmes.inspection.record import Record

MOST = 32_767  # what the column holds: three weeks
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class OnSite:
    """Whole minutes on site without the pauses, and of the pauses."""

    minutes: int
    paused: int


def moments(record: Record) -> list[dt.datetime]:
    """When something was written down, by the phone's clock; the first and the last one bound the visit."""
    content = record.content
    made = [one.at for one in content.answers if one.by != "trade"]
    made += [one.taken for one in content.photos] + [one.taken for one in content.voices]
    return [content.started, *made, content.ended, *(one.at for one in record.signatures)]


def measure(
    begun: dt.datetime, written: Iterable[dt.datetime], last: dt.datetime, pause: dt.timedelta
) -> OnSite | None:
    """From begin to end, less what is longer than a `pause`; None where the end is before the begin.

    >>> at = lambda minute: dt.datetime(2026, 11, 2, 9, 0) + minute * MINUTE
    >>> measure(at(0), [at(20), at(110)], at(120), 30 * MINUTE)
    OnSite(minutes=30, paused=90)
    """
    if last < begun:
        return None
    steps = [begun, *sorted(one for one in written if begun < one < last), last]
    gaps = [after - before for before, after in pairwise(steps)]
    paused = sum((gap for gap in gaps if gap > pause), dt.timedelta())
    return OnSite(min(MOST, round((last - begun - paused) / MINUTE)), min(MOST, round(paused / MINUTE)))


def of_record(record: Record, pause: dt.timedelta) -> OnSite | None:
    """The time on site that a record tells; None where its clock was set back under way, so that it tells none."""
    content = record.content
    last = max([content.ended, *(one.at for one in record.signatures)])
    return measure(content.started, moments(record), last, pause)


def fields(record: Record, pause: dt.timedelta) -> dict[str, int | None]:
    """The same as columns of the visit."""
    found = of_record(record, pause)
    return {"minutes": found.minutes if found else None, "minutes_paused": found.paused if found else 0}
