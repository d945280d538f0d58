"""The bureau's own register in its practice copy: the enterprises, and nobody's name or number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.copying import NotPractice, copy_from
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.ops import database, testing

NAMES = ("王清", "周店长", "赵不足", "13805330000", "13805330042", "13905330001")


@pytest.fixture
def real(
    django_db_setup: None, database_server: testing.TestServer, worker_name: str, django_db_blocker: Any
) -> Iterator[str]:
    """A real register: one shop with everything that is personal, one that was merged, one made up."""
    with django_db_blocker.unblock(), database_server.cloned(database_server.template(), f"{worker_name}_real") as made:
        with scoped(SYSTEM):
            w = world.make()
            Entity.objects.filter(pk=w.entity.pk).update(extra={"经营者": "赵不足", "手机": "13905330001"})
            w.premises.contact, w.premises.contact_phone = "周店长", "13805330042"
            w.premises.phone, w.premises.extra = "13805330000", {"x": "13905330001"}
            w.premises.save()
            Entity.objects.create(name="并掉的店", area=world.OFFICE, merged_into=w.entity)
            Entity.objects.create(name="演示的店", area=world.OFFICE, source="made_up", source_key="1")
        yield made.urls.application


@pytest.fixture
def practice(
    real: str, database_server: testing.TestServer, worker_name: str, django_db_blocker: Any, settings: Any
) -> Iterator[str]:
    """A practice copy beside it; yields the address of the real database."""
    settings.TRAINING = True
    with django_db_blocker.unblock(), database_server.cloned(database_server.template(), f"{worker_name}_practice"):
        yield real


def copied(source: str) -> Any:
    with database.connect(source) as real, scoped(SYSTEM):
        return copy_from(real)


def everything() -> str:
    """All that the register's tables hold, as text."""
    said = []
    with connection.cursor() as cursor:
        for model in (Entity, Premises, Licence):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {model._meta.db_table} t")
            said += [row[0] for row in cursor.fetchall()]
    return json.dumps(said, ensure_ascii=False)


def test_enterprises_come_and_people_stay_behind(practice: str) -> None:
    done = copied(practice)
    assert (len(done.entities), len(done.premises), done.licences) == (1, 1, 1)
    with scoped(SYSTEM):
        (entity,), (place,) = Entity.objects.all(), Premises.objects.all()
        assert (entity.name, entity.code, entity.area) == ("淄博清风餐饮有限公司", "91370303MA3C000001", world.OFFICE)
        assert (place.name, place.entity, place.trade, str(place.lat)) == (
            "清风小馆(水晶街店)", entity, "restaurant", "36.810000",
        )  # fmt: skip
        assert Licence.objects.get().premises == place
        assert entity.representative not in ("", "王清")
        assert place.contact not in ("", "周店长")
        assert (entity.phone[:4], place.phone[:4], place.contact_phone) == ("000-", "000-", None)
        assert (entity.extra, place.extra) == ({}, {})
        held = everything()
    assert [one for one in NAMES if one in held] == []


def test_search_finds_the_shop_and_not_its_people(practice: str) -> None:
    copied(practice)
    with scoped(SYSTEM):
        assert [one.name for one in Entity.objects.filter(grams__overlap=Entity.objects.get().grams)]
        with database.connect(practice) as real:
            (theirs,) = real.execute("SELECT grams FROM registry_entity WHERE code <> ''").fetchone()  # type: ignore[misc]
        assert set(theirs) - set(Entity.objects.get().grams), "the bigrams of the representative are others"


def test_a_second_run_adds_what_came_since(practice: str) -> None:
    before = copied(practice)
    with database.connect(practice) as real:
        real.execute(
            "INSERT INTO registry_entity (uid, scheme, code, old_code, source, source_key, name, fold, grams, initials,"
            " name_key, kind, status, representative, phone, address, area, industry, pinned, extra) SELECT"
            " gen_random_uuid(), scheme, '91370303MA3C000002', '', '', '', '后来的店', fold, grams, initials, name_key,"
            " kind, status, representative, phone, address, area, industry, pinned, extra FROM registry_entity"
            " WHERE code = '91370303MA3C000001'"
        )
    after = copied(practice)
    assert (len(before.entities), len(after.entities)) == (1, 2)
    with scoped(SYSTEM):
        assert sorted(Entity.objects.values_list("name", flat=True)) == ["后来的店", "淄博清风餐饮有限公司"]
        assert Premises.objects.count() == 1


def test_the_real_one_takes_no_copy(practice: str, settings: Any) -> None:
    settings.TRAINING = False
    with pytest.raises(NotPractice):
        copied(practice)
    with scoped(SYSTEM):
        assert not Entity.objects.exists()


def test_it_only_reads_the_real_one(practice: str) -> None:
    with psycopg.connect(practice) as real:
        before = real.execute("SELECT count(*), max(xmin::text::bigint) FROM registry_entity").fetchone()
    copied(practice)
    with psycopg.connect(practice) as real:
        assert real.execute("SELECT count(*), max(xmin::text::bigint) FROM registry_entity").fetchone() == before
