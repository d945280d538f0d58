"""The draw of a double-random check: pure lots, a pool that is kept, officers who can go, visits that are planned."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.openers import visit_draw
from tests.programmes.inspection.test_capping import cap
from tests.world import in_days

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection.draw import acts, lot
from zhijian.programmes.inspection.draw.models import Draw, DrawnPlace, DrawPool, Recusal
from zhijian.programmes.inspection.models import Inspection

SEED = st.text("0123456789abcdef", min_size=8, max_size=8)
GRADES = st.dictionaries(st.uuids().map(str), st.sampled_from(["A", "B", "C", "D", ""]), max_size=40)
SHARES = st.dictionaries(st.sampled_from(["A", "B", "C", "D", "none"]), st.integers(0, 100))


@given(SEED, GRADES, SHARES)
def test_each_grade_gives_its_share_and_the_order_of_the_pool_says_nothing(
    seed: str, grades: dict[str, str], shares: dict[str, int]
) -> None:
    found = lot.chosen(seed, grades, shares)
    assert found == lot.chosen(seed, dict(reversed(grades.items())), shares)
    drawn, there = Counter(grades[uid] for uid in found), Counter(grades.values())
    for grade, n in there.items():
        percent = shares.get(grade or "none", shares.get("none", 0))
        assert drawn[grade] == lot.share(n, percent)
        assert drawn[grade] * 100 >= n * percent


@given(SEED, st.sets(st.integers(0, 99).map(str), min_size=2, max_size=12))
def test_who_is_recused_is_replaced_by_the_next_lot_and_nobody_else_moves(seed: str, able: set[str]) -> None:
    two = lot.pair(seed, "place", able)
    assert two is not None
    assert two[0] != two[1]
    again = lot.pair(seed, "place", able - {two[0]})
    if len(able) == 2:
        assert again is None
    else:
        assert again is not None
        assert again[0] == two[1], "the other one stays"


@given(st.integers(1, 50), st.integers(1, 20))
def test_days_are_filled_evenly(n: int, days: int) -> None:
    used = Counter(lot.spread(n, range(days)))
    assert max(used.values()) - min(used[day] for day in range(days)) <= 1


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
        made.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    return made


def shops(w: world.World, n: int, grade: str = "D") -> list[Premises]:
    with scoped(SYSTEM):
        entities = [Entity.objects.create(scheme="none", code=f"t-{k}", name=f"店{k}", area=world.OFFICE)
                    for k in range(n)]  # fmt: skip
        return [Premises.objects.create(entity=one, name=one.name, address=f"{k} 号", area=world.OFFICE,
                                        trade="restaurant", risk=grade) for k, one in enumerate(entities)]  # fmt: skip


def record(matter: Matter) -> Draw:
    return Draw.objects.get(pk=matter.pk)


def test_anyone_can_do_it_over_with_nothing_but_the_pool_the_seed_and_a_hash(w: world.World) -> None:
    shops(w, 3)
    matter = visit_draw(w)
    with scoped(SYSTEM):
        draw, kept = record(matter), DrawPool.objects.get(pk=matter.pk)
        entry = LedgerEntry.objects.get(kind="inspection.drawn", matter=matter)
        assert (entry.data["seed"], entry.data["digest"]) == (draw.seed, draw.digest)
        text = json.dumps([kept.places, kept.officers], ensure_ascii=False, separators=(",", ":"))
        assert sha256(text.encode()).hexdigest() == draw.digest
        lots = {uid: sha256(f"{draw.seed}:{uid}".encode()).hexdigest() for uid, *_rest in kept.places}
        officers = ("鲁C-001", "鲁C-002", "鲁C-003")
        graded = [uid for uid, grade, *_rest in kept.places if grade == "D"]
        rows = list(draw.places.select_related("premises", "first", "second"))
        assert [str(one.premises.uid) for one in rows] == sorted(lots, key=lots.__getitem__), "1 without a grade, 3 D"
        assert len(graded) == 3
        for one in rows:
            lots_here = {c: sha256(f"{draw.seed}:{one.premises.uid}:{c}".encode()).hexdigest() for c in officers}
            by_lot = sorted(lots_here, key=lots_here.__getitem__)
            assert [one.first.certificate_no, one.second.certificate_no] == by_lot[:2]
        assert acts.recompute(draw)
        DrawnPlace.objects.filter(pk=rows[0].pk).update(first=rows[0].second, second=rows[0].first)
        assert not acts.recompute(draw), "whoever swaps the lots afterwards is found out"


def test_nobody_on_leave_without_a_certificate_or_recused_is_drawn(w: world.World) -> None:
    with scoped(SYSTEM):
        w.person("丁", Role.INSPECTOR, world.OFFICE, "鲁C-004", until=in_days(1))
        w.person("戊", Role.INSPECTOR, world.NEIGHBOUR_OFFICE, "鲁C-005")
        w.person("己", Role.HELPER, world.OFFICE, "鲁C-006")
        fourth = w.person("庚", Role.INSPECTOR, world.OFFICE, "鲁C-007")
        Recusal.objects.create(entity=w.entity, person=w.inspector, area=world.OFFICE, reason="亲属", by_name="")
        Leave.objects.create(person=fourth, stand_in=w.second, since=in_days(2), until=in_days(3))
    matter = visit_draw(w)
    with scoped(SYSTEM):
        kept = DrawPool.objects.get(pk=matter.pk)
        assert [one[0] for one in kept.officers] == ["鲁C-001", "鲁C-002", "鲁C-003"]
        assert kept.places == [[str(w.premises.uid), "", world.OFFICE, ["鲁C-001"]]]
        row = DrawnPlace.objects.get(draw=matter.pk)
        assert {row.first.certificate_no, row.second.certificate_no} == {"鲁C-002", "鲁C-003"}


def test_a_recusal_draws_the_next_one_and_is_kept_for_later_draws(w: world.World) -> None:
    matter = visit_draw(w)
    with scoped(SYSTEM):
        row = DrawnPlace.objects.get(draw=matter.pk)
        gone, stays = row.first, row.second
    with scoped(w.actor("所长")) as head:
        perform(matter, "recuse", head, place=1, person=gone.pk, reason="店主系其亲属")
        with pytest.raises(NotOpen):  # only two are left
            perform(matter, "recuse", head, place=1, person=stays.pk, reason="同上")
    with scoped(SYSTEM):
        row.refresh_from_db()
        third = Person.objects.exclude(pk__in=[gone.pk, stays.pk]).get(certificate_no__startswith="鲁C-00")
        assert {row.first_id, row.second_id} == {stays.pk, third.pk}
        assert acts.recompute(record(matter))
        entry = LedgerEntry.objects.get(kind="inspection.recused", matter=matter)
        assert gone.name not in str(entry.data)
        pool = DrawPool.objects.get(pk=visit_draw(w).pk)
        assert pool.places[0][3] == [gone.certificate_no]


def test_confirmed_it_plans_visits_that_are_published_as_drawn_and_says_where_it_cannot(w: world.World) -> None:
    shops(w, 2)
    with scoped(SYSTEM):
        cap({"any": 5, "random": 1})
    first = visit_draw(w)
    with scoped(w.actor("所长")) as head:
        perform(first, "confirm", head)
    with scoped(SYSTEM):
        visits = Inspection.objects.filter(purpose="random")
        assert visits.count() == 3
        assert {one.outside for one in visits} == {""}, "a drawn visit counts"
        for row in DrawnPlace.objects.filter(draw=first.pk):
            assert row.visit is not None
            assert (row.visit.assignee_id, row.visit.second_id) == (row.first_id, row.second_id)
            assert row.visit.inspection.planned_for == row.day  # type: ignore[attr-defined]
    second = visit_draw(w)
    with scoped(w.actor("所长")) as head:
        perform(second, "confirm", head)
    with scoped(SYSTEM):
        rows = DrawnPlace.objects.filter(draw=second.pk)
        assert [row.visit for row in rows] == [None] * 3
        assert all("1" in row.trouble for row in rows), "the cap says why"


@pytest.mark.parametrize("wrong", [
    {"first": in_days(-1)}, {"last": in_days(1), "first": in_days(2)}, {"last": in_days(200)},
    {"trade": "drug_retail"}, {"area": world.SISTER},
])  # fmt: skip
def test_what_cannot_be_drawn_says_why_and_leaves_nothing(w: world.World, wrong: dict[str, Any]) -> None:
    with pytest.raises(Exception) as error:  # noqa: PT011 -- NotOpen, or not allowed at another office
        visit_draw(w, **wrong)
    assert str(error.value)
    with scoped(SYSTEM):
        assert not Draw.objects.exists()
        assert not DrawPool.objects.exists()


def test_the_neighbour_sees_no_lot_and_the_pool_never_changes(w: world.World) -> None:
    matter = visit_draw(w)
    with scoped(SYSTEM):
        w.stranger
    with scoped(w.actor("外区")):
        assert not DrawnPlace.objects.exists()
        assert not DrawPool.objects.exists()
    with scoped(SYSTEM), pytest.raises(Exception, match="update"):
        DrawPool.objects.filter(pk=matter.pk).update(places=[])


def test_the_page_shows_lots_seed_and_digest_and_excel_has_the_pool(w: world.World) -> None:
    matter = visit_draw(w)
    client = Client(headers={"accept-language": "en"})
    client.force_login(w.head)
    page = client.get(f"/m/{matter.uid}/").content.decode()
    with scoped(SYSTEM):
        draw = record(matter)
    assert draw.seed in page
    assert draw.digest in page
    assert "comes out alike" in page
    assert w.premises.name in page


def test_a_visit_that_was_moved_since_shows_its_day_beside_the_drawn_one(w: world.World) -> None:
    matter = visit_draw(w)
    with scoped(w.actor("所长")) as head:
        perform(matter, "confirm", head)
    with scoped(SYSTEM):
        place = DrawnPlace.objects.get(draw=matter.pk)
        Inspection.objects.filter(pk=place.visit_id).update(planned_for=place.day + dt.timedelta(days=4))
    client = Client(headers={"accept-language": "en"})
    client.force_login(w.head)
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert f"{place.day}" in page and f"now {place.day + dt.timedelta(days=4)}" in page
