"""A pledge of a shoe shop, an office that looks at it, an owner at his account, and a complaint about the shop."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests import openers, world

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.programmes.returns.models import ReturnPledge

NUMBER = "13805330000"  # of the small world's enterprise


def made() -> world.World:
    """The world with an office's clerk."""
    with scoped(SYSTEM):
        w = world.make()
        w.person("内勤", Role.CLERK, world.OFFICE)
        w.inspector, w.second, w.head, w.stranger
        return w


@pytest.fixture
def w(db: None) -> world.World:
    return made()


@pytest.fixture
def offered(w: world.World) -> Matter:
    return openers.return_pledge(w)


@pytest.fixture
def pledge(w: world.World, offered: Matter) -> Matter:
    """In force since today."""
    return do(w.actor("内勤"), offered, "accept")


def fresh(matter: Matter) -> Matter:
    with scoped(SYSTEM):
        return Matter.objects.select_related("entity", "premises").get(pk=matter.pk)


def record(matter: Matter) -> ReturnPledge:
    with scoped(SYSTEM):
        return ReturnPledge.objects.select_related("matter__premises").get(pk=matter.pk)


def do(actor: Actor, matter: Matter, verb: str, **told: Any) -> Matter:
    """A step, in the actor's own scope."""
    with scoped(actor):
        return perform(fresh(matter), verb, actor, **told)


def owner(w: world.World) -> Actor:
    return party_of(w.entity)


def complaint_about(w: world.World, shop: Matter) -> Matter:
    """Accepted, settled, and with whoever writes the answer."""
    of = openers.item(w, "complaint")
    with scoped(SYSTEM):
        of = perform(of, "name", SYSTEM, meant="confirmed", entity=w.entity.pk, premises=shop.premises_id)
        return perform(of, "settle", SYSTEM, why="商家同意退货退款")


def desk(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def account(number: str = NUMBER) -> Client:
    """The browser of whoever is signed in with a telephone number."""
    client = Client()
    session = client.session
    session[KEY] = sealed(number)
    session.save()
    return client
