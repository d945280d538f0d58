"""The demo city's grades: planted once, as the steps would have made them; some wait for the demo's head."""

from __future__ import annotations

import pytest
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.grading import computing, demo
from zhijian.programmes.grading.models import Grading, Held

pytestmark = pytest.mark.django_db


def test_planted_once_and_as_the_steps_would_have_made_it() -> None:
    with scoped(SYSTEM):
        w = world.make()
        w.person("sun", Role.HEAD, world.OFFICE)
        w.person("clerk", Role.CLERK, world.OFFICE)
        for n in range(32):
            Premises.objects.create(entity=w.entity, name=f"分店{n}", area=world.OFFICE, trade="restaurant")
        far = Premises.objects.create(entity=w.entity, name="外区店", area=world.NEIGHBOUR_OFFICE, trade="food_retail")
        said: list[str] = []
        demo.plant(1, said.append)
        demo.plant(1, said.append)
        assert len(said) == 1
        grades = Matter.objects.filter(kind="grading")
        assert grades.count() == 34
        assert grades.filter(state="asked").count() == 1
        assert grades.filter(state="proposed", grading__grade="").count() == demo.WAITING
        assert grades.get(premises=far).grading.grade == "A", "elsewhere all are confirmed"
        here = grades.filter(area=world.OFFICE).values_list("grading__grade", flat=True)
        assert {"A", "B", "C"} <= set(here), "what places are, and what they did, makes them different"
        for one in Grading.objects.exclude(grade=""):
            held = Held.objects.filter(grading=one).latest("pk")
            assert (held.grade, held.since) == (one.grade, one.since)
        by = LedgerEntry.objects.filter(kind="grading.confirm", area=world.OFFICE).values_list("actor_name", flat=True)
        assert set(by) == {"sun"}
        done = computing.settle_all()
        assert (done.opened, done.stepped, done.ended) == (0, 0, 0), "the night finds nothing else"
