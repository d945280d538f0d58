"""The small world, and a browser-like client for each of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from tests import world as worlds

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped


@pytest.fixture
def world(db: None) -> Iterator[worlds.World]:
    """The small world; what a test does itself, it does as the system."""
    with scoped(SYSTEM):
        yield worlds.make()


@pytest.fixture
def signed_in(world: worlds.World) -> Callable[[Person], Client]:
    """A client that is signed in as somebody, in English, so that pages can be read by the test."""

    def client(person: Person) -> Client:
        made = Client(headers={"accept-language": "en"})
        made.force_login(person)
        return made

    return client
