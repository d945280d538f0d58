"""Sets of rows in force, and orders that arrived and were looked at."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests import world
from tests.programmes.complaints.conftest import matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.models import RouteSet
from zhijian.programmes.complaints.routing import sets
from zhijian.programmes.complaints.routing.matching import Row

N = "ZB2026113000001"


def put(*rows: Row, day: int = 0, actor: Actor = SYSTEM, **more: Any) -> RouteSet:
    """A set in force so many days from today."""
    with scoped(actor):
        seen = more.pop("seen", sets.newest())
        since = calendar.today() + dt.timedelta(days=day)
        return sets.put_in_force(rows, since=since, reason=more.pop("reason", "试行"), seen=seen, actor=actor)


def came(centre: Actor, number: str = N, **more: str) -> Matter:
    """An order taken in by file, and the jobs that follow."""
    take_in(centre, order(number, **more))
    jobs()
    return matter_of(number)


def jobs() -> None:
    """What waits in the queue is done."""
    with scoped(SYSTEM):
        run_pending()


def told(matter: Matter, kind: str = "complaints.straight") -> list[dict[str, Any]]:
    """What the ledger holds of it, of one kind."""
    with scoped(SYSTEM):
        return list(LedgerEntry.objects.filter(matter=matter, kind=kind).order_by("pk").values_list("data", flat=True))


@pytest.fixture
def price() -> Row:
    """Price complaints go straight to one office."""
    return Row(world.OFFICE, kind="complaint", category="P08", straight=True)
