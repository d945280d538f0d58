"""Reading many places at once gives each what reading it alone gives, by as many queries for one as for all."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Licence, Premises
from zhijian.programmes.grading import reading, rules
from zhijian.programmes.grading.computing import outcome_of, settle, told
from zhijian.programmes.grading.models import Event, Grading
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection

TRADES = ("restaurant", "food_retail", "food_production", "pharmacy")


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


def _visits(w: world.World, shop: Premises, lists: list[Checklist], dice: random.Random) -> None:
    """Visits of all kinds: made, refused, looked at again, taken over without items, long ago."""
    for _n in range(dice.randrange(4)):
        at = calendar.start_of(calendar.today()) - dt.timedelta(days=dice.randrange(1500), hours=dice.randrange(24))
        refused = dice.random() < 0.1
        matter = Matter.objects.create(
            kind="inspection", title=shop.name, area=shop.area, state="hindered" if refused else "closed", opened=at,
            closed=at, entity=w.entity, premises=shop,
        )  # fmt: skip
        failed = dice.randrange(4)
        visit = Inspection.objects.create(
            matter=matter, purpose=dice.choice(["routine", "special", "recheck"]), started=at, ended=at,
            result="" if refused else "compliant", items_checked=40, failed=failed, failed_key=min(failed, 1),
            hindered="refused" if refused else "",
        )  # fmt: skip
        for place, one in enumerate(dice.sample(lists, dice.randrange(3))):
            ByList.objects.create(
                inspection=visit, checklist=one, place=place, items_checked=40, failed=failed, failed_key=0
            )
        for no in dice.sample(["1.1", "1.2", "2.3"], min(failed, 3)):
            Answer.objects.create(inspection=visit, item=no, answer="no", at=at)


def a_town(w: world.World, seed: int, n: int) -> list[int]:
    """Made-up places with everything on which a grade depends."""
    dice = random.Random(seed)
    lists = [w.checklist, world.make_checklist(version=2)]
    shops = []
    for k in range(n):
        shop = Premises.objects.create(
            entity=w.entity, name=f"店 {k}", area=world.OFFICE, trade=dice.choice(TRADES),
            status=dice.choice(["open", "open", "open", "closed"]),
        )  # fmt: skip
        for number in dice.sample(["JY23703030000001", "SC10637030300001", "SC20137030300002"], dice.randrange(3)):
            since = dice.choice([None, dt.date(2019, 5, 6), calendar.today()])
            Licence.objects.create(entity=w.entity, premises=shop, kind="food", number=f"{number}{k}", valid_from=since)
        _visits(w, shop, lists, dice)
        shops.append(shop.pk)
    settle(shops)
    for grading in Grading.objects.all():
        if dice.random() < 0.4:
            made = Event.objects.create(grading=grading, kind="penalty", on=calendar.today(), word="罚 1 号")
            if dice.random() < 0.3:
                Event.objects.create(grading=grading, kind="penalty", on=calendar.today(), word="撤", strikes=made)
        grading.known = {"scale": str(dice.randrange(300))}
        grading.save()
    return shops


@pytest.mark.parametrize("seed", range(3))
def test_each_of_many_is_read_as_it_is_alone(w: world.World, seed: int) -> None:
    with scoped(SYSTEM):
        shops = a_town(w, seed, 25)
        tables = rules.tables(calendar.today())
        assert tables is not None
        together = {one.premises.pk: one for one in reading.places(shops, tables)}
        assert list(together) == sorted(shops)
        for pk in shops:
            (alone,) = reading.places([pk], tables)
            both = together[pk]
            assert (alone.facts, alone.visits, alone.grading, alone.second) == (
                both.facts, both.visits, both.grading, both.second,
            )  # fmt: skip
            if both.graded(tables):
                assert told(outcome_of(alone, tables), tables) == told(outcome_of(both, tables), tables)
                assert both.grading is not None and isinstance(both.grading.points, Decimal)


def test_a_round_asks_as_often_for_one_place_as_for_all(w: world.World) -> None:
    with scoped(SYSTEM):
        shops = a_town(w, 7, 25)
        settle(shops)
        counts = []
        for some in (shops[:1], shops):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                done = settle(some)
            assert (done.opened, done.written, done.stepped) == (0, 0, 0)
            counts.append(len(asked))
    assert counts[1] <= counts[0] + 4, "a list's text, its answers, its events: once each, not once a place"
