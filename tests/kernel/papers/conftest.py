"""A planned visit with its world, a phone, and the fixture that phone and server share."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection.flow import INSPECTION

SHARED = Path(__file__).parents[2] / "fixtures/record_inspection_1.json"
AT = dt.datetime(2026, 11, 23, 2, 20, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def shared() -> dict[str, Any]:
    return json.loads(SHARED.read_text())


@pytest.fixture(scope="session")
def hindered() -> dict[str, Any]:
    """Records of schema 2: visits that could not be made, a place of no file."""
    return json.loads(SHARED.with_name("record_inspection_2.json").read_text())


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


@pytest.fixture
def matter(w: world.World) -> Matter:
    officers = {"assignee": w.inspector.pk, "second": w.second.pk}
    assert w.head
    with scoped(w.actor("所长")) as head:
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises)
        facts = {"planned_for": world.in_days(1), "checklist": w.checklist.pk, **officers}
        return perform(INSPECTION, "plan", head, about=about, **facts)


def enrol(person: Any) -> Device:
    return Device.objects.create(
        person=person, name="phone", public_key={}, grant_until=timezone.now() + dt.timedelta(days=30)
    )


@pytest.fixture
def phone(w: world.World) -> Device:
    return enrol(w.inspector)


@pytest.fixture
def officer(w: world.World, phone: Device) -> Actor:
    """The inspector as he acts from his phone."""
    return actor_of(w.inspector, device=str(phone.uid))
