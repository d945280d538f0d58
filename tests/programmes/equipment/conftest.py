"""A lift with the firm that keeps it, and the browsers of its office and of the firm's technician."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import world
from tests.openers import piece

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.equipment.models import Equipment

NUMBER = "13905330011"


@pytest.fixture
def w():
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.head
        yield made


@pytest.fixture
def firm(w) -> Entity:
    return Entity.objects.create(name="淄博捷安电梯维保有限公司", area=world.OFFICE, phone=NUMBER)


@pytest.fixture
def lift(w, firm) -> Equipment:
    matter = piece(w)
    Equipment.objects.filter(pk=matter.pk).update(maintainer=firm)
    return Equipment.objects.select_related("matter__premises", "maintainer").get(pk=matter.pk)


def desk(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def technician(number: str = NUMBER) -> Client:
    client = Client()
    session = client.session
    session[KEY] = sealed(number)
    session.save()
    return client
