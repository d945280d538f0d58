"""A visit with findings, and slots for its re-check."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.appointments.offering import Plan, moment_of, offer
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter


def work_day(n: int = 2) -> dt.date:
    """The n-th working day from today: never over, never off."""
    return calendar.add_working_days(calendar.today(), n)[0]


def visit_of(w: world.World) -> Matter:
    """A visit whose findings are being put right."""
    matter = plan(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=matter.pk).update(state="rectifying", due=None)
        return Matter.objects.select_related("entity", "assignee", "second").get(pk=matter.pk)


def slot_of(w: world.World, officer: Person | None = None, capacity: int = 1, day: dt.date | None = None, hour: int = 9,
            kind: str = "inspection.recheck") -> Slot:  # fmt: skip
    """One slot, written as `offer` writes it."""
    day = day or work_day()
    with scoped(SYSTEM):
        begins = moment_of(day, dt.time(hour))
        return Slot.objects.create(
            area=world.OFFICE, kind=kind, officer=officer, day=day, begins=begins, capacity=capacity,
            ends=begins + dt.timedelta(minutes=30), made_at=begins - dt.timedelta(days=1),
            place="" if kind.startswith("inspection") else "一楼大厅",
        )  # fmt: skip


def offered(w: world.World, officer: Person | None, first: dt.date, last: dt.date, **more: object):  # type: ignore[no-untyped-def]
    """What comes of offering, by the head."""
    told = {"kind": "inspection.recheck", "begins": dt.time(9), "ends": dt.time(11), "capacity": 1, **more}
    with scoped(w.actor("所长")) as head:
        return offer(Plan(area=world.OFFICE, first=first, last=last, officer=officer, **told), head)  # type: ignore[arg-type]


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        _ = (made.head, made.inspector, made.second, made.person("文员", Role.CLERK, world.OFFICE))
        return made


@pytest.fixture
def visit(w: world.World) -> Matter:
    return visit_of(w)
