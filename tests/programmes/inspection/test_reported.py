"""The demo city's reports to other platforms: the older received, the last week at work, some sent back."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.utils import timezone
from tests import world
from tests.kernel.exchange.conftest import published, visit
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import verify
from zhijian.kernel.exchange.models import Batch, Owed, State
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection import exchange, reported
from zhijian.programmes.inspection.models import Inspection


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.person("李桂芬", Role.CLERK, world.OFFICE)
        return made


def test_what_is_older_was_received_and_the_last_week_is_at_work(w):
    for _ in range(6):
        published(w)
    with scoped(SYSTEM):
        long_ago = timezone.now() - dt.timedelta(days=30)
        old = set(Owed.objects.filter(table="results").order_by("pk").values_list("pk", flat=True)[:2])
        Owed.objects.filter(pk__in=old).update(since=long_ago)
        Owed.objects.filter(table="tasks").update(since=long_ago)
    assert reported.report(random.Random(7), {"sent_back": ["请核对。"]}) == 18
    with scoped(SYSTEM):
        states = dict(Owed.objects.filter(table="results").values_list("pk", "state"))
        assert {states.pop(pk) for pk in old} == {State.RECEIPT}
        assert sorted(states.values()) == ["exported", "sent_back", "to_report", "to_report"]
        assert Batch.objects.filter(table="results").get().count == 2
        assert not Inspection.objects.filter(check_code="").exists(), "each task has its code"
        assert Owed.objects.get(state=State.SENT_BACK, table="results").why == "请核对。"
        assert list(verify.chains(verify.Count())) == []


def test_whoever_holds_a_visit_later_on_was_not_there(w):
    there = [{"name": "甲", "certificate_no": "鲁1"}, {"name": "乙", "certificate_no": ""}]
    made, to_come = visit(w), plan(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=made.pk).update(officers=there)
        before = exchange.visit_row(made), exchange.task_row(made)
        successor = w.person("丙", Role.INSPECTOR, world.OFFICE)
        Matter.objects.filter(pk__in=[made.pk, to_come.pk]).update(assignee=successor, second=None)
        assert (exchange.visit_row(made), exchange.task_row(made)) == before
        assert (before[0]["officers"], before[0]["certificates"]) == (["甲", "乙"], ["鲁1"])
        assert exchange.task_row(to_come)["officers"] == ["丙"], "of a visit to come, who holds it"
