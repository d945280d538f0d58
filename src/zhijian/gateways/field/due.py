"""Which shops of the patch are due for a visit that nobody has planned yet: for a free half hour of whoever is near."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Range
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises, PremisesStatus
from zhijian.programmes.grading.reading import due_in
from zhijian.programmes.inspection.fair import capping, planning

MOST = 600
AHEAD = dt.timedelta(days=31)


def due(ranges: list[Range], day: dt.date) -> list[dict[str, Any]]:
    """Open places with a known position, due by their grade or named in the year's plan, that nobody is to visit yet
    and whose enterprise the cap leaves room: [{premises, due, why}], the most urgent first."""
    by_grade = due_in(ranges, day + AHEAD, MOST)
    last = dt.date(day.year, 12, 31)
    by_plan = dict.fromkeys(planning.still_to_visit(ranges, day.year, MOST), last)
    days = {**by_plan, **by_grade}
    taken = set(
        Matter.objects.filter(kind="inspection", state="planned", closed=None, premises__in=days)
        .values_list("premises", flat=True)
    )  # fmt: skip
    rows = Premises.objects.filter(pk__in=days, merged_into=None, lat__isnull=False, lon__isnull=False)
    found = [
        one
        for one in rows.exclude(status=PremisesStatus.CLOSED).values_list("pk", "entity", "risk", "uid")
        if one[0] not in taken
    ]
    full = capping.full([one[:3] for one in found], day)
    told = [
        {"premises": str(uid), "due": days[pk].isoformat(), "why": "grade" if pk in by_grade else "plan"}
        for pk, _entity, _risk, uid in found
        if pk not in full
    ]
    return sorted(told, key=lambda one: (one["due"], one["premises"]))[:MOST]
