"""The demo city's other department: a proposal to investigate that is its business was passed on to it."""

from __future__ import annotations

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection import flow


def plant(reason: str) -> None:
    """The newest proposal that lies before a head in the department's area is passed on, at the moment told of."""
    at, there = when.now(), next((one.area for one in people.accounts() if one.role == Role.PARTNER), None)
    if there is None or not reason:
        return
    heads = {
        one.area: one.username for one in people.accounts() if one.role == Role.HEAD and one.area.startswith(there)
    }
    with scoped(SYSTEM):
        rows = Matter.objects.filter(kind=flow.LEAD.kind, state="proposed", area__in=heads, opened__lt=at)
        lead = rows.order_by("-opened", "-pk").first()
        head = actor_of(Person.objects.get(username=heads[lead.area])) if lead is not None else None
    if lead is not None and head is not None:
        with scoped(head):
            perform(lead, "pass_on", head, at=at, reason=reason)
