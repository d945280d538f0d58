"""Workbooks of checklists: what is shipped, reading back what was written, and faults named by cell."""

from __future__ import annotations

import copy
import io
import re
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from zhijian.kernel.packs.loader import Stack
from zhijian.programmes.inspection.checklists import digest_of, export_xlsx, read_checklist

ZIBO, CHICAGO = Stack.read("cn_zibo"), Stack.read("us_chicago")
TRADES = ZIBO.table("codes/trades")["trade"]


VERSIONS = ["food_service", "food_service_v2", "food_service_v3"]
# The other lines of enforcement: since when, items, key ones, measured ones, those whose text was seen published.
LINES = {
    "food_retail": ("2023-12-01", 44, 16, 2, 0),
    "food_production": ("2022-11-01", 50, 17, 1, 0),
    "small_workshop": ("2026-11-28", 19, 7, 3, 0),
    "small_catering": ("2026-11-28", 22, 7, 3, 0),
    "food_stall": ("2026-11-28", 9, 3, 1, 0),
    "farm_market": ("2025-03-01", 21, 8, 1, 0),
    "agri_produce_seller": ("2023-12-01", 17, 5, 1, 0),
    "drug_retail": ("2024-01-01", 48, 5, 4, 0),
    "medical_device_seller": ("2024-07-01", 24, 7, 1, 0),
    "medical_device_user": ("2021-06-01", 19, 6, 0, 12),
    "cosmetics_seller": ("2022-01-01", 19, 7, 0, 9),
    "special_equipment": ("2023-05-05", 49, 24, 12, 0),
    "product_maker": ("2023-05-05", 19, 8, 0, 0),
    "product_seller": ("2023-05-05", 17, 5, 1, 0),
    "metrology": ("2025-03-01", 16, 6, 1, 6),
    # What asks the same as another list says so since then.
    "agri_produce_seller_v2": ("2026-11-30", 18, 6, 1, 0),
    "drug_retail_v2": ("2026-11-30", 48, 5, 4, 0),
    "farm_market_v2": ("2026-11-30", 23, 8, 1, 0),
    "food_retail_v2": ("2026-11-30", 44, 16, 2, 0),
    "medical_device_seller_v2": ("2026-11-30", 24, 7, 1, 0),
    "metrology_v2": ("2026-11-30", 16, 6, 1, 6),
    "small_catering_v2": ("2026-11-30", 22, 7, 3, 0),
}
# From when on the measures hold on which these lists stand.
IN_FORCE = {
    "《企业落实食品安全主体责任监督管理规定》": "2022-11-01",
    "《食品经营许可和备案管理办法》": "2023-12-01",
    "《食用农产品市场销售质量安全监督管理办法》": "2023-12-01",
    "《药品经营和使用质量监督管理办法》": "2024-01-01",
    "《医疗器械经营质量管理规范》": "2024-07-01",
    "《医疗器械监督管理条例》": "2021-06-01",
    "《化妆品生产经营监督管理办法》": "2022-01-01",
    "《特种设备使用单位落实使用安全主体责任监督管理规定》": "2023-05-05",
    "《工业产品生产单位落实质量安全主体责任监督管理规定》": "2023-05-05",
    "《工业产品销售单位落实质量安全主体责任监督管理规定》": "2023-05-05",
    "《集贸市场计量监督管理办法》": "2025-03-01",
}
OUT_OF_LIMITS = re.compile("高于|低于|超过|不足|未检")


@pytest.fixture
def food(version: str) -> dict[str, Any]:
    reading = read_checklist(ZIBO.file(f"checklists/{version}.xlsx"), TRADES)
    assert reading.faults == []
    assert reading.data is not None
    return reading.data


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=LINES)
def line(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The list of a line of enforcement, with the name of its workbook."""
    reading = read_checklist(ZIBO.file(f"checklists/{request.param}.xlsx"), TRADES)
    assert reading.faults == []
    return {**reading.data, "file": request.param}


def items(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in data["sections"] for item in section["items"]]


def test_food_service_has_56_items_of_which_20_are_key(food: dict[str, Any]) -> None:
    assert (food["code"], food["number"]) == ("cn.food_service", "市监食生发〔2022〕18号")
    assert (food["version"], food["since"]) in [(1, "2022-03-15"), (2, "2026-07-01"), (3, "2026-11-28")]
    assert len(items(food)) == 56
    assert sum(item["key"] for item in items(food)) == 20
    assert [len(section["items"]) for section in food["sections"][:3]] == [4, 8, 8]


def test_only_what_was_seen_in_a_published_text_is_marked_verified(food: dict[str, Any]) -> None:
    verified = [item["no"] for item in items(food) if item["verified"]]
    official = ["1.1", "1.2", "1.3", "1.4", *(f"2.{n}" for n in range(1, 9)), "3.1"]
    assert verified == official
    assert not any(item["basis_verified"] for item in items(food))
    assert not any(item["verified"] for item in items(food) if item["no"].startswith("K"))


def test_each_item_has_basis_and_what_is_to_be_done_and_each_number_a_limit(food: dict[str, Any]) -> None:
    for item in items(food):
        assert item["basis"]
        assert item["fix"]
        answer = item["answer"]
        limits = answer.get("limits", [answer])
        assert all((answer["type"] == "number") == bool(limit["unit"]) for limit in limits)
        assert answer["type"] == "yesno" or all(limit["min"] or limit["max"] for limit in limits)


def test_each_line_of_enforcement_has_its_list(line: dict[str, Any]) -> None:
    measured = sum(item["answer"]["type"] == "number" for item in items(line))
    key, seen = (sum(item[what] for item in items(line)) for what in ("key", "verified"))
    assert (line["since"], len(items(line)), key, measured, seen) == LINES[line["file"]]
    name, _, version = line["file"].partition("_v")
    assert (line["version"], line["until"]) == (int(version or 1), None)
    assert line["code"].endswith(f".{name}")
    assert not any(item["basis_verified"] for item in items(line)), "no article was compared yet"
    assert "待核实" in line["note"]


def test_what_a_list_stands_on_was_in_force_when_it_began(line: dict[str, Any]) -> None:
    for named in [line["basis"], *(item["basis"] for item in items(line))]:
        assert all(line["since"] >= since for measure, since in IN_FORCE.items() if measure in named), named


def test_an_inspector_finds_in_it_how_it_fails_and_what_is_to_be_done(line: dict[str, Any]) -> None:
    assert len({item["fix"] for item in items(line)}) == len({item["text"] for item in items(line)}) == len(items(line))
    for item in items(line):
        assert 3 <= len(item["phrases"]) <= 5, item["no"]
        assert not any(phrase == item["text"] or phrase.endswith(("。", ".")) for phrase in item["phrases"])
        assert item["fix"].endswith("。") and "《" in item["basis"]
        assert item["may_na"] or not item.get("applies")
        if item["answer"]["type"] == "number":
            assert OUT_OF_LIMITS.search(item["phrases"][0]), "the first tells what was measured"


def test_numbers_of_our_own_begin_with_k(line: dict[str, Any]) -> None:
    official = [item["no"] for item in items(line) if not item["no"].startswith("K")]
    assert official == ([str(n) for n in range(1, 11)] if line["file"] == "cosmetics_seller" else [])


def test_written_and_read_again_a_line_s_list_is_the_same(line: dict[str, Any]) -> None:
    data = {key: value for key, value in line.items() if key != "file"}
    for language in ("zh-hans", "en"):
        assert read_checklist(export_xlsx(data, language)).data == data


def test_each_trade_has_its_list_and_the_phone_offers_its_own_first() -> None:
    shipped = [read_checklist(path).data for path in ZIBO.files("checklists/*.xlsx").values()]
    first = {t: min((d["code"] for d in shipped if t in d["applies"] and not d["until"]), default="") for t in TRADES}
    assert [trade for trade, code in first.items() if not code] == ["drug_wholesale"], "wholesale is the province's"
    assert {trade: first[trade] for trade in ("market", "food_retail", "food_production", "drug_retail")} == {
        "market": "cn.farm_market",
        "food_retail": "cn.food_retail",
        "food_production": "cn.food_production",
        "drug_retail": "cn.drug_retail",
    }
    assert {first[trade] for trade in TRADES if "canteen" in trade} == {"cn.food_service"}


def test_the_docs_table_says_what_is_shipped() -> None:
    lists = [read_checklist(path).data for path in ZIBO.files("checklists/*.xlsx").values()]
    rows = {
        f"| `{data['code']}` {data['version']} | {data['title']} | {data['since']} | {len(all_)}"
        f" | {sum(i['key'] for i in all_)} | {sum(i['answer']['type'] == 'number' for i in all_)}"
        f" | {sum(i['verified'] for i in all_)} |"
        for data in lists
        for all_ in [items(data)]
    }
    told = (Path(__file__).parents[3] / "docs/packs.md").read_text().splitlines()
    assert {line for line in told if line.startswith("| `cn")} == rows


def test_what_was_shipped_stays_as_it_is() -> None:
    """Visits stand on these versions: a change is a new version, not another file under the old number."""
    shipped = {
        f"{data['code']} {data['version']}": digest_of(data)[:16]
        for place in (ZIBO, CHICAGO)
        for path in place.files("checklists/*.xlsx").values()
        if (data := read_checklist(path).data)
    }
    assert shipped == {
        "cn.food_service 1": "270a5690c561d168",
        "cn.food_service_2016 1": "58dd6d686447ff4a",
        "cn.food_service 2": "a62122c6ce999f76",
        "cn.food_service 3": "291d4c01cb6019f6",
        "cn.agri_produce_seller 1": "00f16dfafadc156b",
        "cn.cosmetics_seller 1": "3b72921002be50ea",
        "cn.drug_retail 1": "bb2210e75927582f",
        "cn.farm_market 1": "b439fcce33408213",
        "cn.food_production 1": "731ba214a0f92277",
        "cn.food_retail 1": "1969d2343de8e0c0",
        "cn.medical_device_seller 1": "f968a1edc9bdf523",
        "cn.medical_device_user 1": "63f46e9e6ab793d9",
        "cn.metrology 1": "3290d5488cf9b1c6",
        "cn.product_maker 1": "88a033761577cf92",
        "cn.product_seller 1": "6324e7757b679941",
        "cn.special_equipment 1": "838eaefec3e945c8",
        "cn.special_equipment 2": "7e5a278ec49a5b6d",
        "cn_shandong.food_stall 1": "3b5d69bc9e9fd045",
        "cn_shandong.small_catering 1": "101d918738ef7ffb",
        "cn_shandong.small_workshop 1": "4f9799e317c5f3a7",
        "cn.agri_produce_seller 2": "65cca8716dc7c159",
        "cn.drug_retail 2": "13c21e0e76868689",
        "cn.farm_market 2": "08802b7e25f2e4f3",
        "cn.food_retail 2": "be09b771648312ab",
        "cn.medical_device_seller 2": "4cf88212d42b593a",
        "cn.metrology 2": "70241a8a3dbeb6b4",
        "cn_shandong.small_catering 2": "1abdcc702154e4ad",
        "us.food 1": "046ecce73c47f48d",
        "us.food 2": "97ee5c158216e1b8",
    }


@pytest.mark.parametrize(("place", "name"), [(ZIBO, "food_service_v3"), (CHICAGO, "food_v2")])
def test_each_item_says_how_it_usually_fails(place: Stack, name: str) -> None:
    data = read_checklist(place.file(f"checklists/{name}.xlsx")).data
    for item in items(data):
        assert item["phrases"], item["no"]
        assert not any(phrase == item["text"] or phrase.endswith(("。", ".")) for phrase in item["phrases"])
    if place is ZIBO:
        assert len({item["fix"] for item in items(data)}) == 56, "each says what is to be done about it"
        assert all("《" in item["basis"] for item in items(data))


def test_the_list_of_2016_has_30_items_of_which_7_are_key_and_nothing_verified() -> None:
    old = read_checklist(ZIBO.file("checklists/food_service_2016.xlsx"), TRADES).data
    assert (len(items(old)), sum(item["key"] for item in items(old))) == (30, 7)
    assert (old["since"], old["until"]) == ("2016-05-01", "2022-03-14")
    assert not any(item["verified"] for item in items(old))


def test_an_item_for_some_trades_only_may_be_left_out(food: dict[str, Any]) -> None:
    assert all(item["may_na"] for item in items(food) if item.get("applies"))


def test_written_and_read_again_it_is_the_same(food: dict[str, Any]) -> None:
    for language in ("zh-hans", "en"):
        assert read_checklist(export_xlsx(food, language)).data == food


def test_chicago_s_list_is_english_with_its_classes() -> None:
    reading = read_checklist(CHICAGO.file("checklists/food.xlsx"), CHICAGO.table("codes/trades")["trade"])
    assert reading.faults == []
    codes = {int(item["no"]): item["key"] for item in items(reading.data)}
    assert set(range(1, 45)) <= set(codes)
    assert [n for n in range(1, 45) if codes[n]] == list(range(1, 30))


def test_the_fingerprint_ignores_the_end_and_follows_all_else(food: dict[str, Any]) -> None:
    assert digest_of({**food, "until": "2027-01-01"}) == digest_of(food)
    assert digest_of({**food, "title": "x"}) != digest_of(food)
    other = copy.deepcopy(food)
    other["sections"][0]["items"][0]["key"] = False
    assert digest_of(other) != digest_of(food)


def workbook(head: dict[str, Any], rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    first, second = book.add_worksheet("检查表"), book.add_worksheet("检查项")
    for n, (name, value) in enumerate(head.items()):
        first.write(n, 0, name)
        first.write(n, 1, value)
    for n, row in enumerate(rows):
        for at, value in enumerate(row):
            second.write(n, at, value)
    book.close()
    return out.getvalue()


HEAD = {"代码": "cn.test", "版本": 1, "名称": "表", "依据": "法", "施行日期": "2026-01-01", "适用业态": "restaurant"}
COLUMNS = [
    *("节号", "节名", "编号", "重点项", "要点", "依据", "答案类型", "单位", "下限", "上限"),
    *("应拍照", "可不适用", "整改要求", "要点已核对", "依据已核对"),
]  # fmt: skip
ROW = ["一", "甲", "1.1", "是", "要点", "法第1条", "是/否", "", "", "", "否", "否", "改", "否", "否"]


def row(**changes: Any) -> list[Any]:
    return [changes.get(name, value) for name, value in zip(COLUMNS, ROW, strict=True)]


def test_numbers_and_dates_may_be_cells_of_any_kind() -> None:
    good = row(编号=1.1, 答案类型="数值", 单位="℃", 上限=8)
    reading = read_checklist(workbook({**HEAD, "版本": 2.0}, [COLUMNS, good]), TRADES)
    assert reading.faults == []
    assert reading.data["version"] == 2
    item = reading.data["sections"][0]["items"][0]
    assert (item["no"], item["answer"]) == ("1.1", {"type": "number", "unit": "℃", "min": None, "max": "8"})


def test_an_item_may_have_limits_by_kind() -> None:
    columns = [*COLUMNS, "分项限值"]
    good = [*row(答案类型="数值"), "冷藏* 0~8 ℃\n速冻 柜 ～ -18.0 ℃\n有效氯 250~ mg/L"]
    reading = read_checklist(workbook(HEAD, [columns, good]), TRADES)
    assert reading.faults == []
    assert reading.data["sections"][0]["items"][0]["answer"] == {
        "type": "number",
        "unit": "",
        "min": None,
        "max": None,
        "limits": [
            {"of": "冷藏", "min": "0", "max": "8", "unit": "℃", "due": True},
            {"of": "速冻 柜", "min": None, "max": "-18", "unit": "℃"},
            {"of": "有效氯", "min": "250", "max": None, "unit": "mg/L"},
        ],
    }


@pytest.mark.parametrize(
    ("kinds", "others"),
    [
        ("冷藏 ~ ℃", {}),
        ("冷藏 8~0 ℃", {}),
        ("冷藏 0~8", {}),
        ("0~8 ℃", {}),
        ("冷藏 0..1~8 ℃", {}),
        ("冷藏 0~8 ℃", {"单位": "℃", "上限": 8}),
        ("冷藏 0~8 ℃", {"答案类型": "是/否"}),
    ],
)
def test_limits_by_kind_that_cannot_be_meant_are_named(kinds: str, others: dict[str, Any]) -> None:
    rows = [[*COLUMNS, "分项限值"], [*row(**{"答案类型": "数值", **others}), kinds]]
    faults = read_checklist(workbook(HEAD, rows), TRADES).faults
    assert any(str(fault).startswith(("检查项 P2", "检查项 G2")) for fault in faults)


@pytest.mark.parametrize(
    ("head", "rows", "place", "word"),
    [
        ({"版本": "eins"}, [COLUMNS, ROW], "检查表 B2", "eins"),
        ({"版本": 0}, [COLUMNS, ROW], "检查表 B2", "1"),
        ({"代码": "Food Service"}, [COLUMNS, ROW], "检查表 B1", ""),
        ({"施行日期": "明年"}, [COLUMNS, ROW], "检查表 B5", "明年"),
        ({"适用业态": "moon"}, [COLUMNS, ROW], "检查表 B6", "moon"),
        ({"失效日期": "2025-01-01"}, [COLUMNS, ROW], "检查表 B7", ""),
        ({"名称": ""}, [COLUMNS, ROW], "检查表 B3", "名称"),
        ({"名称": "很" * 121}, [COLUMNS, ROW], "检查表 B3", "120"),
        ({}, [COLUMNS[:-1], ROW[:-1]], "检查项 O1", "依据已核对"),
        ({}, [COLUMNS, row(依据="")], "检查项 F2", "依据"),
        ({}, [COLUMNS, row(重点项="perhaps")], "检查项 D2", "perhaps"),
        ({}, [COLUMNS, row(答案类型="文字")], "检查项 G2", "文字"),
        ({}, [COLUMNS, ROW, row(要点="另")], "检查项 C3", "1.1"),
        ({}, [COLUMNS, ROW, row(编号="1.2", 节名="乙")], "检查项 B3", ""),
        ({}, [COLUMNS, row(答案类型="数值", 上限="8")], "检查项 H2", ""),
        ({}, [COLUMNS, row(答案类型="数值", 单位="℃")], "检查项 I2", ""),
        ({}, [COLUMNS, row(答案类型="数值", 单位="℃", 下限="9", 上限="8")], "检查项 J2", ""),
        ({}, [COLUMNS, row(答案类型="数值", 单位="℃", 上限="冷")], "检查项 J2", "冷"),
        ({}, [COLUMNS, row(单位="℃")], "检查项 G2", ""),
        ({}, [COLUMNS], "检查项 A2", ""),
    ],
)
def test_a_fault_is_named_with_its_cell(head: dict[str, Any], rows: list[list[Any]], place: str, word: str) -> None:
    reading = read_checklist(workbook({**HEAD, **head}, rows), TRADES)
    assert reading.data is None
    told = [str(fault) for fault in reading.faults]
    assert any(text.startswith(f"{place}:") and word in text for text in told), told
    assert all(fault.mend for fault in reading.faults)


def with_phrases(text: str) -> bytes:
    return workbook(HEAD, [[*COLUMNS, "常见问题"], [*ROW, text]])


def test_phrases_stand_line_by_line() -> None:
    item = items(read_checklist(with_phrases(" 未公示 \n\n许可证被遮挡\n")).data)[0]
    assert item["phrases"] == ["未公示", "许可证被遮挡"]
    assert "phrases" not in items(read_checklist(with_phrases(" ")).data)[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [("\n".join(map(str, range(9))), "9"), ("很" * 61, "60"), ("甲\n乙\n甲", "甲")],
    ids=["many", "long", "twice"],
)
def test_faults_of_phrases_are_named(text: str, word: str) -> None:
    reading = read_checklist(with_phrases(text))
    assert [str(fault).split(":")[0] for fault in reading.faults] == ["检查项 P2"]
    assert word in str(reading.faults[0])


def test_what_is_no_workbook_is_told_and_not_raised(tmp_path: Path) -> None:
    assert read_checklist(b"not a workbook").faults
    assert read_checklist(tmp_path / "nothing.xlsx").faults
    other = io.BytesIO()
    book = xlsxwriter.Workbook(other)
    book.add_worksheet("Tabelle1")
    book.close()
    assert len(read_checklist(other.getvalue()).faults) == 2
