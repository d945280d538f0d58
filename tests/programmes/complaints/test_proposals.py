"""Who is meant is ranked as items come, and the page shows what stands there as long as it holds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.programmes.complaints.conftest import matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.likely import Told, at_once, likely
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.complaints import proposals, traces
from zhijian.programmes.complaints.models import Trace


def came(centre, *rows) -> None:
    take_in(centre, *rows)
    with scoped(SYSTEM):
        traces.make()
    proposals.rank()


def asked_anew(monkeypatch) -> list[Told]:
    """What `likely` is asked for from now on."""
    told: list[Told] = []
    monkeypatch.setattr(proposals, "likely", lambda one, limit: (told.append(one), likely(one, limit))[1])
    return told


@pytest.fixture
def sign(w) -> str:
    return str(w.premises.name)


def test_a_ranked_proposal_stands_by_what_came_and_the_page_asks_no_more(w, centre, sign, monkeypatch):
    came(
        centre,
        order("N1", 被投诉对象=sign),
        order("N2", 被投诉对象="清丰小馆"),
        order("N3", 被投诉对象="", 地址="", 诉求内容="物价高"),
    )
    asked = asked_anew(monkeypatch)
    for number, expected in (("N1", w.entity), ("N2", w.entity), ("N3", None)):
        matter = matter_of(number)
        with scoped(SYSTEM):
            assert Trace.objects.get(matter=matter).ranked is not None
            found = proposals.candidates(matter, matter.item)
            assert (found[0].entity if found else None) == expected, number
            anew = likely(proposals.told_of(matter, matter.item), limit=6)
        assert [(one.entity, one.premises) for one in found] == [(one.entity, one.premises) for one in anew]
        assert all(str(reason) for one in found for reason in one.reasons)
    assert asked == []


def test_what_is_told_or_registered_since_is_ranked_anew(w, centre, sign, monkeypatch):
    came(centre, order("N1", 被投诉对象=sign))
    asked, matter = asked_anew(monkeypatch), matter_of("N1")
    with scoped(SYSTEM):
        item = matter.item
        item.said_name = "别的店"
        proposals.candidates(matter, item)
        assert len(asked) == 1, "another name"
        item.said_name = sign
        proposals.candidates(matter, item)
        assert len(asked) == 1
    for change in (
        lambda: Entity.objects.create(name=sign, area=world.OFFICE),
        lambda: Premises.objects.filter(pk=w.premises.pk).update(name="换了招牌"),
        lambda: Entity.objects.filter(pk=w.entity.pk).update(name="改了名"),
    ):
        with scoped(SYSTEM):
            trace = Trace.objects.get(matter=matter)
            trace.ranked = None
            trace.save()
        proposals.rank()
        asked.clear()
        with scoped(SYSTEM):
            proposals.candidates(matter, matter.item)
            assert asked == []
            change()
            proposals.candidates(matter, matter.item)
            assert len(asked) == 1


def test_many_that_are_told_as_they_are_registered_cost_a_few_queries(w):
    with scoped(SYSTEM):
        for n in range(30):
            one = Entity.objects.create(name=f"好味{n}号饭店", area=world.OFFICE, phone=f"1390000{n:04d}")
            Premises.objects.create(entity=one, name=one.name, area=world.OFFICE)
        told = [Told(name=f"好味{n}号饭店", area=world.OFFICE) for n in range(15)]
        told += [Told(phone=f"1390000{n:04d}", text="吃坏了", area=world.OFFICE) for n in range(15, 30)]
        with CaptureQueriesContext(connection) as asked:
            found = at_once([*told, Told(name="谁也不是")])
        assert len(asked) <= 4
        assert [some[0].entity.name for some in found[:15]] == [one.name for one in told[:15]]
        assert found[-1] == []
        for some, one in zip(found, [*told, Told()], strict=True):
            assert not some or some[0].entity == likely(one)[0].entity
            assert all(reason.code != "only" for each in some for reason in each.reasons)
