"""Matters in nobody's charge that wait for a step which is likely next and names one of the actor's roles."""

from __future__ import annotations

from functools import cache

from django.db.models import Q

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.matters.catalogue import flows


@cache
def _likely(role: Role) -> Q:
    """What stands in a state from which a likely step is the role's, of any kind."""
    found = Q(pk__in=[])
    for flow in flows().values():
        steps = (step for step in flow.steps if step.likely and role in step.whos)
        if states := sorted({state for step in steps for state in step.froms}):
            found |= Q(kind=flow.kind, state__in=states)
    return found


def awaited(actor: Actor) -> Q:
    """The open matters of nobody that wait for him, each in the areas where he has the role that its step names."""
    found = Q(pk__in=[])
    for role in sorted(actor.roles_at()):
        found |= area_filter(actor, roles=(role,)) & _likely(role)
    return Q(closed=None, assignee=None) & found


__all__ = ["awaited"]
