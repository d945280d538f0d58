"""The demo city's visits that did not go to plan: one of each outcome, as a phone would have sent it."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.stories import Performed

Json = dict[str, Any]


def at_the_door(
    premises: Json, officers: tuple[Person, ...], device: Device, at: dt.datetime, dice: random.Random, **more: Any
) -> Json:
    """A record of a visit without a checklist. `premises` gives uid, lat and lon; `more` goes into the content."""
    content: Json = {
        "task": None,
        "purpose": "routine",
        "premises": premises["uid"],
        "checklist": None,
        "mode": "hindered",
        "device": str(device.uid),
        "app": "1.0.0",
        "started": at.isoformat(),
        "ended": (at + dt.timedelta(minutes=4)).isoformat(),
        "clock_skew_ms": 0,
        "place": {"lat": premises["lat"], "lon": premises["lon"], "accuracy": 12} if premises["lat"] else None,
        "inspectors": [{"id": o.pk, "name": o.name, "certificate_no": o.certificate_no} for o in officers],
        "present": {"name": "", "role": ""},
        "informed": {},
        "answers": [],
        "photos": [],
        "findings": "",
        "statement": "",
        "outcome": None,
        "deadline": None,
        "refused": None,
        "rechecks": [],
        "papers": [],
        "hindered": None,
        "unlisted": None,
        **more,
    }
    return {
        "schema": 2,
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "kind": "inspection",
        "content": content,
        "digest": sha256_hex(canonical(content)),
        "signatures": [],
    }


def where(premises: Premises) -> Json:
    """Premises as `at_the_door` takes them."""
    lat, lon = (str(value) if value is not None else "" for value in (premises.lat, premises.lon))
    return {"uid": str(premises.uid), "lat": lat, "lon": lon}


def last_working_day() -> dt.date:
    """The working day before today: what happened then is never later than now."""
    day = calendar.today() - dt.timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class Free:
    """Premises that no visit is planned for, with the officers of their office and their phone."""

    premises: int
    officers: tuple[Person, ...]
    device: Device


def plant(plan: Json, free: Iterator[Free], first: Person, dice: random.Random) -> None:
    """One of each outcome that the plan names, while there are premises; the shut shop is one planned for `first`."""
    day = last_working_day()
    for n, (kind, told) in enumerate(plan.items()):
        at = dt.datetime(day.year, day.month, day.day, 9 + n, 20, tzinfo=calendar.zone())
        with scoped(SYSTEM):
            place = next(free, None)
            if place is None:
                return
            task = _planned(first) if kind == "shut" else None
            premises = task.premises if task else Premises.objects.get(pk=place.premises)
            more = {"task": str(task.uid) if task else None, "hindered": {"kind": kind, **told}}
            raw = at_the_door(where(premises), place.officers, place.device, at, dice, **more)
        Performed(raw, place.device)


def _planned(officer: Person) -> Matter | None:
    rows = Matter.objects.filter(kind=flow.INSPECTION.kind, state="planned", assignee=officer)
    return rows.select_related("premises__entity").order_by("pk").first()
