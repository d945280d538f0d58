"""Each morning: the days of all officers put in order, so that a phone has it before it is out of reach."""

from __future__ import annotations

import datetime as dt

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection.route import day as days
from zhijian.programmes.inspection.route.waiting import STATES


def order_all(day: dt.date | None = None) -> int:
    """Put the day of everybody who goes somewhere in order, each in a transaction of its own. Returns how many."""
    day = day or calendar.today()
    with scoped(SYSTEM):
        going = _going(day)
        kept = days.kept_for(sorted(going), day)
    done = 0
    for person in Person.objects.filter(pk__in=going, is_active=True).order_by("pk"):
        if (row := kept.get(person.pk)) is not None and row.by_hand:
            continue
        with scoped(SYSTEM):
            if len(days.of(person, day).placed) > 1:
                days.arranged(person, day, SYSTEM)
                done += 1
    return done


def _going(day: dt.date) -> set[int]:
    """Who has visits by then: one query over open inspections that are due."""
    rows = Matter.objects.filter(kind="inspection", state__in=STATES, closed=None, due__lte=day)
    pairs = rows.values_list("assignee", "second").distinct()
    return {person for pair in pairs for person in pair if person is not None}
