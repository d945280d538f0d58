"""A city's leader, a district's centre, an office that holds a complaint, a sister office and a neighbour."""

from __future__ import annotations

from typing import Any

import pytest
from tests import openers, world

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.supervision import actions


def made() -> world.World:
    """The world with those who order and those who answer."""
    with scoped(SYSTEM):
        w = world.make()
        w.person("局长", Role.LEADER, world.CITY)
        w.person("市中心", Role.DISPATCHER, world.CITY)
        w.person("区长", Role.LEADER, world.DISTRICT)
        w.person("区中心", Role.DISPATCHER, world.DISTRICT)
        w.person("邻区局长", Role.LEADER, world.NEIGHBOUR)
        w.person("姊妹所长", Role.HEAD, world.SISTER)
        w.person("丙", Role.INSPECTOR, world.SISTER, "鲁C-003")
        w.inspector, w.second, w.head, w.stranger
        return w


@pytest.fixture
def w(db: None) -> world.World:
    return made()


@pytest.fixture
def complaint(w: world.World) -> Matter:
    """With the office's inspector, who is in charge of it."""
    return openers.item(w, "complaint")


def fresh(matter: Matter) -> Matter:
    with scoped(SYSTEM):
        return Matter.objects.select_related("assignee").get(pk=matter.pk)


def do(actor: Actor, matter: Matter, verb: str, **told: Any) -> Matter:
    """A step, in the actor's own scope."""
    with scoped(actor):
        return perform(fresh(matter), verb, actor, **told)


def order(actor: Actor, of: Matter, **told: Any) -> Matter:
    """An order, in the scope of whoever orders."""
    with scoped(actor):
        return actions.order(of, actor, **{"what": "说明超期原因，三日内答复", **told})
