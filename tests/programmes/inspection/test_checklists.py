"""Versions of checklists: taken once, never changed, ended by the next, chosen by trade and day of the visit."""

from __future__ import annotations

import copy
import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.changes import NotPermitted
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection import checklists
from zhijian.programmes.inspection.models import Checklist

CODE = "cn.food_service"


@pytest.fixture(autouse=True)
def w(db: None) -> Any:
    with scoped(SYSTEM):
        w = world.make()
        Checklist.objects.all().delete()
        yield w


@pytest.fixture
def food() -> dict[str, Any]:
    return checklists.read_checklist(stack().file("checklists/food_service.xlsx")).data


def newer(data: dict[str, Any], version: int, since: str) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    changed["sections"][0]["items"][0]["text"] += "(改)"
    return {**changed, "version": version, "since": since}


def test_what_the_packs_ship_is_loaded_once(food: dict[str, Any]) -> None:
    first, again = checklists.load_shipped(), checklists.load_shipped()
    assert [c.version for c in first if c.code == CODE] == [1, 2, 3]
    assert [c.pk for c in again] == [c.pk for c in first]
    kept, second, newest = Checklist.objects.filter(code=CODE).order_by("version")
    assert (kept.code, len(kept.items), kept.content["verified"]) == (CODE, 56, False)
    assert (kept.until, second.since) == (dt.date(2026, 6, 30), dt.date(2026, 7, 1))
    assert (second.until, newest.since, newest.until) == (dt.date(2026, 11, 27), dt.date(2026, 11, 28), None)
    assert LedgerEntry.objects.filter(kind="checklist.load").count() == len(first) == 27
    assert checklists.as_data(kept) == {**food, "until": "2026-06-30"}


@pytest.mark.parametrize("since", ["2026-06-01", "2027-06-01"])
def test_a_version_of_the_bureau_stays_also_against_higher_numbers(food: dict[str, Any], since: str) -> None:
    checklists.load(food, SYSTEM)
    own = checklists.load(newer(food, 2, since), SYSTEM)
    assert CODE not in [c.code for c in checklists.load_shipped()]
    assert Checklist.objects.filter(code=CODE).latest("version") == own


def test_a_new_version_ends_the_one_before(food: dict[str, Any]) -> None:
    first = checklists.load(food, SYSTEM)
    second = checklists.load(newer(food, 2, "2026-12-01"), SYSTEM)
    first.refresh_from_db()
    assert (first.until, second.until) == (dt.date(2026, 11, 30), None)
    assert checklists.load(food, SYSTEM) == first  # its end is no other content
    assert CODE not in [c.code for c in checklists.load_shipped()]  # the bureau is ahead of the pack


def test_visits_before_the_measures_of_2022_go_by_the_list_of_2016(w: world.World) -> None:
    checklists.load_shipped()
    days = [dt.date(2016, 4, 30), dt.date(2021, 6, 1), dt.date(2022, 3, 14), dt.date(2022, 3, 15)]
    chosen = [[c.code for c in checklists.applicable(w.premises, day)] for day in days]
    assert chosen == [[], [f"{CODE}_2016"], [f"{CODE}_2016"], [CODE]]


def test_what_a_pharmacy_also_sells_has_its_own_list_after_that_of_medicines(w: world.World) -> None:
    checklists.load_shipped()
    w.premises.trade = "drug_retail"
    days = [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2026, 11, 28)]
    chosen = [[c.code for c in checklists.applicable(w.premises, day)] for day in days]
    assert chosen == [[], ["cn.drug_retail"], ["cn.drug_retail", "cn.medical_device_seller"]]


@pytest.mark.parametrize(
    ("version", "since", "says"),
    [(1, "2026-12-01", "1"), (2, "2022-03-15", "2022-03-15"), (2, "2020-01-01", "2022-03-15")],
)
def test_what_does_not_follow_is_refused(food: dict[str, Any], version: int, since: str, says: str) -> None:
    checklists.load(food, SYSTEM)
    with pytest.raises(checklists.VersionRefused, match=says):
        checklists.load(newer(food, version, since), SYSTEM)
    assert Checklist.objects.get().until is None


def test_a_lower_number_is_refused_later_too(food: dict[str, Any]) -> None:
    checklists.load(newer(food, 3, "2026-01-01"), SYSTEM)
    with pytest.raises(checklists.VersionRefused, match="3"):
        checklists.load(newer(food, 2, "2026-06-01"), SYSTEM)


def test_only_the_city_bureau_takes_a_version_into_use(food: dict[str, Any], w: world.World) -> None:
    w.person("区科员", Role.SECTION, world.DISTRICT)
    w.person("市科员", Role.SECTION, world.CITY)
    with pytest.raises(NotPermitted):
        checklists.load(food, w.actor("区科员"))
    with scoped(w.actor("市科员")) as section:
        assert checklists.load(food, section).pk


def test_the_day_of_the_visit_and_the_trade_choose(food: dict[str, Any], w: world.World) -> None:
    checklists.load(food, SYSTEM)
    checklists.load(newer(food, 2, "2026-12-01"), SYSTEM)
    days = [dt.date(2022, 3, 14), dt.date(2022, 3, 15), dt.date(2026, 11, 30), dt.date(2026, 12, 1)]
    chosen = [[c.version for c in checklists.applicable(w.premises, day)] for day in days]
    assert chosen == [[], [1], [1], [2]]
    w.premises.trade = "drug_retail"
    assert checklists.applicable(w.premises, days[1]) == []
    w.premises.trade = ""
    assert len(checklists.applicable(w.premises, days[1])) == 1
    assert len(checklists.applicable(None, days[1])) == 1


def test_the_premises_of_a_list_are_those_that_it_fits(food: dict[str, Any], w: world.World) -> None:
    """As a condition on many, and of each; a licence that was revoked asks for nothing."""
    told = {"applies": ["canteen"], "licences": ["food_business:JY2"], "industries": ["H62"]}
    of = checklists.load({**food, **told}, SYSTEM)
    one = Licence.objects.get(premises=w.premises)
    for kind, number, status, industry, trade, fit in (
        ("food_business", "JY2370", "valid", "", "restaurant", True),
        ("food_business", "JY2370", "expired", "", "restaurant", True),
        ("food_business", "JY2370", "revoked", "", "restaurant", False),
        ("food_business", "JY1370", "valid", "", "restaurant", False),
        ("drug", "JY2370", "valid", "", "restaurant", False),
        ("drug", "JY2370", "valid", "H6210", "restaurant", True),
        ("drug", "JY2370", "valid", "", "canteen", True),
    ):
        Licence.objects.filter(pk=one.pk).update(kind=kind, number=number, status=status)
        Entity.objects.filter(pk=w.entity.pk).update(industry=industry)
        Premises.objects.filter(pk=w.premises.pk).update(trade=trade)
        premises = Premises.objects.select_related("entity").get(pk=w.premises.pk)
        found = Premises.objects.filter(checklists.shops_for(of)).exists()
        assert (found, checklists.applicable(premises, dt.date(2026, 11, 1)) == [of]) == (fit, fit)


def test_an_item_that_somebody_signed_off_loses_its_mark(food: dict[str, Any], w: world.World) -> None:
    kept = checklists.load(food, SYSTEM)
    before = checklists.unverified_items(kept)
    assert len(before) == 56  # no article has been checked yet
    w.person("市科员", Role.SECTION, world.CITY)
    with scoped(w.actor("市科员")) as section:
        checklists.sign_off_item(kept, "1.1", note="总局官网 PDF 第 3 页", actor=section)
    left = checklists.unverified_items(kept)
    assert {item["no"] for item in before} - {item["no"] for item in left} == {"1.1"}
    shown = {item["no"]: item for section in checklists.sections_of(kept) for item in section["items"]}
    assert (shown["1.1"]["basis_verified"], shown["1.2"]["basis_verified"]) == (True, False)
    with pytest.raises(KeyError):
        checklists.sign_off_item(kept, "99", note="x", actor=SYSTEM)


def test_the_command_exports_checks_and_imports(food: dict[str, Any], tmp_path: Path) -> None:
    checklists.load(food, SYSTEM)
    path = tmp_path / "list.xlsx"
    call_command("checklist", "export", CODE, str(path), stdout=StringIO())
    assert checklists.read_checklist(path).data == food
    path.write_bytes(checklists.export_xlsx(newer(food, 2, "2026-12-01")))
    out = StringIO()
    call_command("checklist", "import", str(path), "--check", stdout=out)
    assert Checklist.objects.filter(code=CODE).count() == 1
    call_command("checklist", "import", str(path), stdout=out)
    assert "version 2: 56 items" in out.getvalue()
    path.write_bytes(checklists.export_xlsx({**newer(food, 3, "2027-01-01"), "applies": ["moon"]}))
    errors = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("checklist", "import", str(path), stderr=errors)
    assert "检查表 B9" in errors.getvalue()
    with pytest.raises(CommandError, match="no checklist"):
        call_command("checklist", "export", "cn.none", str(path))
