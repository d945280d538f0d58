"""The incremental sync's cursor: everything once, nothing skipped, also when writers overlap."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from zhijian.kernel.registry.changes import changes_since
from zhijian.kernel.registry.models import Entity, Licence, Premises, PremisesStatus

ZHANGDIAN, ZICHUAN = [("370303", "370303~")], [("370302", "370302~")]


def place(n: int, area: str = "370303009", **more: Any) -> Premises:
    entity = Entity.objects.create(source="t", source_key=str(n), name=f"第{n}饭店", area=area)
    return Premises.objects.create(entity=entity, source="t", source_key=str(n), name=f"第{n}饭店", area=area, **more)


def names(changes: Any) -> list[str]:
    return sorted(p.source_key for p in changes.rows)


def pull_all(cursor: str | None, ranges: Any, limit: int = 500) -> tuple[list[str], list[Any], str]:
    return pull_now(cursor, ranges, limit)


def pull_now(cursor: str | None, ranges: Any, limit: int = 500) -> tuple[list[str], list[Any], str]:
    got: list[str] = []
    gone: list[Any] = []
    while True:
        page = changes_since(cursor, ranges, limit)
        got += names(page)
        gone += page.removed
        cursor = page.cursor
        if not page.more:
            return got, gone, cursor


def test_pages_changes_and_departures(fresh_database: Any) -> None:
    places = [place(n) for n in range(1, 8)] + [place(8, "370302001"), place(9, status=PremisesStatus.CLOSED)]
    got, gone, cursor = pull_all(None, ZHANGDIAN, limit=3)
    assert got == [str(n) for n in range(1, 8)]
    assert gone == []
    assert pull_all(cursor, ZHANGDIAN)[0] == []

    places[0].entity.representative = "新人"
    places[0].entity.save()
    Licence.objects.create(entity=places[1].entity, premises=places[1], kind="food_business", number="JY1")
    places[2].area = "370302001"
    places[2].save()
    places[3].status = PremisesStatus.CLOSED
    places[3].save()
    places[4].save()  # nothing has changed
    got, gone, cursor = pull_all(cursor, ZHANGDIAN)
    assert got == ["1", "2"]
    assert sorted(gone) == sorted([places[2].uid, places[3].uid])

    places[2].area = "370303009"
    places[2].save()
    assert pull_all(cursor, ZHANGDIAN)[:2] == (["3"], [])

    got, gone, _ = pull_all(cursor, ZICHUAN)  # a transfer: new areas whole, old places gone
    assert got == ["8"]
    assert set(gone) >= {p.uid for i, p in enumerate(places[:7]) if i != 3}
    assert pull_all("no cursor of ours", ZICHUAN)[0] == ["8"]


def test_a_slow_writer_is_not_skipped(fresh_database: Any) -> None:
    """An earlier transaction that commits after a later one was read comes with the next pull."""
    first, second = place(1), place(2)
    *_, cursor = pull_all(None, ZHANGDIAN)
    with psycopg.connect(fresh_database.urls.application) as slow:
        slow.execute("UPDATE registry_premises SET name = '慢' WHERE id = %s", [first.pk])
        Premises.objects.filter(pk=second.pk).update(name="快")  # begins later, commits at once
        got, _, middle = pull_now(cursor, ZHANGDIAN)
        assert got == [], "the horizon stands at the slow writer"
        slow.commit()
    got, _, _ = pull_all(middle, ZHANGDIAN)
    assert got == ["1", "2"]


def test_a_slow_writer_of_another_database_holds_nobody_back(fresh_database: Any, database_server: Any) -> None:
    with psycopg.connect(database_server.urls.application) as elsewhere:
        elsewhere.execute("SELECT pg_current_xact_id()")
        place(1)
        assert pull_now(None, ZHANGDIAN)[0] == ["1"]


@pytest.mark.slow
def test_no_change_is_lost_among_many_writers(fresh_database: Any) -> None:
    for n in range(1, 21):
        place(n)
    *_, cursor = pull_all(None, ZHANGDIAN)
    stop = threading.Event()

    def write(mine: int) -> None:
        with psycopg.connect(fresh_database.urls.application) as db:
            turn = 0
            while not stop.wait(0.003 * (mine + 1)):
                turn += 1
                pk = 1 + (turn * 7 + mine) % 20
                db.execute("UPDATE registry_premises SET name = %s WHERE source_key = %s", [f"{mine}-{turn}", str(pk)])
                if stop.wait(0.002 * mine):
                    break
                db.commit()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for writer in writers:
        writer.start()
    known = {p.source_key: p.name for p in Premises.objects.all()}
    for _ in range(60):
        page = changes_since(cursor, ZHANGDIAN, 4)
        known |= {p.source_key: p.name for p in page.rows}
        cursor = page.cursor
    stop.set()
    for writer in writers:
        writer.join()
    while True:
        page = changes_since(cursor, ZHANGDIAN)
        known |= {p.source_key: p.name for p in page.rows}
        cursor = page.cursor
        if not page.more:
            break
    assert known == {p.source_key: p.name for p in Premises.objects.all()}


@pytest.mark.django_db
def test_what_the_same_transaction_wrote_is_sent_at_once() -> None:
    one = place(1)
    assert names(changes_since(None, ZHANGDIAN)) == ["1"]
    one.status = PremisesStatus.CLOSED
    one.save()
    page = changes_since(changes_since(None, ZHANGDIAN).cursor, ZHANGDIAN)
    assert (names(page), page.removed) == ([], [one.uid])
