"""Which visits a body camera may have filmed: told to the room of the films."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from zhijian.kernel.accounts.models import Person
from zhijian.kernel.recordings.matching import Visit, tells_visits
from zhijian.programmes.inspection.models import Inspection


@tells_visits
def visits(people: set[int], since: dt.datetime, until: dt.datetime) -> Iterator[Visit]:
    """The visits of these officers that touch the time between, by the times that the phone recorded.

    By who was there, as the visit keeps it: whoever holds the matter today may have it from somebody else. Only a visit
    that names nobody (one that was taken over) goes by who holds it.
    """
    known = {_named(name, number): pk for pk, name, number in _people(people)}
    held = Q(matter__assignee__in=people) | Q(matter__second__in=people)
    mine = Q(officers=[]) & held
    for named in known:
        mine |= Q(officers__contains=[dict(named)])
    rows = Inspection.objects.filter(mine, started__lte=until, ended__gte=since)
    for pk, officers, assignee, second, began, ended in rows.values_list(
        "matter_id", "officers", "matter__assignee_id", "matter__second_id", "started", "ended"
    ):
        there = [known.get(_named(one["name"], one["certificate_no"])) for one in officers] or [assignee, second]
        yield Visit(pk, frozenset(one for one in there if one), began, ended)


def _people(people: set[int]) -> Any:
    return Person.objects.filter(pk__in=people).values_list("pk", "name", "certificate_no")


def _named(name: str, number: str) -> tuple[tuple[str, str], ...]:
    """By what a visit knows somebody: the number of his certificate, for a helper without one his name."""
    return (("certificate_no", number),) if number else (("certificate_no", ""), ("name", name))
