"""Possible duplicates after the first look: only what was written since is compared, to the same list as of all."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Entity, Licence, Twin, TwinLook
from zhijian.kernel.registry.twins import finding


@pytest.fixture
def city(fresh_database: Any, monkeypatch: pytest.MonkeyPatch) -> list[Entity]:
    """Some files, looked at once; each further transaction commits."""
    monkeypatch.setattr(finding, "SHARE", 0.9)
    with scoped(SYSTEM):
        world.jurisdictions()
        files = [file(f"第{n}号面馆", phone=f"0533{n:07}", address=f"柳泉路{n}号") for n in range(30)]
    look()
    return files


def file(name: str, **more: Any) -> Entity:
    return Entity.objects.create(name=name, area=world.OFFICE, **more)


def look() -> int:
    with scoped(SYSTEM):
        return finding.find()


def listed() -> set[tuple[int, int, str]]:
    with scoped(SYSTEM):
        return {(t.one_id, t.other_id, " ".join(sorted(t.reasons))) for t in Twin.objects.all()}


def test_what_did_not_change_is_not_compared(city: list[Entity]) -> None:
    assert look() == 0
    with scoped(SYSTEM):
        twice = file("第7号面馆", address="柳泉路7号")
    with (
        scoped(SYSTEM),
        CaptureQueriesContext(
            connection,
        ) as said,
    ):
        assert finding.find() == 1
    compared = [query["sql"] for query in said if "GROUP BY" in query["sql"]]
    assert len(compared) == len(finding.GROUPS)
    assert all("twin_changed" in sql for sql in compared)
    assert listed() == {(city[7].pk, twice.pk, "name_address")}
    assert look() == 0
    assert len(listed()) == 1, "a pair whose files did not change stays"


def test_a_pair_that_is_none_any_more_goes_and_what_was_said_stays(city: list[Entity]) -> None:
    with scoped(SYSTEM):
        one, other = file("第7号面馆", address="柳泉路7号"), file("第8号面馆", address="柳泉路8号")
    look()
    with scoped(SYSTEM):
        Twin.objects.filter(other=other).update(state=Twin.State.APART)
        for gone in (one, other):
            gone.address = "别处"
            gone.save()
    look()
    assert {pair[1] for pair in listed()} == {other.pk}


def test_a_licence_that_comes_later_is_a_change(city: list[Entity]) -> None:
    with scoped(SYSTEM):
        Licence.objects.create(entity=city[1], kind="food", number="JY1")
    assert look() == 0
    with scoped(SYSTEM):
        Licence.objects.create(entity=city[2], kind="food", number="jy1")
    look()
    assert listed() == {(city[1].pk, city[2].pk, "licence")}


def test_what_a_slow_transaction_wrote_is_seen_the_next_time(city: list[Entity], fresh_database: Any) -> None:
    """It began before the look and commits after it."""
    import psycopg

    with psycopg.connect(fresh_database.env["DATABASE_URL"]) as slow:
        slow.execute("UPDATE registry_entity SET phone = %s WHERE id = %s", [city[3].phone, city[4].pk])
        slow.execute("UPDATE registry_entity SET name = %s WHERE id = %s", [city[3].name, city[4].pk])
        assert look() == 0
        slow.commit()
    assert look() == 1


@pytest.mark.parametrize("why", ["a week has passed", "another server", "most of it changed"])
def test_everything_is_looked_at_again(city: list[Entity], monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    with scoped(SYSTEM):
        last = TwinLook.objects.get()
        if why == "a week has passed":
            last.whole_at -= dt.timedelta(days=7)
        if why == "another server":
            last.mark = 2**40
        last.save()
        if why == "most of it changed":
            Entity.objects.update(industry="6210")
    seen: list[bool] = []

    def pairs(*, whole: bool) -> finding.Pairs:
        seen.append(whole)
        return {}

    monkeypatch.setattr(finding, "pairs", pairs)
    look()
    assert seen == [True]
    look()
    assert seen == [True, False]


def test_by_steps_the_list_is_the_same_as_of_all(city: list[Entity]) -> None:
    """Random changes, looked at after each few of them, then everything at once: no pair more or less."""
    dice = random.Random(11)
    for _ in range(4):
        with scoped(SYSTEM):
            for one in dice.sample(city, 5):
                other = dice.choice(city)
                field = dice.choice(["phone", "address", "name", "code"])
                setattr(one, field, f"9{one.pk:017}" if field == "code" else getattr(other, field))
                one.scheme = "uscc" if one.code else ""
                one.save()
            city.append(file(dice.choice(city).name, address=dice.choice(city).address, phone=dice.choice(city).phone))
        look()
    by_steps = listed()
    assert by_steps
    with scoped(SYSTEM):
        TwinLook.objects.all().delete()
    look()
    assert listed() == by_steps
