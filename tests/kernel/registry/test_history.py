"""What an import changes in a registration is kept: what, from what to what, by which row of which file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg
import pytest
from django.db import ProgrammingError, transaction
from tests import world as worlds

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.registry import joining
from zhijian.kernel.registry.history import history, moments
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.models import Entity, Licence, RegistrationChange
from zhijian.kernel.registry.search import search

from .tables import FOOD_HEAD, HEAD, code, entity, food, write

pytestmark = pytest.mark.django_db


def said(one: Entity) -> dict[str, tuple[str, str]]:
    return {change.row.what: (change.old, change.new) for change in history(joining.File(one))}


def test_an_import_that_changes_something_writes_it_down(tmp_path: Path) -> None:
    first = write(tmp_path / "一月.csv", [HEAD, entity(1, "淄博老店饭庄"), entity(2)])
    import_file(first, "registration")
    assert not RegistrationChange.objects.exists()  # what is new has no history
    changed = entity(1, "淄博新春酒家", 法定代表人="李明", 登记状态="注销")
    second = write(tmp_path / "二月.csv", [HEAD, entity(2), changed])
    run = import_file(second, "registration")
    one = Entity.objects.get(code=code(1))
    assert set(said(one)) == {"name", "representative", "status"}
    assert said(one)["name"] == ("淄博老店饭庄", "淄博新春酒家")
    assert RegistrationChange.objects.get(what="status").new == "closed"
    rows = RegistrationChange.objects.all()
    assert {(row.run_id, row.line, row.day) for row in rows} == {(run.pk, 3, calendar.today())}
    assert [(m.source, len(m.changes)) for m in moments(history(joining.File(one)))] == [("二月.csv", 3)]
    import_file(second, "registration")  # the same again: nothing changed, nothing written
    assert rows.count() == 3


def test_a_trial_writes_no_history(tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [HEAD, entity(1)]), "registration")
    import_file(write(tmp_path / "b.csv", [HEAD, entity(1, "换了名字")]), "registration", dry_run=True)
    assert not RegistrationChange.objects.exists()


def test_search_finds_a_former_name(tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [HEAD, entity(1, "淄博老店饭庄")]), "registration")
    import_file(write(tmp_path / "b.csv", [HEAD, entity(1, "淄博新春酒家")]), "registration")
    (hit,) = search("老店饭")
    assert (hit.entity.name, hit.why, hit.shown) == ("淄博新春酒家", "former", "淄博老店饭庄")
    assert ("老店饭", True) in hit.parts
    assert [one.why for one in search("新春酒家")] == ["name"]


def test_scope_and_term_of_a_licence_and_the_sign_of_a_place(tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.csv", [FOOD_HEAD, food(1)]), "food_licences")
    more = food(1, 经营项目="热食类", 有效期至="2031-01-01", 经营场所="张店区和平路9号")
    import_file(write(tmp_path / "b.csv", [FOOD_HEAD, more]), "food_licences")
    one = Entity.objects.get(code=code(1))
    found = said(one)
    assert found["scope"] == ("热食类、冷食类", "热食类")
    assert found["valid_until"] == ("2029-01-01", "2031-01-01")
    assert found["place_address"] == ("张店区马尚街道1号", "张店区和平路9号")
    licence = Licence.objects.get()
    assert {change.about for change in history(joining.File(one)) if change.row.licence_id} == {licence.number}
    assert all(change.row.line == 2 for change in history(joining.File(one)))


def test_whoever_writes_leaves_a_trace(db: None) -> None:
    """A person's change by hand, too: the database writes it, not the importer."""
    one = Entity.objects.create(name="旧名", area="3703")
    one.name = "新名"
    one.save()
    (change,) = history(joining.File(one))
    assert (change.old, change.new, change.row.run, change.row.day) == ("旧名", "新名", None, None)
    assert change.day == calendar.today()


def test_history_is_never_changed(db: None) -> None:
    one = Entity.objects.create(name="旧名", area="3703")
    Entity.objects.filter(pk=one.pk).update(name="新名")
    for act in (
        lambda: RegistrationChange.objects.update(old="别的"),
        lambda: RegistrationChange.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            act()
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_a_merged_file_shows_both_histories(db: None) -> None:
    with scoped(SYSTEM):
        worlds.jurisdictions()
        one, two = (Entity.objects.create(name=name, area=worlds.OFFICE) for name in ("甲店", "乙店"))
        Entity.objects.filter(pk=two.pk).update(name="丙店")
        two.refresh_from_db()
        joining.merge(one, two, SYSTEM, seen=joining.fingerprint(one, two))
    assert said(one) == {"name": ("乙店", "丙店")}
    assert [hit.entity for hit in search("乙店")] == [one]


def test_a_thousand_changes_are_one_statement(tmp_path: Path, django_assert_max_num_queries: object) -> None:
    """Bulk stays bulk: the history of a thousand changed rows costs no query of its own."""
    import_file(write(tmp_path / "a.csv", [HEAD, *[entity(n) for n in range(1, 1_001)]]), "registration")
    changed = [entity(n, f"改名第{n}店") for n in range(1, 1_001)]
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        import_file(write(tmp_path / "b.csv", [HEAD, *changed]), "registration")
    assert RegistrationChange.objects.count() == 1_000
    assert RegistrationChange.objects.filter(day__lt=calendar.today() - dt.timedelta(days=1)).count() == 0
