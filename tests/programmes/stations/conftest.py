"""An office with its people, stations of each kind, and a complaint about the restaurant."""

from __future__ import annotations

from typing import Any

import pytest
from tests import openers, world

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.stations import actions, rules
from zhijian.programmes.stations.flow import STATION
from zhijian.programmes.stations.models import Station, StationDispute


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        w = world.make()
        w.person("内勤", Role.CLERK, world.OFFICE)
        w.person("分派", Role.DISPATCHER, world.DISTRICT)
        w.person("邻区内勤", Role.CLERK, world.NEIGHBOUR_OFFICE)
        w.inspector, w.second, w.head, w.stranger
        return w


@pytest.fixture
def complaint(w: world.World) -> Matter:
    """With the office's inspector, about the restaurant."""
    return openers.item(w, "complaint")


def fresh(matter: Matter) -> Matter:
    with scoped(SYSTEM):
        return Matter.objects.select_related("assignee", "entity").get(pk=matter.pk)


def do(actor: Actor, matter: Matter, verb: str, **told: Any) -> Matter:
    """A step, in the actor's own scope."""
    with scoped(actor):
        return perform(fresh(matter), verb, actor, **told)


def station(name: str, sort: str, area: str = world.OFFICE, entity: Entity | None = None) -> Station:
    """A station in force."""
    with scoped(SYSTEM):
        told = {"address": "柳泉路 2 号", "phone": "0533-2180000", "hours": "全天"}
        about = About(name, area, entity)
        made = perform(STATION, "apply", SYSTEM, about=about, sort=sort, name=name, **told)
        items = rules.standard(sort, made.day)
        given = {str(n): most for n, most in enumerate(items.values(), 1)}
        made = perform(perform(made, "look", SYSTEM, given=given), "approve", SYSTEM)
        return Station.objects.select_related("matter").get(pk=made.pk)


def send(actor: Actor, of: Matter, to: Station, **told: Any) -> Matter:
    """A complaint to a station, in the scope of whoever sends."""
    with scoped(actor):
        return actions.send(of, to.matter.uid, actor, **{"summary": "菜里吃出异物", "request": "退款", **told})


def record(matter: Matter) -> StationDispute:
    with scoped(SYSTEM):
        return StationDispute.objects.select_related("station", "of").get(pk=matter.pk)
