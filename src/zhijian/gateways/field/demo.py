"""The demo city's phones: a stall of no file that waits to be matched, and a number corrected at the door."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from zhijian.gateways.field import records
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.likely.seen import core
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.demo_detours import at_the_door, last_working_day

NAMED = 4  # characters of a shop's name that the stall bears


def plant(scale: float, say: Callable[[str], None]) -> None:
    """What a demo inspector's phone sent on the last working day. Does nothing twice."""
    plan = stack().table("demo").get("phone")
    inspector = next((a for a in people.accounts() if a.role == Role.INSPECTOR), None)
    if plan is None or inspector is None:
        return
    with scoped(SYSTEM):
        person = Person.objects.get(username=inspector.username)
        device = Device.objects.filter(person=person).order_by("pk").first()
        shops = Premises.objects.filter(area=inspector.area, lat__isnull=False).exclude(status="closed")
        near = list(shops.select_related("entity").order_by("pk")[:3])
        if device is None or len(near) < 3 or FieldRecord.objects.exists():
            return
    day, dice = last_working_day(), random.Random(plan["seed"])
    at = dt.datetime(day.year, day.month, day.day, 15, 10, tzinfo=calendar.zone())
    for raw in (_stall(plan, near[0], person, device, at, dice), *_corrections(plan, near[1:], device, at, dice)):
        with when.as_of(at + dt.timedelta(minutes=5)):
            records.take(uuid.UUID(raw["id"]), canonical(raw), device)
    say("phones: a place of no file, corrections at the door")


def _stall(
    plan: dict[str, Any], near: Premises, person: Person, device: Device, at: dt.datetime, dice: random.Random
) -> dict[str, Any]:
    """A stall some steps from a shop of the register, whose name it bears in part."""
    assert near.lat is not None and near.lon is not None
    place = {
        "uid": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "lat": str(near.lat + Decimal("0.0004")),
        "lon": str(near.lon),
    }
    told = {**plan["stall"], "trade": near.trade, "name": plan["stall"]["name"].format(name=core(near.name)[:NAMED])}
    return at_the_door(place, (person,), device, at, dice, mode="note", unlisted=told)


def _corrections(
    plan: dict[str, Any], shops: list[Premises], device: Device, at: dt.datetime, dice: random.Random
) -> list[dict[str, Any]]:
    """Another number at one shop; another contact and place at the next."""
    one, two = shops
    assert two.lat is not None and two.lon is not None
    moved = {"lat": str(two.lat + Decimal("0.0012")), "lon": str(two.lon)}
    said = [
        (one, [{"what": "phone", "old": {"text": one.phone or one.entity.phone}, "new": {"text": plan["number"]}}]),
        (
            two,
            [
                {"what": "contact", "old": {"name": two.contact}, "new": plan["contact"]},
                {"what": "pin", "old": {"lat": f"{two.lat:f}", "lon": f"{two.lon:f}"}, "new": moved},
            ],
        ),
    ]
    return [
        {
            "schema": 2,
            "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            "kind": "correction",
            "content": {
                "premises": str(shop.uid),
                "visit": None,
                "device": str(device.uid),
                "app": "1.0.0",
                "made": at.isoformat(),
                "changes": changes,
            },
        }
        for shop, changes in said
    ]
