"""Two files of one enterprise become one, a wrong one becomes two, and both go back as they came."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from tests import world as worlds
from tests.kernel.matters.test_scope import plan
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.links import make_link, open_link
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry import demo, joining, links
from zhijian.kernel.registry.alike import alike
from zhijian.kernel.registry.changes import changes_since
from zhijian.kernel.registry.history import history
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.models import Entity, EntityJoin, Licence, Premises
from zhijian.kernel.registry.search import by_code, by_door_code, matching, search

from .tables import FOOD_HEAD, code, food, write


@pytest.fixture
def world(db: None) -> Iterator[worlds.World]:
    """The small world; a clerk of its office."""
    with scoped(SYSTEM):
        made = worlds.make()
        made.person("内勤", Role.CLERK, worlds.OFFICE)
        yield made


def twin(w: worlds.World, name: str = "淄博清风餐饮有限公司", **more: Any) -> Entity:
    """The same enterprise once more: its code typed with an O, its shop and licence on file a second time."""
    more = {"scheme": "uscc", "code": "9137O303MA3C000001", "phone": "13805330000", "representative": "王清"} | more
    entity = Entity.objects.create(name=name, area=worlds.OFFICE, **more)
    shop = Premises.objects.create(
        entity=entity, name=w.premises.name, address=w.premises.address, area=worlds.OFFICE, trade="restaurant"
    )
    Licence.objects.create(entity=entity, premises=shop, kind="food", number=f"JY{entity.pk:014d}")
    return entity


def join(kept: Entity, other: Entity, actor: Actor = SYSTEM, **more: Any) -> EntityJoin:
    return joining.merge(kept, other, actor, seen=joining.fingerprint(kept, other), **more)


def everything(entity: Entity) -> dict[str, list[Any]]:
    """Every row that points at the entity, by foreign key."""
    found = {}
    for link in links.links(Entity):
        rows = list(link.rows(**{link.field: entity.pk}).order_by("pk").values_list("pk", flat=True))
        if rows:
            found[link.label] = rows
    return found


def test_every_foreign_key_is_moved_or_said_to_stay(db: None) -> None:
    """A later programme's table can't be forgotten: what the database itself knows is what is moved or declared."""
    sql = """SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = %s::regclass"""
    for target in (Entity, Premises):
        known = {
            (one.model._meta.db_table, one.model._meta.get_field(one.field).column)  # type: ignore[union-attr]
            for one in links.links(target, moving=False)
        }
        with connection.cursor() as cursor:
            cursor.execute(sql, [target._meta.db_table])
            assert set(cursor.fetchall()) <= known
        assert all(not one.model._meta.get_field(one.field).primary_key for one in links.links(target)), (  # type: ignore[union-attr]
            "a one-to-one that is the key itself can't be moved: declare it with links.stays, and say how it is read"
        )


def test_what_is_declared_to_stay_is_there() -> None:
    labels = {one.label for target in (Entity, Premises) for one in links.links(target, moving=False)}
    assert set(links._STAYS) <= labels
    assert "matters.Matter.entity" in labels
    assert all(apps.get_model(label.rsplit(".", 1)[0]) for label in labels)


def test_a_merge_moves_the_whole_file_and_its_way_back_restores_it(world: worlds.World) -> None:
    other = twin(world)
    shop = other.premises.get()
    with scoped(SYSTEM):
        finding = OPENERS["rectification"](worlds.World(other, shop, world.checklist, world.people))
    token = make_link(other, finding)
    before = everything(world.entity), everything(other)
    assert {"matters.Matter.entity", "registry.Premises.entity", "accounts.AccessLink.entity"} <= set(before[1])
    head = LedgerEntry.objects.filter(entity=other).order_by("pk").first()
    assert head is not None

    done = join(world.entity, other, world.actor("内勤"), reason="营业执照号录错")

    assert everything(other) == {}
    kept = everything(world.entity)
    for label, rows in before[1].items():
        assert set(rows) <= set(kept[label]), label
    other.refresh_from_db()
    assert other.stands == world.entity
    link = open_link(token)
    assert link is not None and link.entity == world.entity
    assert by_door_code(shop.door_code) == shop
    # the ledger was not rewritten, and the kept file shows both chains
    assert LedgerEntry.objects.get(pk=head.pk).entity_id == other.pk
    shown = joining.File(world.entity).entries()
    assert head in shown
    assert shown.filter(kind="registry.merged").count() == 1  # in both chains, but shown once
    chains = LedgerEntry.objects.filter(kind="registry.merged").values_list("subject", flat=True)
    assert set(chains) == {f"entity:{world.entity.pk}", f"entity:{other.pk}"}

    joining.take_back(done, world.actor("内勤"))
    other.refresh_from_db()
    assert other.merged_into is None
    after = everything(world.entity), everything(other)
    assert after == before
    assert not joining.File(world.entity).entries().filter(pk=head.pk).exists()


def test_the_enterprise_reads_what_was_said_of_the_merged_file(world: worlds.World) -> None:
    other = twin(world)
    moved = plan(worlds.World(other, other.premises.get(), world.checklist, world.people))
    join(world.entity, other)
    with scoped(party_of(world.entity)) as party:
        assert in_scope(Matter.objects.all(), party).filter(pk=moved.pk).exists()
        assert LedgerEntry.objects.filter(matter=moved).exists()
    with scoped(party_of(other)):
        assert not Matter.objects.filter(pk=moved.pk).exists()


def test_one_and_the_same_place(world: worlds.World) -> None:
    """The second row of a shop is closed, the code on its door leads to the first; phones drop it."""
    other = twin(world)
    second = other.premises.get()
    moved = plan(worlds.World(other, second, world.checklist, world.people))
    area = [(worlds.OFFICE, worlds.OFFICE + "~")]
    cursor = changes_since(None, area).cursor
    assert joining.same_places(world.entity, other) == [(world.premises, second)]
    done = join(world.entity, other, places=[second.pk])
    moved.refresh_from_db()
    assert moved.premises == world.premises
    assert by_door_code(second.door_code) == world.premises
    news = changes_since(cursor, area)
    assert second.uid in news.removed
    joining.take_back(done, SYSTEM)
    moved.refresh_from_db()
    second.refresh_from_db()
    assert (moved.premises, second.status, second.merged_into, second.entity) == (second, "open", None, other)


def test_chains_of_merges_lead_to_the_last_and_go_back_in_turn(world: worlds.World) -> None:
    b, c = twin(world), twin(world, "清风餐饮", code="")
    first = join(b, world.entity)
    second = join(c, b)
    for one in (world.entity, b):
        one.refresh_from_db()
        assert one.stands == c
    with pytest.raises(joining.NotPossible):
        joining.take_back(first, SYSTEM)
    joining.take_back(second, SYSTEM)
    joining.take_back(first, SYSTEM)
    assert not Entity.objects.exclude(merged_into=None).exists()
    with pytest.raises(joining.NotPossible):
        joining.take_back(first, SYSTEM)


def test_search_lists_and_codes_lead_to_the_kept_file(world: worlds.World) -> None:
    other = twin(world, "清风老店")
    join(world.entity, other)
    assert [hit.entity for hit in search("清风老店")] == [world.entity]
    hit = search("清风老店")[0]
    assert (hit.why, hit.shown) == ("former", "清风老店")
    assert [hit.entity for hit in search("清风")] == [world.entity]
    assert by_code("9137O303MA3C000001") == world.entity
    assert list(matching(Entity.objects.all(), "清风老店")) == [world.entity]


def test_who_answers_for_one_office_merges_nothing_of_another(world: worlds.World) -> None:
    other = twin(world)
    Premises.objects.filter(entity=other).update(area=worlds.NEIGHBOUR_OFFICE)
    with pytest.raises(joining.NotPossible) as caught:
        join(world.entity, other, world.actor("内勤"))
    assert caught.value.forbidden
    other.refresh_from_db()
    assert other.merged_into is None
    world.person("市局内勤", Role.CLERK, worlds.CITY)
    join(world.entity, other, world.actor("市局内勤"))


def test_what_somebody_changed_meanwhile_is_a_conflict(world: worlds.World) -> None:
    other = twin(world)
    seen = joining.fingerprint(world.entity, other)
    plan(worlds.World(other, other.premises.get(), world.checklist, world.people))
    with pytest.raises(joining.Changed):
        joining.merge(world.entity, other, SYSTEM, seen=seen)
    with pytest.raises(joining.NotPossible):
        join(other, other)


def test_what_came_late_follows(world: worlds.World) -> None:
    other = twin(world)
    before = everything(other)
    done = join(world.entity, other)
    late = Licence.objects.create(entity=other, kind="food", number="JY-late")
    assert joining.follow() == 1
    assert joining.follow() == 0
    late.refresh_from_db()
    assert late.entity == world.entity
    done.refresh_from_db()
    joining.take_back(done, SYSTEM)
    before["registry.Licence.entity"].append(late.pk)
    assert everything(other) == before


def test_a_split_takes_what_was_chosen_and_all_that_belongs_to_it(world: worlds.World) -> None:
    shop = Premises.objects.create(entity=world.entity, name="另一家", address="二马路 2 号", area=worlds.OFFICE)
    Licence.objects.create(entity=world.entity, premises=shop, kind="food", number="JY-2")
    mine = plan(world)
    theirs = OPENERS["rectification"](worlds.World(world.entity, shop, world.checklist, world.people))
    token = make_link(world.entity, theirs)
    before = everything(world.entity)
    target = Entity.objects.create(name="另一家餐饮", area=worlds.OFFICE)
    chosen = joining.Chosen(premises=frozenset({shop.pk}))
    counted = joining.belonging(world.entity, chosen)
    done = joining.split(
        world.entity, target, chosen, world.actor("内勤"), seen=joining.fingerprint(world.entity), reason="两家"
    )
    went = everything(target)
    assert {label: len(rows) for label, rows in went.items()} == counted
    assert went["registry.Premises.entity"] == [shop.pk]
    assert theirs.pk in went["matters.Matter.entity"]
    assert mine.pk in everything(world.entity)["matters.Matter.entity"]
    link = open_link(token)
    assert link is not None and link.entity == target
    # what happened in the matter is read in its new file, and no longer in the old one
    opened = LedgerEntry.objects.filter(matter=theirs).first()
    assert opened in joining.File(target).entries()
    assert opened not in joining.File(world.entity).entries()
    joining.take_back(done, world.actor("内勤"))
    assert everything(world.entity) == before
    with pytest.raises(joining.NotPossible):
        joining.split(world.entity, target, joining.Chosen(), SYSTEM, seen=joining.fingerprint(world.entity))


def test_imports_follow_merges_and_leave_splits_alone(db: None, tmp_path: Path) -> None:
    with scoped(SYSTEM):
        worlds.jurisdictions()
    path = write(tmp_path / "food.csv", [FOOD_HEAD, food(1), food(2)])
    assert import_file(path, "food_licences").state == "done"
    first, second = Entity.objects.get(code=code(1)), Entity.objects.get(code=code(2))
    join(first, second)
    more = write(tmp_path / "more.csv", [FOOD_HEAD, food(1), food(2), food(3, 社会信用代码=code(2))])
    assert import_file(more, "food_licences").state == "done"
    assert Premises.objects.filter(entity=second).count() == Licence.objects.filter(entity=second).count() == 0
    assert Licence.objects.filter(entity=first).count() == 3
    third = Entity.objects.create(name="分出的店", area=worlds.OFFICE)
    shop = Premises.objects.filter(entity=first).order_by("pk").last()
    assert shop is not None
    chosen = joining.Chosen(premises=frozenset({shop.pk}))
    joining.split(first, third, chosen, SYSTEM, seen=joining.fingerprint(first))
    assert import_file(more, "food_licences").state == "done"
    shop.refresh_from_db()
    assert shop.entity == third
    assert shop.licences.get().entity == third


def test_proposals_with_their_reasons(world: worlds.World) -> None:
    other = twin(world, address=world.entity.address)
    same_house = Entity.objects.create(
        name="淄博清风餐饮", phone=world.entity.phone, representative="王 清", area="3703"
    )
    Entity.objects.create(name="别家", phone=world.entity.phone, representative="李四", area="3703")
    moved = Entity.objects.create(name="清风分局", scheme="uscc", code="91370302MA3C000001", area="3703")
    found = {one.entity.pk: one.reasons for one in alike(world.entity)}
    assert found == {other.pk: ["code", "phone_person"], same_house.pk: ["phone_person"], moved.pk: ["organisation"]}
    namesake = Entity.objects.create(name="淄博清风餐饮 有限公司", address="水晶街1号", area="3703")
    Entity.objects.filter(pk=world.entity.pk).update(address="水晶街 1 号")
    world.entity.refresh_from_db()
    assert {one.entity.pk: one.reasons for one in alike(world.entity)}[namesake.pk] == ["name_address"]


def test_the_demo_city_has_one_enterprise_on_file_twice(world: worlds.World) -> None:
    spare = Entity.objects.create(name="别的名字", area=worlds.OFFICE)
    Entity.objects.create(name="又一家", area=worlds.OFFICE)
    said: list[str] = []
    for _ in range(2):
        demo.plant(worlds.OFFICE, said.append)
        assert [(one.entity, one.reasons) for one in alike(world.entity)] == [(spare, ["phone_person"])]
    assert [change.old for change in history(joining.File(spare))][-1] == "别的名字"
    assert said == ["map: 2 cells", "possible duplicates: 1"] * 2


def cross(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], int, int]:
    """Two people at once: one merges A into B, the other B into A. Returns what they were told, and the two."""
    with scoped(SYSTEM):
        w = worlds.make()
        a, b = w.entity, twin(w)
        seen = joining.fingerprint(a, b)
    both, said = threading.Barrier(2, timeout=20), []
    fingerprint = joining.fingerprint

    def slowly(*files: Entity) -> str:
        """Both have looked before either goes on, unless one waits for its turn."""
        found = fingerprint(*files)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(timeout=2)
        return found

    monkeypatch.setattr(joining, "fingerprint", slowly)

    def go(kept: Entity, other: Entity) -> None:
        try:
            joining.merge(kept, other, SYSTEM, seen=seen)
            said.append("done")
        except (joining.Changed, joining.NotPossible) as error:
            said.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=pair) for pair in ((a, b), (b, a))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    monkeypatch.setattr(joining, "fingerprint", fingerprint)
    return sorted(said), a.pk, b.pk


def test_without_locks_two_merges_crossing_make_a_circle(fresh_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "_take_locks", lambda cursor, pks: None)
    said, a, b = cross(monkeypatch)
    assert said == ["done", "done"]
    assert Entity.objects.get(pk=a).merged_into_id == b and Entity.objects.get(pk=b).merged_into_id == a


def test_of_two_merges_crossing_one_is_told_of_the_other(fresh_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said, a, b = cross(monkeypatch)
    assert said == ["Changed", "done"]
    assert Entity.objects.filter(pk__in=(a, b), merged_into=None).count() == 1


def test_what_was_on_its_way_follows(fresh_database: Any) -> None:
    """A licence written while its enterprise is merged, committed after it: foreign keys are looked at only then."""
    with scoped(SYSTEM):
        w = worlds.make()
        other = twin(w)
    written, merged = threading.Event(), threading.Event()

    def writer() -> None:
        with scoped(SYSTEM):
            Licence.objects.create(entity=other, kind="food", number="JY-meanwhile")
            written.set()
            merged.wait(20)
        connections.close_all()

    thread = threading.Thread(target=writer)
    thread.start()
    assert written.wait(20)
    with scoped(SYSTEM):
        join(w.entity, other)
    merged.set()
    thread.join(20)
    assert Licence.objects.filter(entity=other).count() == 1
    assert joining.follow() == 1
    assert Licence.objects.filter(entity=other).count() == 0


def test_an_import_that_is_writing_is_not_waited_for_long(fresh_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    with scoped(SYSTEM):
        w = worlds.make()
        other = twin(w)
    monkeypatch.setattr(joining, "PATIENCE", "200ms")
    with psycopg.connect(fresh_database.urls.application) as busy:
        busy.execute("SELECT pg_advisory_xact_lock(%s)", [joining.MERGE_LOCK])
        began = time.monotonic()
        with pytest.raises(joining.NotPossible):
            join(w.entity, other)
        assert time.monotonic() - began < 20
