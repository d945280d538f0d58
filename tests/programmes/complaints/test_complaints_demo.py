"""The demo city's complaints: once, at every stage, and what is open can be gone on with."""

from __future__ import annotations

from collections import Counter

import pytest
from tests import world

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.exchange.models import Owed, Taken
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.complaints import demo
from zhijian.programmes.complaints.models import Contact, HotSpot, Item, Label, Order, RouteSet, Tally, Trace

pytestmark = pytest.mark.django_db
DEMO_OFFICE = "370303009"


def test_planted_once_at_every_stage_and_nothing_in_a_day_to_come(settings):
    settings.DEMO = True
    with scoped(SYSTEM):
        load_jurisdictions()
        w = world.make()
        people.plant(calendar.today())
        Entity.objects.filter(pk=w.entity.pk).update(source=SOURCE)
        Premises.objects.filter(pk=w.premises.pk).update(area=DEMO_OFFICE)
        said: list[str] = []
        demo.plant(0, said.append)
        demo.plant(0, said.append)
        assert len(said) == 1
        items = Matter.objects.filter(kind__in=("complaint", "report", "enquiry"))
        states = Counter(items.values_list("state", flat=True))
        assert set(states) == {
            "received", "handling", "mediating", "concluded", "approving", "answered", "returned",
        }  # fmt: skip
        assert (
            Order.objects.count()
            == Taken.objects.count()
            == Item.objects.count()
            == items.count()
            == sum(states.values())
        )
        assert Item.objects.exclude(leading=None).count() == 1, "two are dealt with together"
        assert Item.objects.exclude(category="").exists() and not Trace.objects.filter(made=None).exists()
        (spot,) = HotSpot.objects.all()
        assert (spot.category, spot.seen) == ("P17", 7), "a gym that closed, and one card elsewhere"
        (word,) = Label.objects.values_list("text", flat=True)
        assert word == "会员卡纠纷"
        assert Contact.objects.filter(reached=None).count() == 0
        over = Owed.objects.filter(table="replies", state="to_report").count()
        assert over == states["answered"] + states["returned"], "the answers wait to go back"
        assert not Item.objects.filter(contacted__isnull=False, contacted_in_time=False).exists()
        beside = Counter(Matter.objects.exclude(pk__in=items).values_list("kind", "state"))
        assert beside["mediation", "performing"] == beside["report_reward", "approved"] == 1
        assert beside["item_recall", "waiting"] == 1
        lines = Matter.objects.filter(kind="complaint_line")
        assert lines.filter(state="shown").exists() and lines.filter(state="waiting").exists()
        late = lines.filter(state="waiting", due__lt=world.in_days(-1))
        assert not late.exists(), "published on the next morning; yesterday's is left to this one"
        assert Tally.objects.filter(entity=w.entity.pk, n__gt=0).exists(), "the public page has something to show"
        (went,) = LedgerEntry.objects.filter(kind="complaints.straight").values_list("matter__area", flat=True)
        assert went == DEMO_OFFICE and RouteSet.objects.count() == 1
        run_pending()
        assert LedgerEntry.objects.filter(kind="complaints.straight").count() == 1, "the story stays as it is told"
        assert Item.objects.filter(identity_due__isnull=False, identity_shown=None).count() == 1
