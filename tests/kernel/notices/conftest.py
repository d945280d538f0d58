"""A planned visit in the small world, with the simulated gateway."""

from __future__ import annotations

import pytest
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform


@pytest.fixture(autouse=True)
def simulated(settings) -> None:
    settings.DEMO = True
    settings.PUBLIC_ORIGIN = "https://zj.example"


@pytest.fixture
def w(db) -> world.World:
    with scoped(SYSTEM):
        return world.make()


def planned(w: world.World) -> Matter:
    """A visit planned by the office's head."""
    from zhijian.programmes.inspection.flow import INSPECTION

    with scoped(SYSTEM):
        assert w.head.pk
        head, first, second = w.actor("所长"), w.inspector.pk, w.second.pk
    with scoped(head):
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises)
        return perform(
            INSPECTION, "plan", head, about=about, planned_for=world.in_days(1), assignee=first, second=second,
            checklist=w.checklist.pk,
        )  # fmt: skip


@pytest.fixture
def matter(w: world.World) -> Matter:
    return planned(w)
