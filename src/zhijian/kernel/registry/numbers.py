"""The registered mobile of one person's business is his own: covered for who works elsewhere (`desk.private`).

A company's number, and any landline, stands open to all staff, as it does on the licence; whoever works where the
business is registered or trades needs the number every day and reads it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.urls import reverse

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.desk.private import Private
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.contacts import held
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.search import Hit

MOBILE = re.compile(r"1[3-9]\d{9}")


def personal(entity: Entity, number: str) -> bool:
    """Whether the number is a natural person's: the mobile of a kind of business that one person is."""
    kinds = stack().setting("person_kinds", [])
    return entity.kind in kinds and MOBILE.fullmatch(plain_number(number)) is not None


def covered(entity: Entity, number: str, areas: Iterable[str], actor: Actor) -> bool:
    """Whether this person sees the number covered; `areas` are those of the business and of its places."""
    return personal(entity, number) and not any(actor.can_read(area) for area in areas if area)


def shown(entity: Entity, number: str, areas: Iterable[str], actor: Actor) -> str:
    """The number as this person sees it."""
    return mask(number) if covered(entity, number, areas, actor) else number


def seen(hit: Hit, actor: Actor) -> Hit:
    """What a search has found, as this person sees it."""
    areas = (hit.entity.area, hit.premises.area if hit.premises else "")
    if hit.why != "phone" or not covered(hit.entity, hit.shown, areas, actor):
        return hit
    return replace(hit, shown=mask(hit.shown), parts=[(mask(hit.shown), False)])


def areas_of(entity: Entity) -> set[str]:
    """Where the business is registered, and where it trades."""
    return {entity.area, *entity.premises.filter(merged_into=None).values_list("area", flat=True)} - {""}


def find_registered(uid: UUID, actor: Actor) -> Private | None:
    """The registered number of an entity, for whoever sees it covered."""
    entity = Entity.objects.filter(uid=uid, merged_into=None).defer("grams").first()
    return None if entity is None else _private(entity, entity.phone, entity.name, entity.area, actor)


def find_shop(uid: UUID, actor: Actor) -> Private | None:
    """The number of premises, for whoever sees it covered."""
    place = Premises.objects.select_related("entity").defer("grams", "entity__grams").filter(uid=uid).first()
    return None if place is None else _private(place.entity, place.phone, place.name, place.area, actor)


def _private(entity: Entity, number: str, whose: str, area: str, actor: Actor) -> Private | None:
    if not covered(entity, number, areas_of(entity), actor):
        return None
    places = list(entity.premises.values_list("pk", flat=True))
    duty = bool(held(places, actor))
    return Private(number, whose, area, entity.pk, reverse("entity", args=[entity.uid]), duty)
