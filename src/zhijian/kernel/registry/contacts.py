"""The own number of a shop's contact: personal, shown covered, opened with a reason (`desk.private`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.scope import in_scope
from zhijian.kernel.desk.private import Private
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises


@dataclass(frozen=True)
class Contact:
    """Whom to ask for at a shop, with the number covered."""

    uid: UUID
    name: str
    covered: str
    duty: bool


def held(places: Iterable[int], actor: Actor) -> set[int]:
    """Those of the premises at which he holds an open matter, as first or second officer. One query."""
    mine = Q(assignee__in=actor.hands) | Q(second__in=actor.hands)
    rows = in_scope(Matter.objects.filter(mine, premises__in=list(places), closed=None), actor)
    return {pk for pk in rows.values_list("premises", flat=True) if pk is not None}


def covered(premises: Premises) -> str:
    """The number as everybody may see it; empty where there is none."""
    return mask(premises.contact_phone) if premises.contact_phone else ""  # type: ignore[arg-type]


def shown(places: Iterable[Premises], actor: Actor) -> dict[int, Contact]:
    """The contacts that have a number of their own, where it lies in the reader's area, by the premises' key."""
    some = [one for one in places if one.contact_phone and actor.can_read(one.area)]
    duty = held([one.pk for one in some], actor) if some else set()
    return {one.pk: Contact(one.uid, one.contact, covered(one), one.pk in duty) for one in some}


def find(uid: UUID, actor: Actor) -> Private | None:
    """The number of the contact at these premises, for whoever may read their area."""
    rows = Premises.objects.select_related("entity").defer("grams", "entity__grams")
    place = rows.filter(uid=uid).first()
    if place is None or not place.contact_phone or not actor.can_read(place.area):
        return None
    whose = " · ".join(filter(None, (place.name, place.contact)))
    back = reverse("entity", args=[place.entity.uid])
    duty = place.pk in held([place.pk], actor)
    return Private(str(place.contact_phone), whose, place.area, place.entity_id, back, duty)
