"""A station's yearly rating: counted from what stands there, by the published formula, number by number."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from zhijian.kernel.clock import calendar
from zhijian.programmes.stations import rules
from zhijian.programmes.stations.models import LogEntry, Station, StationDispute

OVER = ("settled", "done", "unsettled", "returned", "lapsed")  # dispute states that tell what the station did


@dataclass(frozen=True)
class Counted:
    """What was counted of a year, and what the formula makes of it."""

    parts: tuple[rules.Part, ...]
    score: Decimal | None
    grade: str

    def as_data(self) -> list[dict[str, Any]]:
        """As it is kept with the decision."""
        return [
            {"part": one.part, "have": one.have, "of": one.of, "weight": str(one.weight),
             "points": str(one.points.quantize(Decimal("0.1")))}
            for one in self.parts
        ]  # fmt: skip


def counted(station: Station, year: int, day: dt.date) -> Counted:
    """Count a year as it stands on `day`, by the weights and marks of that day."""
    weights = rules.weights(day)
    found = {"settled": _settled(station, year), "in_time": _in_time(station, year),
             "log": _log(station, year, day), "standard": _standard(station)}  # fmt: skip
    parts = tuple(rules.Part(part, *found[part], weight) for part, weight in weights.items())
    points = rules.score(parts)
    return Counted(parts, points, rules.grade(points, day) if points is not None else "")


def _sent(station: Station, year: int) -> Any:
    """The disputes that were sent in the year and tell what the station did."""
    begin = calendar.start_of(dt.date(year, 1, 1))
    end = calendar.start_of(dt.date(year + 1, 1, 1))
    rows = StationDispute.objects.filter(station=station, matter__state__in=OVER)
    return rows.filter(matter__opened__gte=begin, matter__opened__lt=end)


def _settled(station: Station, year: int) -> tuple[int, int]:
    made = _sent(station, year).aggregate(
        have=Count("pk", filter=Q(matter__state__in=("settled", "done"))), of=Count("pk")
    )
    return made["have"], made["of"]


def _in_time(station: Station, year: int) -> tuple[int, int]:
    made = _sent(station, year).aggregate(have=Count("pk", filter=Q(in_time=True)), of=Count("pk"))
    return made["have"], made["of"]


def _log(station: Station, year: int, day: dt.date) -> tuple[int, int]:
    """Months with an entry, of those in which it was in force: the running month counts once it has one."""
    since = max(station.approved_on or day, dt.date(year, 1, 1))
    last = min(day, dt.date(year, 12, 31))
    if last < since:
        return 0, 0
    rows = LogEntry.objects.filter(station=station, day__gte=since, day__lte=last)
    kept = set(rows.annotate(month=TruncMonth("day")).values_list("month", flat=True).distinct())
    running = last == day and day.replace(day=1) not in kept
    return len(kept), last.month - since.month + 1 - running


def _standard(station: Station) -> tuple[int, int]:
    whole = sum(int(one["most"]) for one in station.looked)
    return (station.points or 0, whole) if station.points is not None else (0, 0)


def years(station: Station, day: dt.date) -> list[int]:
    """The years that can still be rated, the oldest first: those in which it was in force, up to this one."""
    if station.approved_on is None:
        return []
    rated = set(station.ratings.values_list("year", flat=True))  # type: ignore[attr-defined]
    return [year for year in range(station.approved_on.year, day.year + 1) if year not in rated]


def months(station: Station, day: dt.date) -> list[dict[str, Any]]:
    """The monthly report, counted: what came and was settled in each of the last twelve months, the newest first."""
    first = (day.replace(day=1) - dt.timedelta(days=335)).replace(day=1)
    settled = Count("pk", filter=Q(ended="settled"))
    log = {
        row["month"]: row
        for row in LogEntry.objects.filter(station=station, day__gte=first)
        .annotate(month=TruncMonth("day")).values("month").annotate(came=Count("pk"), settled=settled).order_by()
    }  # fmt: skip
    sent = {
        row["month"].date(): row
        for row in StationDispute.objects.filter(station=station, matter__opened__gte=calendar.start_of(first))
        .annotate(month=TruncMonth("matter__opened")).values("month")
        .annotate(came=Count("pk"), settled=Count("pk", filter=Q(matter__state__in=("settled", "done")))).order_by()
    }  # fmt: skip
    nothing = {"came": 0, "settled": 0}
    return [
        {"month": month, "log": log.get(month, nothing), "sent": sent.get(month, nothing)}
        for month in sorted({*log, *sent}, reverse=True)
    ]
