"""The demo city's stations: once, in every state, with complaints that lie there or came back."""

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
from zhijian.programmes.stations import demo
from zhijian.programmes.stations.models import LogEntry, Rating, StationDispute

pytestmark = pytest.mark.django_db


def test_planted_once_in_every_state(settings):
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
        stations = Counter(Matter.objects.filter(kind="station").values_list("state", flat=True))
        assert stations == {"in_force": 4, "withdrawn": 1, "looked": 1, "applied": 1}
        disputes = Counter(Matter.objects.filter(kind="station_dispute").values_list("state", flat=True))
        assert disputes == {"settled": 1, "unsettled": 1, "working": 1, "sent": 1}
        assert all(one.matter.opened > one.of.opened for one in StationDispute.objects.select_related("matter", "of"))
        assert LogEntry.objects.count() == 12 and Rating.objects.count() == 1
        opened = list(Matter.objects.filter(kind="station").order_by("pk").values_list("opened", flat=True))
        assert opened == sorted(opened)
