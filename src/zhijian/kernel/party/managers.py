"""Who of the people let in gets the messages about a shop besides its owner: those for whom the owner wished so."""

from __future__ import annotations

from django.db.models import Q

from zhijian.kernel.accounts.links import number_index
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry.models import Entity

MOST = 20


def told_too(entity: Entity, matter: Matter) -> list[Access]:
    """Those let in to the matter's shop, or to the whole enterprise, each number once; never the enterprise's own."""
    rows = Access.objects.filter(entity=entity, told=True, ended_at=None)
    rows = rows.filter(Q(premises=None) | Q(premises=matter.premises_id)).order_by("pk")
    found = {one.number: one for one in rows[:MOST]}
    if entity.phone:
        found.pop(number_index(entity.phone), None)
    return list(found.values())
