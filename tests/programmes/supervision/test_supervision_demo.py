"""The demo city's orders and requests: once, in every state, told in the order of their days."""

from __future__ import annotations

from collections import Counter

import pytest
from tests import world

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.complaints import demo as complaints
from zhijian.programmes.supervision import demo

pytestmark = pytest.mark.django_db


def test_planted_once_in_every_state_and_in_the_order_of_days(settings):
    settings.DEMO = True
    with scoped(SYSTEM):
        load_jurisdictions()
        w = world.make()
        people.plant(calendar.today())
        Entity.objects.filter(pk=w.entity.pk).update(source=SOURCE)
        Premises.objects.filter(pk=w.premises.pk).update(area="370303009")
        said: list[str] = []
        complaints.plant(0, lambda words: None)
        demo.plant(0, said.append)
        demo.plant(0, said.append)
        assert len(said) == 1
        mine = Matter.objects.filter(kind__in=("supervision", "joint_handling"))
        states = Counter(mine.values_list("kind", "state"))
        assert states == {
            ("supervision", "ordered"): 3, ("supervision", "answered"): 1, ("supervision", "accepted"): 1,
            ("supervision", "withdrawn"): 1, ("joint_handling", "asked"): 1, ("joint_handling", "taken"): 1,
            ("joint_handling", "answered"): 1, ("joint_handling", "accepted"): 1, ("joint_handling", "declined"): 1,
        }  # fmt: skip
        for kind in ("supervision", "joint_handling"):
            opened = list(mine.filter(kind=kind).order_by("pk").values_list("opened", flat=True))
            assert opened == sorted(opened)
        assert all(one.opened > one.parent.opened for one in mine.select_related("parent"))
        assert mine.filter(supervision__overdue=True).count() == 1
        assert not mine.filter(opened__gte=calendar.start_of(calendar.today())).exists()
