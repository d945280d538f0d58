"""A matter to hang files on."""

from __future__ import annotations

import pytest
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def matter(w: world.World) -> Matter:
    return plan(w)
