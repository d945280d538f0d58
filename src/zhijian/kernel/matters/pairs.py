"""Matters of two officers of whom one is missing: open, in charge of one person, while a step could name the second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Value

from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.models import Matter


def naming(flow: Flow) -> frozenset[str]:
    """The states of a flow from which a step names a second officer."""
    steps = (step for step in flow.steps if step.facts is not None and "second" in step.facts.model_fields)
    return frozenset(state for step in steps for state in step.froms)


@cache
def _states() -> dict[str, frozenset[str]]:
    return {flow.kind: states for flow in flows().values() if (states := naming(flow))}


def kinds() -> list[str]:
    """The kinds of matters that two officers have in hand."""
    return sorted(_states())


def nameable(of: Iterable[str]) -> Q:
    """What of these kinds is open, in somebody's charge, and in a state from which a step names the second officer."""
    found = Q(pk__in=[])
    for kind in of:
        found |= Q(kind=kind, state__in=sorted(_states().get(kind, ())))
    return Q(closed=None, assignee__isnull=False) & found


def alone(of: Iterable[str]) -> Q:
    """What of these kinds has one officer only, and can be given a second.

    Also where the second one is named, but one of both is on leave (or will be) and the other stands in for him: one
    person is not two. What is due before the leave, or after it, does not count.
    """
    return nameable(of) & (Q(second=None) | Q(pk__in=_one_for_both()))


def _one_for_both() -> QuerySet[Matter]:
    """Where one of both officers is, or will be, on leave, and the other stands in for him: two joins by index."""
    found = Matter.objects.none()
    for away, here in (("assignee", "second"), ("second", "assignee")):
        leave = f"{away}__leaves"
        stands_in = {f"{leave}__until__gte": calendar.today(), f"{leave}__back_at": None, f"{leave}__stand_in": F(here)}
        rows = Matter.objects.filter(_at_stake(f"{leave}__since", F(f"{leave}__until")), closed=None, **stands_in)
        found = found.union(rows.values("pk"))
    return found


def _at_stake(since: str, until: Any) -> Q:
    """What falls into a leave: due in it, or without a day; once it runs, what is overdue, too."""
    running = Q(**{f"{since}__lte": calendar.today()})
    return Q(due=None) | Q(due__lte=until) & (Q(due__gte=F(since)) | running)


def shared(one: Person, other: Person, since: dt.date, until: dt.date) -> QuerySet[Matter]:
    """The matters of which both are the officers, and which fall into a leave from a day to a day."""
    both = Q(assignee=one, second=other) | Q(assignee=other, second=one)
    rows = Matter.objects.annotate(leave_since=Value(since, DateField()))
    return rows.filter(nameable(kinds()), both, _at_stake("leave_since", until))


def is_alone(matter: Matter) -> bool:
    """Whether no second officer is named in that matter, and one can be."""
    return _can_be_named(matter) and matter.second_id is None


def leave_between(matter: Matter) -> Leave | None:
    """The leave, running or to come, in which one officer of that matter stands in for the other and it falls."""
    if matter.second_id is None or not _can_be_named(matter):
        return None
    officers = (matter.assignee_id, matter.second_id)
    rows = Leave.objects.between(calendar.today()).filter(person__in=officers, stand_in__in=officers)
    rows = rows.annotate(due=Value(matter.due, DateField())).filter(_at_stake("since", F("until")))
    return rows.select_related("person", "stand_in").order_by("since").first()


def _can_be_named(matter: Matter) -> bool:
    open_now = matter.closed is None and matter.assignee_id is not None
    return open_now and matter.state in _states().get(matter.kind, ())
