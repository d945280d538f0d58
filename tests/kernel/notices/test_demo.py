"""The telling's part of the demo city: a group with its digest, receipts, one message that did not arrive; once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.browser.conftest import OFFICE

from zhijian.kernel import jobs
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices import demo
from zhijian.kernel.notices.models import Notice, Robot, SimulatedMessage
from zhijian.kernel.notices.telling import step_data, tell
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.flow import INSPECTION
from zhijian.programmes.inspection.models import Checklist

pytestmark = pytest.mark.django_db


def visits(n: int) -> None:
    """Planned visits to made-up shops of the demo's office, each told by text message."""
    with scoped(SYSTEM):
        zhao, qian = (Person.objects.get(username=name) for name in ("zhao", "qian"))
        checklist = Checklist.objects.filter(applies__contains=["restaurant"]).latest("version").pk
        for k in range(n):
            entity = Entity.objects.create(name=f"餐饮{k}号", area=OFFICE, phone=f"1380533000{k}")
            shop = Premises.objects.create(
                entity=entity, name=f"小馆{k}", area=OFFICE, trade="restaurant", source=SOURCE, source_key=str(k)
            )
            matter = perform(
                INSPECTION, "plan", SYSTEM, about=About(shop.name, OFFICE, entity, shop), planned_for=calendar.today(),
                assignee=zhao.pk, second=qian.pk, checklist=checklist,
            )  # fmt: skip
            told = step_data(INSPECTION, INSPECTION.steps[0], matter)
            tell(entity, matter=matter, template="step", data=told, actor=SYSTEM)


def test_it_is_planted_once_and_believable() -> None:
    with scoped(SYSTEM):
        load_jurisdictions()
        people.plant(calendar.today())
        load_shipped()
    visits(2)
    jobs.run_pending()
    with scoped(SYSTEM):
        SimulatedMessage.objects.update(at=calendar.start_of(calendar.today()) - dt.timedelta(days=1))
    said: list[str] = []
    demo.plant(said.append)
    demo.plant(said.append)
    assert said == ["notices: 1 groups, 2 receipts, 1 message that did not arrive"]
    with scoped(SYSTEM):
        assert Robot.objects.get().area == OFFICE
        (digest,) = Notice.objects.filter(channel="robot")
        assert digest.state == "sent" and digest.sent_at == digest.made_at
        assert sorted(Notice.objects.filter(channel="sms").values_list("state", "arrival")) == [
            ("failed", "no"), ("sent", "yes"),
        ]  # fmt: skip
        assert Notice.objects.filter(template="notices.undelivered", person__username="zhao").count() == 1
