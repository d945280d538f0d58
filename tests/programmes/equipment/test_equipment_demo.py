"""The demo city's equipment: as many pieces, most in order, and what is at work can be gone on with."""

from __future__ import annotations

import pytest
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.equipment import demo, due
from zhijian.programmes.equipment.models import Equipment, LiftCall, Maintenance

pytestmark = pytest.mark.django_db


def test_planted_once_and_as_the_steps_would_have_made_it():
    with scoped(SYSTEM):
        w = world.make()
        Entity.objects.filter(pk=w.entity.pk).update(source=SOURCE)
        for name, certificate in (("zhao", "鲁C-1"), ("qian", "鲁C-2")):
            w.person(name, Role.INSPECTOR, world.OFFICE, certificate)
        said: list[str] = []
        demo.plant(0, said.append)
        demo.plant(0, said.append)
        assert len(said) == 1
        pieces = Matter.objects.filter(kind="equipment")
        assert pieces.count() == demo.LEAST
        assert 1 <= pieces.filter(due__lt=calendar.today()).count() <= demo.LEAST // 5
        assert due.settle_all() == 0
        days = dict(Equipment.objects.values_list("matter_id", "next_on"))
        assert days == dict(Clock.objects.filter(matter__in=pieces, stopped=None).values_list("matter_id", "due"))
        assert Paper.objects.filter(kind="safety_instruction", matter__state="ordered").count() == 1
        states = dict(LiftCall.objects.values_list("what", "matter__state"))
        assert states == {"trapped": "closed", "fault": "there"}
        assert LiftCall.objects.get(what="trapped").in_time is True
        assert Maintenance.objects.filter(doubt="far").exists() and Maintenance.objects.filter(in_time=False).exists()
