"""Nothing is asked twice (只跑一次，一表通查): over all pairs of the shipped lists, and counted for shops with several.

All pairs, not only those that the lists' own rules bring to one place: an officer may take any list along, and a bureau
may say by itself for which places a list is (decision 0036).
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.packs.loader import Stack
from zhijian.kernel.registry.models import Licence, Premises
from zhijian.programmes.inspection import checklists
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Checklist

BEFORE, TODAY = dt.date(2026, 11, 29), dt.date(2026, 11, 30)
# Two texts are near when they share so much of their pairs of characters (Dice), or one lies within the other.
NEAR, WITHIN = 0.5, 0.9

NUMBER = "a measured value is asked by each list by itself: limits differ, and only yes or no can be shared"
EITHER = "a business is licensed, registered or noted, never two of them: the lists exclude each other at one place"
COMPOUND = "one of the two asks for something else as well: clothing, who is appointed, where it hangs, drills"
MORE = "one of the two asks for more (ventilation, a plan of the traps, height): its no would be no answer to the other"
GOODS = "about other goods: what is used is not what is sold, raw material is not what stands on the shelf"
RECORD = "another record under another regulation: of equipment, of industrial goods, of food"
STAFF = "other people, or training in something else: medicines, pupils' kitchens, stalls"
LAW = "another duty with another consequence: maker and seller answer for different things"
EXCEPTIONS = {
    ("餐饮 1.4", "小餐饮 K5.1"): STAFF, ("食品生产 K11.2", "餐饮 1.4"): STAFF, ("食品销售 K6.1", "餐饮 1.4"): STAFF,
    ("药店 K3.4", "食品生产 K11.3"): STAFF,
    ("摊点 K1.3", "小作坊 K2.1"): NUMBER, ("食品销售 K2.1", "小作坊 K2.1"): NUMBER,
    ("食品销售 K2.1", "摊点 K1.3"): NUMBER, ("农产品 K3.1", "小餐饮 K4.3"): NUMBER,
    ("器械经营 K5.2", "器械使用 K3.2"): GOODS, ("器械经营 K5.2", "器械使用 K4.6"): GOODS,
    ("食品生产 K3.2", "食品销售 K3.2"): GOODS, ("器械经营 K7.1", "器械使用 K1.2"): LAW,
    ("食品生产 K4.1", "小作坊 K3.3"): EITHER, ("食品生产 K8.1", "小作坊 K5.5"): EITHER,
    ("小餐饮 K1.1", "小作坊 K1.1"): EITHER, ("餐饮 K5.4", "摊点 K2.4"): EITHER,
    ("摊点 K2.3", "小作坊 K4.1"): COMPOUND, ("食品生产 K11.2", "摊点 K2.3"): COMPOUND,
    ("食品生产 K11.2", "小作坊 K4.1"): COMPOUND, ("摊点 K2.3", "小餐饮 K5.1"): COMPOUND,
    ("小餐饮 K5.1", "小作坊 K4.1"): COMPOUND, ("餐饮 K8.1", "摊点 K2.3"): COMPOUND,
    ("餐饮 K8.1", "小作坊 K4.1"): COMPOUND, ("食品销售 K6.1", "摊点 K2.3"): COMPOUND,
    ("食品销售 K6.1", "小作坊 K4.1"): COMPOUND,
    ("食品生产 K13.1", "食品销售 K7.2"): COMPOUND, ("食品生产 K2.3", "餐饮 K6.3"): COMPOUND,
    ("食品销售 K2.2", "小餐饮 K2.3"): MORE, ("食品生产 K2.4", "小餐饮 K2.3"): MORE, ("餐饮 K6.2", "小餐饮 K2.3"): MORE,
    ("食品生产 K2.4", "食品销售 K2.2"): MORE,
    ("餐饮 K7.2", "特种设备 K1.7"): RECORD, ("食品销售 K6.3", "特种设备 K1.7"): RECORD,
    ("餐饮 K7.2", "产品销售 K1.4"): RECORD, ("食品生产 K11.1", "产品销售 K1.4"): RECORD,
    ("产品生产 K2.1", "产品销售 K1.4"): RECORD,
    ("食品生产 K9.2", "食品销售 K4.6"): LAW,
}  # fmt: skip


def shipped(day: dt.date) -> dict[str, dict[str, Any]]:
    """The lists of the place that are in force on a day, by code, as `join` wants them."""
    found: dict[str, dict[str, Any]] = {}
    for path in Stack.read("cn_zibo").files("checklists/*.xlsx").values():
        data = checklists.read_checklist(path).data
        assert data is not None
        if data["since"] <= day.isoformat() <= (data["until"] or "9999"):
            known = found.get(data["code"])
            if known is None or known["version"] < data["version"]:
                found[data["code"]] = {**data, "id": data["code"]}
    return found


def items(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in data["sections"] for item in section["items"]]


def pairs_of(text: str) -> set[str]:
    plain = re.sub(r"[\W_]", "", text)
    return {plain[n : n + 2] for n in range(len(plain) - 1)}


def near(one: str, other: str) -> bool:
    a, b = pairs_of(one), pairs_of(other)
    shared = len(a & b)
    return 2 * shared >= NEAR * (len(a) + len(b)) or shared >= WITHIN * min(len(a), len(b))


def unmarked() -> set[tuple[str, str]]:
    """The items of two lists that read nearly alike and are asked twice."""
    found = set()
    for a, b in combinations(shipped(TODAY).values(), 2):
        for x in items(a):
            for y in items(b):
                if near(x["text"], y["text"]) and not (x.get("same") and x.get("same") == y.get("same")):
                    found.add((f"{a['short']} {x['no']}", f"{b['short']} {y['no']}"))
    return found


def test_what_reads_nearly_alike_is_asked_once_or_has_its_reason() -> None:
    """Both ways: no pair without a mark or a reason, and no reason for a pair that is none any more."""
    assert unmarked() == set(EXCEPTIONS)


def test_the_measure_finds_what_was_asked_twice_before() -> None:
    was, is_ = shipped(BEFORE), shipped(TODAY)
    for code, no, other, its in (
        ("cn.food_production", "K11.2", "cn_shandong.small_catering", "K5.1"),
        ("cn.farm_market", "K4.4", "cn.metrology", "K1.5"),
        ("cn.drug_retail", "K3.3", "cn.medical_device_seller", "K2.2"),
    ):
        one, two = (next(i for i in items(is_[c]) if i["no"] == n) for c, n in ((code, no), (other, its)))
        assert near(one["text"], two["text"]), (no, its)
        assert one["same"] == two["same"]
    assert all("same" not in item for item in items(was["cn.drug_retail"]))


def test_what_is_asked_once_is_answered_alike_and_stands_in_two_lists_at_least() -> None:
    marked: dict[str, list[dict[str, Any]]] = {}
    for data in shipped(TODAY).values():
        for item in items(data):
            if "same" in item:
                marked.setdefault(item["same"], []).append(item)
    for same, group in marked.items():
        assert len(group) >= 2, f"{same}: asked by one list alone"
        assert {item["answer"]["type"] for item in group} == {"yesno"}, same


class Shop(NamedTuple):
    """A shop as the register has it, which lists come by themselves, and which an officer takes along."""

    named: str
    trade: str
    licences: tuple[tuple[str, str], ...]
    lists: tuple[str, ...]
    along: tuple[str, ...] = ()


DRUG, DEVICE = ("drug", "鲁DA5330001"), ("device", "鲁淄药监械经营备20260001号")
SALE, KITCHEN, CANTEEN = ("food_business", "JY137"), ("food_business", "JY237"), ("food_business", "JY337")
PHARMACY = Shop("药店（药品、器械、保健食品）", "drug_retail", (DRUG, DEVICE, SALE),
                ("cn.drug_retail", "cn.medical_device_seller", "cn.food_retail"))  # fmt: skip
SHOPS = (
    PHARMACY,
    PHARMACY._replace(named="同上，兼营化妆品", along=("cn.cosmetics_seller",)),
    Shop("超市，带现场制售厨房", "food_retail", (SALE, KITCHEN), ("cn.food_retail", "cn.food_service")),
    Shop("农贸市场", "market", (), ("cn.farm_market", "cn.metrology")),
    Shop("同上，兼自营摊位", "market", (), ("cn.farm_market", "cn.metrology"), ("cn.agri_produce_seller",)),
    Shop("农产品店，有食品经营许可", "agri_produce_seller", (SALE,), ("cn.agri_produce_seller", "cn.food_retail")),
    Shop("同上，并查秤", "agri_produce_seller", (SALE,), ("cn.agri_produce_seller", "cn.food_retail"),
         ("cn.metrology",)),
    Shop("小餐饮，兼售预包装食品", "small_catering", (SALE,), ("cn_shandong.small_catering", "cn.food_retail")),
    Shop("食品厂，有食堂和门市", "food_production", (("food_production", "SC1"), SALE, CANTEEN),
         ("cn.food_production", "cn.food_retail", "cn.food_service")),
    Shop("建材商店，并查秤和特种设备", "product_seller", (), ("cn.product_seller",),
         ("cn.metrology", "cn.special_equipment")),
)  # fmt: skip


@pytest.fixture
def w(db: None) -> Any:
    with scoped(SYSTEM):
        w = world.make()
        Checklist.objects.all().delete()
        checklists.load_shipped()
        yield w


def sheet_of(shop: Shop, w: world.World, day: dt.date) -> Sheet:
    """What a visit of the shop asks on a day: the lists that the register brings, and those taken along."""
    Licence.objects.filter(premises=w.premises).delete()
    Premises.objects.filter(pk=w.premises.pk).update(trade=shop.trade)
    for kind, number in shop.licences:
        Licence.objects.create(entity=w.entity, premises=w.premises, kind=kind, number=number)
    place = Premises.objects.select_related("entity").get(pk=w.premises.pk)
    come = checklists.applicable(place, day)
    assert {one.code for one in come} == set(shop.lists), shop.named
    along = [one for one in checklists.in_force(day) if one.code in shop.along]
    return join([one.data for one in [*come, *along]])


def counted(shop: Shop, w: world.World, day: dt.date) -> tuple[int, int]:
    """How many items its lists hold one after the other, and how many questions the visit asks."""
    sheet = sheet_of(shop, w, day)
    return sum(len(section["items"]) for one in sheet.lists for section in one["sections"]), len(sheet.items)


def test_a_pharmacy_with_three_licences_is_asked_once_for_the_files_of_its_staff(w: world.World) -> None:
    sheet = sheet_of(PHARMACY, w, TODAY)
    each, asked = counted(PHARMACY, w, TODAY)
    twice = [item for item in sheet.items.values() if len(item["lists"]) > 1]
    assert asked == each - sum(len(item["lists"]) - 1 for item in twice) < each
    assert counted(PHARMACY, w, BEFORE) == (each, each), "before, every item was asked"
    assert [[(one["id"], one["no"]) for one in item["lists"]] for item in twice] == [
        [("cn.drug_retail", "K3.3"), ("cn.medical_device_seller", "K2.2")]
    ]


def test_the_table_of_the_decision_is_counted(w: world.World) -> None:
    told = (Path(__file__).parents[3] / "docs/decisions/0033-one-visit-several-lists.md").read_text().splitlines()
    rows = []
    for shop in SHOPS:
        each, asked = counted(shop, w, TODAY)
        rows.append(f"| {shop.named} | {counted(shop, w, BEFORE)[1]} | {each} | {asked} |")
    assert [line for line in told if line.startswith("| ") and "---" not in line][1:] == rows, "\n".join(rows)
