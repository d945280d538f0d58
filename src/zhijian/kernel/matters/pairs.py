"""Matters of two officers of whom one is missing: open, in charge of one person, while a step could name the second."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.db.models import Q

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


def alone(of: Iterable[str]) -> Q:
    """What of these kinds has one officer only, and can be given a second."""
    found = Q(pk__in=[])
    for kind in of:
        found |= Q(kind=kind, state__in=sorted(_states().get(kind, ())))
    return Q(closed=None, assignee__isnull=False, second=None) & found


def is_alone(matter: Matter) -> bool:
    """Whether that matter has one officer only."""
    one = matter.closed is None and matter.assignee_id is not None and matter.second_id is None
    return one and matter.state in _states().get(matter.kind, ())
