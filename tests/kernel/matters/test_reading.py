"""Who may read a matter: by area, by the kinds that concern his roles, or because it is in his hands."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import world
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


def seen(person: Person) -> set[str]:
    actor = actor_of(Person.objects.get(pk=person.pk))
    with scoped(actor):
        return set(readable(Matter.objects.all(), actor).values_list("kind", flat=True))


def test_roles_that_a_kind_does_not_concern_do_not_read_it(w: world.World) -> None:
    matter = plan(w)
    OPENERS["lead"](w)
    with scoped(SYSTEM):
        admin = w.person("管理员", Role.ADMIN, world.CITY)
        clerk = w.person("内勤", Role.CLERK, world.OFFICE)
        auditor = w.person("督察", Role.AUDITOR, world.DISTRICT)
    assert seen(admin) == set()
    assert seen(clerk) == {"inspection"}, "proposals to investigate are the head's"
    assert seen(auditor) == {"inspection", "lead"}
    client = Client()
    client.force_login(admin)
    assert client.get(f"/m/{matter.uid}/").status_code == 404
    assert client.get(f"/api/v1/matters/{matter.uid}").status_code == 404


def test_whoever_has_it_in_hand_reads_it(w: world.World) -> None:
    matter = plan(w)
    with scoped(SYSTEM):
        there, away = w.person("协管", Role.HELPER, world.OFFICE), w.person("外协", Role.HELPER, world.NEIGHBOUR_OFFICE)
        assert (seen(there), seen(away)) == ({"inspection"}, set()), "a helper looks at his office's visits"
        other = w.person("调解", Role.MEDIATOR, world.OFFICE)
        assert seen(other) == set()
        Matter.objects.filter(pk=matter.pk).update(second=other)
    assert seen(other) == {"inspection"}
