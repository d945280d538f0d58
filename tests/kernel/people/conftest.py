"""An office with an inspector who goes away, one who can take his place, a head, an administrator and an auditor."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Handover, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.people import handover


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        for person in (made.inspector, made.second, made.head, made.stranger):
            assert person.pk
        made.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
        made.person("管理员", Role.ADMIN, world.DISTRICT)
        made.person("督察", Role.AUDITOR, world.CITY)
        return made


@pytest.fixture
def planned(w: world.World) -> Matter:
    """A visit that 甲 and 乙 are to make."""
    with scoped(SYSTEM):
        return plan(w)


def signed_in(person: Person) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


def entries(subject: str, *kinds: str) -> list[LedgerEntry]:
    with scoped(SYSTEM):
        return list(LedgerEntry.objects.filter(subject=subject, kind__in=kinds).order_by("seq"))


def fresh(row: Any) -> Any:
    with scoped(SYSTEM):
        return type(row).objects.get(pk=row.pk)


def proposed(w: world.World, to: str = "丙", giver: Person | None = None) -> Handover:
    head = w.people["所长"]
    return handover.propose(giver or w.people["甲"], w.people[to], by=head, actor=actor_of(head), alone=True)
