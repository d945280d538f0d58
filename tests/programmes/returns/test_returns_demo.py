"""The demo city's pledges: as many as are asked for, as the steps would have made them, some broken."""

from __future__ import annotations

import pytest
from tests import openers, world
from tests.programmes.returns.conftest import complaint_about, do

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.returns import demo, effects
from zhijian.programmes.returns.models import ReturnPledge, Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted(w: world.World) -> list[str]:
    said: list[str] = []
    with scoped(SYSTEM):
        w.person("sun", Role.HEAD, world.OFFICE)
        shop = Entity.objects.create(name="齐都百货", area=world.OFFICE, source=SOURCE, source_key="1")
        for n in range(60):
            Premises.objects.create(entity=shop, name=f"百货{n}", area=world.OFFICE, trade="product_seller")
        demo.plant(0, said.append)
        demo.plant(0, said.append)
    return said


def test_planted_once_in_every_state(planted) -> None:
    assert len(planted) == 1
    with scoped(SYSTEM):
        states = set(Matter.objects.filter(kind="return_pledge").values_list("state", flat=True))
        assert ReturnPledge.objects.count() == demo.LEAST
        assert states == {"offered", "sent_back", "in_force", "withdrawn"}
        assert not ReturnPledge.objects.filter(live=True).exclude(matter__state="in_force").exists()


def test_planted_as_performed(w, planted) -> None:
    """One that is in force, beside the same done step by step."""
    with scoped(SYSTEM):
        one = ReturnPledge.objects.filter(live=True).select_related("matter__premises").first()
        told = {name: getattr(one, name) for name in openers.pledged()}
    made = do(w.actor("内勤"), openers.return_pledge(w, **told), "accept")
    with scoped(SYSTEM):
        other = ReturnPledge.objects.get(pk=made.pk)
        away = {"matter_id", "code", "accepted_on", "area"}
        both = [{k: v for k, v in vars(row).items() if k[0] != "_" and k not in away} for row in (one, other)]
        assert both[0] == both[1] and one.area == one.matter.area
        version, same = (Version.objects.get(pledge=row) for row in (one, other))
        assert version.since == one.accepted_on and same.since == other.accepted_on
        assert effects.in_force(one, one.valid_until) == version
        clocks = [
            [(one.rule, one.fixed, one.stopped is None) for one in Clock.objects.filter(matter=row.pk).order_by("rule")]
            for row in (one, other)
        ]
        assert clocks[0] == clocks[1] and one.matter.due == one.valid_until
        kinds = [LedgerEntry.objects.filter(matter=row.pk).order_by("seq").values_list("kind") for row in (one, other)]
        assert list(kinds[0]) == list(kinds[1])


def test_some_were_broken(w, planted) -> None:
    with scoped(SYSTEM):
        live = ReturnPledge.objects.filter(live=True).select_related("matter__entity", "matter__premises").first()
    w.entity, w.premises = live.matter.entity, live.matter.premises
    of = complaint_about(w, live.matter)
    with scoped(SYSTEM):
        assert demo.broken() == 0, "one that has not ended says nothing yet"
        Matter.objects.filter(pk=of.pk).update(state="answered", closed=of.opened)
        assert demo.broken() == 1
        live.refresh_from_db()
        assert live.broken == 1
