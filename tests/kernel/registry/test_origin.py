"""An enterprise's file says from which import it came: derived, so that an import writes nothing more for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests import world as worlds

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.ids import moment_of, uuid7, uuid7_at
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.models import Entity, ImportRun
from zhijian.kernel.registry.origin import MILLISECOND, origin

from .tables import FOOD_HEAD, HEAD, code, entity, food, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> worlds.World:
    with scoped(SYSTEM):
        made = worlds.make()
        made.head, made.person("文员", worlds.Role.CLERK, worlds.OFFICE)
        return made


def brought(
    tmp_path: Path, name: str, *rows: list[str], mapping: str = "registration", head: list[str] = HEAD
) -> ImportRun:
    run = import_file(write(tmp_path / name, [head, *rows]), mapping)
    assert run.state == "done"
    return run


def test_the_first_line_of_its_file_is_the_import(w: worlds.World, tmp_path: Path) -> None:
    with scoped(w.actor("文员")) as clerk:
        run = import_file(write(tmp_path / "一月.csv", [HEAD, entity(1)]), "registration", actor=clerk)
    client = Client()
    client.force_login(w.head)

    def lines(n: int) -> list[Any]:
        page = client.get(f"/e/{Entity.objects.get(code=code(n)).uid}/")
        return [line for _day, day in page.context["days"] for line in day]

    (line,) = lines(1)
    assert (line.words, line.who) == ("由导入文件“一月.csv”录入底册", "文员")
    assert run.started <= line.at + MILLISECOND and line.at <= run.finished
    brought(tmp_path, "二月.csv", entity(1, "淄博新春酒家"), entity(2))
    assert {line.words for line in lines(1)} == {
        "由导入文件“一月.csv”录入底册", "登记事项变更：名称 淄博第1饭店 → 淄博新春酒家"
    }  # fmt: skip
    assert [(line.words, line.who) for line in lines(2)] == [("由导入文件“二月.csv”录入底册", "平台")]


def test_a_file_that_a_person_made_came_from_no_import(w: worlds.World, tmp_path: Path) -> None:
    assert origin(w.entity) is None
    run = brought(tmp_path, "a.csv", entity(1))
    assert run.started is not None
    within = Entity.objects.create(name="现场登记", uid=uuid7_at(run.started + dt.timedelta(milliseconds=2)))
    assert origin(within) is None, "made while an import ran, and not by it"
    odd = Entity.objects.create(name="旧号", uid=uuid4(), source="registration", source_key="1")
    assert origin(odd) is None


def test_trials_and_imports_of_another_source_made_nothing(tmp_path: Path) -> None:
    import_file(write(tmp_path / "试.csv", [HEAD, entity(1)]), "registration", dry_run=True)
    brought(tmp_path, "食.csv", food(2), mapping="food_licences", head=FOOD_HEAD)
    run = brought(tmp_path, "真.csv", entity(1))
    ImportRun.objects.exclude(pk=run.pk).update(started=run.started, finished=run.finished)
    one = origin(Entity.objects.get(code=code(1)))
    assert one is not None and one.files == ["真.csv"]


def test_where_two_of_a_kind_ran_at_once_both_are_named(tmp_path: Path) -> None:
    first = brought(tmp_path, "甲.csv", entity(1))
    second = brought(tmp_path, "乙.csv", entity(2))
    ImportRun.objects.filter(pk=first.pk).update(finished=second.finished)
    told = origin(Entity.objects.get(code=code(2)))
    assert told is not None and told.files == ["甲.csv", "乙.csv"]


def test_it_is_one_query_whatever_was_imported_since(tmp_path: Path) -> None:
    brought(tmp_path, "a.csv", entity(1))
    one = Entity.objects.get(code=code(1))
    ImportRun.objects.bulk_create(
        ImportRun(file_name=f"{n}.csv", state="done", mapping="registration") for n in range(50)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert origin(one) is not None
    assert len(queries) == 1


@given(st.integers(0, 10**16).map(lambda us: dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=us)))
def test_a_uid_bears_its_moment(moment: dt.datetime) -> None:
    least = uuid7_at(moment)
    told = moment_of(least)
    assert told is not None and dt.timedelta() <= moment - told < dt.timedelta(milliseconds=1)
    assert least.version == 7 and least < uuid7_at(moment + dt.timedelta(milliseconds=1))


def test_a_new_uid_is_of_now() -> None:
    now, told = dt.datetime.now(dt.UTC), moment_of(uuid7())
    assert told is not None and abs(now - told) < dt.timedelta(seconds=5)
    assert moment_of(UUID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")) is None
