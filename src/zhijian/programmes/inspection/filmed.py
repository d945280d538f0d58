"""Which visits a body camera may have filmed: told to the room of the films."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from zhijian.kernel.recordings.matching import Visit, tells_visits
from zhijian.programmes.inspection.models import Inspection


@tells_visits
def visits(people: set[int], since: dt.datetime, until: dt.datetime) -> Iterator[Visit]:
    """The visits of these officers that touch the time between, by the times that the phone recorded."""
    mine = Q(matter__assignee__in=people) | Q(matter__second__in=people)
    rows = Inspection.objects.filter(mine, started__lte=until, ended__gte=since)
    for pk, assignee, second, began, ended in rows.values_list(
        "matter_id", "matter__assignee_id", "matter__second_id", "started", "ended"
    ):
        yield Visit(pk, frozenset({one for one in (assignee, second) if one}), began, ended)
