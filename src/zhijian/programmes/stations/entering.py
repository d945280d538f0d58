"""How a station begins: an office enters an application, or an enterprise applies by its own account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.papers.codes import new_code, read_code
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.stations.flow import STATION
from zhijian.programmes.stations.models import Station, StationSort

FOR_ENTERPRISES = (str(StationSort.ODR), str(StationSort.TRADE))  # what an enterprise applies for by itself
RUNNING = ("applied", "looked", "in_force")


def enter(actor: Actor, about: About, facts: dict[str, Any]) -> Matter:
    """An office enters what somebody applies for. Raises StepError."""
    told = dict(facts)
    holder = _holder(str(told.get("holder", "")), str(told.get("sort", "")))
    area, name = str(told.get("area", "")), str(told.get("name", ""))
    return perform(STATION, "enter", actor, about=replace(about, title=name, area=area, entity=holder), **told)


def _holder(code: str, sort: str) -> Entity | None:
    """The enterprise that keeps it. Raises BadFacts where there is none of that code, one is missing, or it has one."""
    code = code.strip().upper()
    if not code:
        if sort == StationSort.ODR:
            raise BadFacts({"holder": [_("An ODR enterprise is on the register: give its code.")]})
        return None
    found = Entity.objects.select_related("merged_into").filter(code=code).first()
    if found is None:
        raise BadFacts({"holder": [_("No enterprise on the register has this code.")]})
    if has_one(found.stands, sort):
        raise BadFacts({"holder": [_("It has one already, or has applied for one.")]})
    return found.stands


def has_one(entity: Entity, sort: str) -> bool:
    """Whether the enterprise keeps a station of this kind, or has applied for it."""
    with scoped(SYSTEM):
        rows = Matter.objects.filter(kind=STATION.kind, entity=entity, state__in=RUNNING, station__sort=sort)
        return rows.exists()


def apply(entity: Entity, actor: Actor, **told: Any) -> Matter:
    """An enterprise applies for a station or to be an ODR enterprise. Raises StepError."""
    sort = str(told.get("sort", ""))
    if sort not in FOR_ENTERPRISES:
        raise BadFacts({"sort": [_("Choose what your enterprise applies for.")]})
    if has_one(entity, sort):
        raise BadFacts({"sort": [_("It has one already, or has applied for one.")]})
    hand = replace(SYSTEM, extra={"prompted_by": actor.name})
    with scoped(SYSTEM):
        return perform(STATION, "apply", hand, about=About(str(told.get("name", "")), entity.area, entity), **told)


def mark_of(key: str) -> str:
    """By which the station of a code is found; empty for what is no code."""
    read = read_code(key)
    return blind_index(read, "station") if read else ""


def give_key(matter: Matter, actor: Actor) -> str:
    """A new code for the page of its worker, shown once; a former one opens nothing any more. Raises StepError."""
    key = new_code()
    perform(matter, "give_key", actor, by_field={"key_mark": mark_of(key)})
    return key


def by_key(key: str) -> Station | None:
    """The station in force whose worker's code it is, as the system sees it."""
    mark = mark_of(key)
    if not mark:
        return None
    with scoped(SYSTEM):
        rows = Station.objects.select_related("matter__entity").filter(key_mark=mark, matter__state="in_force")
        return rows.first()
