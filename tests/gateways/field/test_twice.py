"""Both officers record the same visit on their own phones: one visit, whatever the desk did with its task meanwhile."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests import world
from tests.gateways.field.test_field import flags, here, phone, put, w  # noqa: F401 -- fixtures
from tests.openers import plan
from tests.phone import Phone, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.fair.capping import standing
from zhijian.programmes.inspection.models import Inspection, Rectification
from zhijian.programmes.inspection.seen import seen_at

RECTIFY: dict[str, dict[str, Any]] = {"1.2": {"note": "未公示"}}


def test_a_visit_that_both_officers_recorded_is_one_visit(phone: Phone, w: world.World) -> None:  # noqa: F811
    """The head cancelled the task while both were there: the second record is kept, doubted, and no second visit."""
    place, task = here(phone, w), plan(w)
    mine, theirs = (record(phone, place, task=str(task.uid), failed=RECTIFY) for _ in range(2))
    theirs["content"]["inspectors"].reverse()
    with scoped(w.actor("所长")) as head:
        perform(task, "cancel", head, reason="改期了")
    first = put(phone, mine)[1]
    second = put(phone, theirs)[1]
    assert flags(first) == {"task_cancelled"}
    assert {"task_cancelled", "task_done_twice"} <= flags(second)
    with scoped(SYSTEM):
        one, other = (Inspection.objects.get(matter__uid=told["matter"]["uid"]) for told in (first, second))
        assert (one.twice_of_id, other.twice_of_id) == (None, one.pk)
        assert Rectification.objects.filter(inspection=one).exists(), "what was found is ordered once"
        assert not Rectification.objects.filter(inspection=other).exists()
        assert Matter.objects.filter(kind="publication").count() == 1, "and its result published once"
        told = LedgerEntry.objects.filter(matter=other.matter, kind="inspection.repeat")
        assert told.exists(), "the enterprise is told of no step of it"
        assert standing(w.entity, today()).counted == 1
        assert len(seen_at([w.premises.pk], today() - dt.timedelta(days=9))[w.premises.pk]) == 1
        year = Period(today().replace(month=1, day=1), today().replace(month=12, day=31), today=today())
        made = compute.value(declared()["inspection.finished"], year, world.OFFICE, SYSTEM).text
    assert made == "1"


def test_one_more_visit_on_the_same_day_is_a_visit(phone: Phone, w: world.World) -> None:  # noqa: F811
    place, now = here(phone, w), dt.datetime.now(dt.UTC)
    put(phone, record(phone, place, now=now - dt.timedelta(hours=2)))
    later = record(phone, place, now=now)
    later["content"]["inspectors"].reverse()
    assert "task_done_twice" not in flags(put(phone, later)[1])
    with scoped(SYSTEM):
        assert standing(w.entity, today()).counted == 2
