"""What goes out of the register comes in again and changes nothing; what was put right in it does."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.kernel.people.conftest import signed_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.registry import joining
from zhijian.kernel.registry.history import history
from zhijian.kernel.registry.models import Entity, Licence, Premises, RegistrationChange

from .tables import FOOD_HEAD, HEAD, code, entity, food, jy, write
from .test_import import take

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> world.World:
    """Staff alone: the shop that other tests have bears a made-up code, which no import takes."""
    with scoped(SYSTEM):
        load_jurisdictions()
    return world.World(None, None, None)  # type: ignore[arg-type]


@pytest.fixture
def clerk(tmp_path: Path, people: world.World) -> object:
    take(write(tmp_path / "r.csv", [HEAD, *(entity(n, 联系电话="0533-2180099") for n in (1, 2, 3))]))
    take(write(tmp_path / "f.csv", [FOOD_HEAD, food(1), food(2, 经营项目="热食类、糕点类")]), "food_licences")
    with scoped(SYSTEM):
        Entity.objects.create(scheme="none", name="外区店", area=world.NEIGHBOUR_OFFICE)
        return signed_in(people.person("文员", Role.CLERK, world.DISTRICT))


def out(client: object, name: str, folder: Path) -> Path:
    answer = client.get(f"/registry/out/{name}.xlsx")
    assert answer.status_code == 200
    path = folder / f"{name}-out.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    return path


@pytest.mark.parametrize(("name", "kind"), [("registration", "entity"), ("food_licences", "licence")])
def test_it_comes_in_again_and_changes_nothing(clerk: object, tmp_path: Path, name: str, kind: str) -> None:
    path = out(clerk, name, tmp_path)
    run = take(path, name)
    assert run.state == "done"
    assert run.counts[kind] == {"new": 0, "changed": 0, "same": 3 if kind == "entity" else 2}


def test_what_was_put_right_in_it_is_taken(clerk: object, tmp_path: Path) -> None:
    path = out(clerk, "registration", tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("法定代表人") + 1).value = "赵新"
    book.save(path)
    assert take(path).counts["entity"]["changed"] == 1
    assert Entity.objects.filter(representative="赵新").count() == 1


def test_only_one_s_own_areas_and_it_is_in_the_ledger(clerk: object, people: world.World, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(out(clerk, "registration", tmp_path))
    heads, *found = book.worksheets[0].iter_rows(values_only=True)
    names = {row[heads.index("企业名称")] for row in found}
    assert "淄博第1饭店" in names and "外区店" not in names
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="desk.exported", data__list="登记信息（市场主体）").count() == 1
    assert clerk.get("/registry/out/nothing.xlsx").status_code == 404
    with scoped(SYSTEM):
        inspector = people.person("检查员", Role.INSPECTOR, world.OFFICE)
    assert signed_in(inspector).get("/registry/out/registration.xlsx").status_code == 404


def test_more_rows_take_no_more_queries(clerk: object) -> None:
    with CaptureQueriesContext(connection) as few:
        b"".join(clerk.get("/registry/out/food_licences.xlsx").streaming_content)
    licence = Licence.objects.first()
    for n in range(20):
        Licence.objects.create(entity=licence.entity, premises=licence.premises, kind=licence.kind, number=f"JY{n}")
    with CaptureQueriesContext(connection) as many:
        b"".join(clerk.get("/registry/out/food_licences.xlsx").streaming_content)
    assert len(many) == len(few)


NUMBERS = ("", "13805330001", "0533-2180001", "400-123-4567", "0533-2180001-8")
NAMES = ("清风小馆", "清风小馆(二店)", "ＡＢＣ 咖啡", "Joe's (North)", "老 店 饭庄")
PLACES = (world.OFFICE, world.NEIGHBOUR_OFFICE, world.DISTRICT)


def shops(kind: str, trades: list[str], number: Any) -> int:
    """Enterprises with a licence each, whose fields agree, differ, or are missing in every way."""
    chance = random.Random(7)
    made = 0
    for own in NUMBERS:
        for theirs in NUMBERS:
            made += 1
            pick = chance.choice
            one = Entity.objects.create(
                scheme="uscc", code=code(500 + made), name=pick(NAMES), kind=pick(["9500", "", "1100"]), phone=own,
                representative=pick(["", "王乐"]), address=pick(["", "张店区1号"]), area=pick(PLACES),
                status=pick(["active", "dormant", "revoked", "closed", "other"]),
                extra=pick([{}, {"capital": "3.500000"}]),
            )  # fmt: skip
            place = Premises.objects.create(
                entity=one, name=pick(NAMES), phone=theirs, area=pick(PLACES),
                address=pick(["", "张店区2号"]),
                trade=pick(trades), status=pick(["open", "paused", "closed"]), contact=pick(["", "李明"]),
                risk=pick(["", "A"]), lat=pick([None, "36.8"]), lon=pick([None, "118.05"]),
            )  # fmt: skip
            Licence.objects.create(
                entity=one, premises=place, kind=kind, number=number(500 + made),
                scope=pick([[], ["热食类", "冷食类"]]),
                status=pick(["valid", "expired", "cancelled", "revoked", "replaced"]),
                valid_until=pick([None, dt.date(2029, 1, 1)]), issued_by=pick(["", "张店区市场监督管理局"]),
            )  # fmt: skip
    return made


@pytest.mark.parametrize("name", ["registration", "food_licences", "drug_licences"])
def test_out_and_in_is_nothing_whatever_agrees_or_differs(people: world.World, tmp_path: Path, name: str) -> None:
    with scoped(SYSTEM):
        if name == "drug_licences":
            made = shops("drug", ["drug_retail", "drug_wholesale"], lambda n: f"鲁DB{n:09d}")
        else:
            made = shops("food_business", ["restaurant", "canteen", "food_retail", "small_catering"], jy)
        client = signed_in(people.person("文员", Role.CLERK, world.CITY))
    path = out(client, name, tmp_path)
    trial = take(path, name, dry_run=True)
    assert (trial.state, trial.counts["rejected"]) == ("done", 0)
    for kind in {"entity", "premises", "licence"} & set(trial.counts):
        assert trial.counts[kind] == {"new": 0, "changed": 0, "same": made}, (kind, trial.findings["changed"])
    assert take(path, name).state == "done"
    with scoped(SYSTEM):
        assert not RegistrationChange.objects.exists()


def test_each_number_goes_out_and_comes_in_as_its_own(people: world.World, tmp_path: Path) -> None:
    """A number put right in the sheet reaches the one that it was of; the file says what it was before."""
    with scoped(SYSTEM):
        one = Entity.objects.create(
            scheme="uscc", code=code(1), name="清风小馆", area=world.OFFICE, phone="13805330001"
        )
        place = Premises.objects.create(
            entity=one, name="清风小馆", area=world.OFFICE, trade="restaurant", phone="0533-2180001"
        )
        Licence.objects.create(entity=one, premises=place, kind="food_business", number=jy(1))
        client = signed_in(people.person("文员", Role.CLERK, world.DISTRICT))
        Entity.objects.update(phone="13905330009")  # changed at the counter: no matter of the shop's number
    path = out(client, "food_licences", tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, heads.index("主体登记电话") + 1).value == "13905330009"
    assert sheet.cell(2, heads.index("联系电话") + 1).value == "0533-2180001"
    sheet.cell(2, heads.index("联系电话") + 1).value = "0533-2180077"
    book.save(path)
    assert take(path, "food_licences").counts["premises"]["changed"] == 1
    place.refresh_from_db()
    one.refresh_from_db()
    assert (place.phone, one.phone) == ("0533-2180077", "13905330009")
    (change,) = history(joining.File(one))
    assert (change.row.what, change.old, change.new) == ("phone", "053*******01", "053*******77")
    assert change.row.run is not None and change.about == "清风小馆"
    assert "0533-2180077" not in client.get(f"/e/{one.uid}/").content.decode().split("Registration changed")[-1]


@pytest.mark.parametrize("name", ["food_licences"])
def test_places_that_another_source_brought_are_not_made_twice(clerk: object, tmp_path: Path, name: str) -> None:
    with scoped(SYSTEM):
        Premises.objects.update(source="demo", source_key="")
        Entity.objects.create(scheme="none", name="早点摊", area=world.OFFICE)  # has no code: no file can name it
        before = Premises.objects.count()
    path = out(clerk, name, tmp_path)
    assert take(path, name, dry_run=True).counts["premises"]["new"] == 0, "the trial says what the import does"
    run = take(path, name)
    assert (run.counts["premises"]["new"], run.counts["licence"]["changed"]) == (0, 0)
    assert take(out(clerk, "registration", tmp_path)).counts["rejected"] == 0
    with scoped(SYSTEM):
        assert Premises.objects.count() == before


def test_two_licences_of_one_place_belong_to_it(people: world.World, tmp_path: Path) -> None:
    """Each row of a file of licences is a licence; what stands of the place is the first row's."""
    take(write(tmp_path / "r.csv", [HEAD, entity(1)]))
    take(write(tmp_path / "f.csv", [FOOD_HEAD, food(1)]), "food_licences")
    with scoped(SYSTEM):
        place = Premises.objects.get()
        Premises.objects.update(source="demo", source_key="")
        first = Licence.objects.get()
        Licence.objects.create(entity=first.entity, premises=place, kind=first.kind, number=jy(2))
    run = take(write(tmp_path / "g.csv", [FOOD_HEAD, food(1), food(2, 社会信用代码=code(1))]), "food_licences")
    assert run.counts["premises"]["new"] == 0
    with scoped(SYSTEM):
        assert {one.premises_id for one in Licence.objects.all()} == {place.pk}
