"""The small world with visits planted by hand."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.figures import Period
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.inspection.models import Answer, Inspection, Publication, Rectification

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31), today=dt.date(2026, 6, 30))


def at(day: str, hour: int = 10) -> dt.datetime:
    """A moment of that local day."""
    return dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)


def visit(
    entity: Entity, day: str, area: str = world.OFFICE, state: str = "closed", hour: int = 10, **facts
) -> Inspection:
    """A visit that ended on that day."""
    closed = at(day, hour) if state in ("closed", "hindered", "cancelled") else None
    matter = Matter.objects.create(
        kind="inspection", title=entity.name, entity=entity, area=area, state=state, opened=at(day, hour), closed=closed
    )
    made = {} if state == "hindered" else {"started": at(day, hour), "ended": at(day, hour)}
    return Inspection.objects.create(matter=matter, **made, **facts)


def finding(
    of: Inspection, deadline: str, state: str = "ordered", answered: str = "", closed: str = ""
) -> Rectification:
    """A finding of a visit; days of its answer and acceptance where there are any."""
    parent = of.matter
    matter = Matter.objects.create(
        kind="rectification", title="冷藏", entity=parent.entity, area=parent.area, parent=parent, state=state,
        opened=parent.opened, closed=at(closed) if closed else None,
    )  # fmt: skip
    return Rectification.objects.create(
        matter=matter, inspection=of, item="2.3", found="", required="", deadline=dt.date.fromisoformat(deadline),
        answered=at(answered) if answered else None,
    )  # fmt: skip


def publication(of: Inspection, due: str, published: str = "", state: str = "") -> Publication:
    """The duty to publish a visit's result."""
    parent = of.matter
    matter = Matter.objects.create(
        kind="publication", title=parent.title, entity=parent.entity, area=parent.area, parent=parent,
        state=state or ("published" if published else "waiting"), opened=parent.opened,
        closed=at(published) if published else None,
    )  # fmt: skip
    Clock.objects.create(
        matter=matter, rule="inspection.publish_within", area=parent.area, started=parent.opened, basis={},
        due=dt.date.fromisoformat(due), stopped=at(published) if published else None,
    )  # fmt: skip
    return Publication.objects.create(matter=matter, inspection=of)


@pytest.fixture
def w(db: None) -> world.World:
    """Visits of which the numbers in the tests were counted by hand."""
    with scoped(SYSTEM):
        made = world.make()
        assert made.head.pk != made.stranger.pk
        made.person("局长", world.Role.LEADER, world.CITY)
        made.person("甲", world.Role.INSPECTOR, world.OFFICE)
        plant(made)
    return made


def plant(made: world.World) -> None:
    """Office: 4 finished visits to 2 entities (2 with problems), 1 planned, 1 in vain; 2 of last year; neighbour: 2."""
    first = made.entity
    other = Entity.objects.create(scheme="uscc", code="91370303MA3C000002", name="二店", area=world.OFFICE)
    far = Entity.objects.create(scheme="uscc", code="91370302MA3C000003", name="三店", area=world.NEIGHBOUR_OFFICE)
    v1 = visit(first, "2026-01-05", items_checked=10, failed=2, failed_key=1, state="rectifying")
    v2 = visit(first, "2026-03-10", items_checked=10, minutes=30)
    v3 = visit(other, "2026-03-11", items_checked=7, failed=1, minutes=60, purpose="special")
    visit(other, "2026-06-01", items_checked=3)
    visit(other, "2026-06-02", state="planned")
    visit(other, "2025-12-31", hour=23)
    visit(first, "2026-04-01", state="hindered", hindered="closed_down")
    visit(other, "2025-12-30", state="hindered", hindered="refused")
    # 00:30 on 1 January here is still the old year in UTC.
    visit(far, "2026-01-01", world.NEIGHBOUR_OFFICE, hour=0, items_checked=5)
    visit(far, "2026-02-01", world.NEIGHBOUR_OFFICE, items_checked=5, failed=1, minutes=30, purpose="flight")
    finding(v1, "2026-02-01", "accepted", answered="2026-02-01", closed="2026-02-10")
    finding(v1, "2026-02-01", "answered", answered="2026-02-05")
    finding(v3, "2026-04-01", "accepted", closed="2026-04-02")
    finding(v3, "2026-12-01")
    publication(v1, "2026-02-02", published="2026-02-02")
    publication(v2, "2026-04-08", published="2026-04-09")
    publication(v3, "2026-04-09", state="withheld")
    for item, key, answer in (("1.1", True, "no"), ("1.2", False, "no"), ("2.3", False, "yes")):
        Answer.objects.create(inspection=v1, item=item, key=key, answer=answer, at=at("2026-01-05"))
