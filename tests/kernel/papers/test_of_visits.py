"""What the phone shows and what the server prints come from the same JSON, field by field."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest
from pypdf import PdfReader
from tests import world
from tests.kernel.papers.conftest import SHARED
from tests.known import known_of

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, numbers
from zhijian.kernel.papers.codes import read_code
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.papers.render import pdf, render
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.papers import BUILDERS, data_of
from zhijian.programmes.inspection.record import read


@pytest.mark.parametrize("which", ["signed", "refused"])
@pytest.mark.parametrize("kind", list(BUILDERS))
def test_data_of_each_paper(shared: dict[str, Any], which: str, kind: str) -> None:
    known = known_of(shared["known"])
    made = BUILDERS[kind](read(shared["records"][which]), known)
    assert made == shared["papers"][which][kind]
    canonical(made)


@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_the_superiors_code_stands_on_each_paper_of_the_visit(
    shared: dict[str, Any], kind: str, w: world.World, matter: Any
) -> None:
    raw = copy.deepcopy(shared["records"]["signed"])
    raw["content"]["check_code"] = "JC37030020260001234"
    made = BUILDERS[kind](read(raw), known_of(shared["known"]))
    assert made == {**shared["papers"]["signed"][kind], "check_code": "JC37030020260001234"}
    one = form(kind)
    assert "check_code" in one.keys
    assert one.texts["check_code"]
    with scoped(SYSTEM):
        assert render(making.make(kind, matter, made, actor=SYSTEM)).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["refused", "refused_unknown", "left"])
def test_the_record_that_was_put_to_nobody_is_the_same_on_both_sides(
    hindered: dict[str, Any], name: str, matter: Matter
) -> None:
    made = BUILDERS["onsite_record"](read(hindered["records"][name]), known_of(hindered["known"]))
    assert made == hindered["papers"][name]["onsite_record"]
    if name != "left":
        bare = copy.deepcopy(hindered["records"][name])
        bare["content"]["findings"] = ""
        assert BUILDERS["onsite_record"](read(bare), known_of(hindered["known"]))["findings"] == made["findings"]
    with scoped(SYSTEM):
        pdf = render(making.make("onsite_record", matter, made, actor=SYSTEM))
    told = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    for said in ("问：", "答：", "未到场", "拒绝签字", "未告知", "没有看清"):
        assert said not in told
    assert ("已离开现场" if name == "left" else "未能交其核对、签名。见证人：") in told
    assert ("出示了执法证件" in told) == (name == "refused")


@pytest.mark.parametrize("which", ["signed", "refused"])
def test_the_shared_record_is_whole(shared: dict[str, Any], which: str) -> None:
    record = shared["records"][which]
    assert record["digest"] == sha256_hex(canonical(record["content"]))
    assert len(record["content"]["answers"]) == 56
    assert all(read_code(one["code"]) for one in record["content"]["papers"])
    signers = {one["who"] for one in record["signatures"]}
    assert signers == {"inspector1", "inspector2"} | ({"party"} if which == "signed" else {"witness"})


def test_an_order_names_only_what_is_to_be_put_right(shared: dict[str, Any]) -> None:
    order = shared["papers"]["signed"]["rectification_order"]
    outcome = {one["item"]: one["measure"] for one in shared["records"]["signed"]["content"]["outcome"]["items"]}
    assert [one["no"] for one in order["found"]] == [no for no, measure in outcome.items() if measure == "rectify"]
    assert len(order["required"]) == len(order["found"])


def test_what_failed_without_a_word_is_said_in_the_record(shared: dict[str, Any]) -> None:
    raw = copy.deepcopy(shared["records"]["signed"])
    raw["content"]["findings"] = ""
    told = BUILDERS["onsite_record"](read(raw), known_of(shared["known"]))["findings"].split("\n")
    assert told[0] == "检查 47 项；发现以下情况："
    assert told[1:] == [
        "1. 许可证放在抽屉内；已当场改正（检查项 1.2）。",
        "2. 冷藏柜显示 11.5 ℃，内有卤肉 2 盘（检查项 2.3）。",
        "3. 未见最近一周记录（检查项 K4.5）。",
    ]


@pytest.mark.parametrize("kind", list(BUILDERS))
def test_a_visit_by_several_lists_is_told_once_and_the_food_sheet_tells_the_food_lists(kind: str) -> None:
    told = json.loads((SHARED.with_name("record_inspection_3.json")).read_text(encoding="utf-8"))
    known = known_of(told["known"]).for_form(form(kind))
    assert BUILDERS[kind](read(told["records"]["joined"]), known) == told["papers"]["joined"][kind]


ORDERED = json.loads(SHARED.with_name("ordered_by.json").read_text(encoding="utf-8"))


def _ordered(told: dict[str, Any], nos: list[str]) -> dict[str, Any]:
    """The joined visit's record, with these items to be put right."""
    raw = copy.deepcopy(told["records"]["joined"])
    raw["content"]["outcome"]["items"] = [{"item": no, "measure": "rectify"} for no in nos]
    return raw


@pytest.mark.parametrize("case", ORDERED["cases"])
def test_an_article_that_is_not_the_law_of_every_item_names_its_items(case: dict[str, Any]) -> None:
    told = json.loads((SHARED.with_name("record_inspection_3.json")).read_text(encoding="utf-8"))
    known = known_of({**told["known"], "ground_items": ORDERED["ground_items"], "grounds": ORDERED["grounds"], **case})
    made = BUILDERS["rectification_order"](read(_ordered(told, case["rectify"])), known)
    assert [one["no"] for one in made["found"]] == case["rectify"]
    assert made["ordered_by"] == case["ordered_by"]


def test_the_order_of_a_mixed_visit_is_printed_with_the_items_of_its_article(matter: Matter) -> None:
    told, case = json.loads((SHARED.with_name("record_inspection_3.json")).read_text("utf-8")), ORDERED["cases"][1]
    known = known_of(told["known"]).for_form(form("rectification_order"))
    made = BUILDERS["rectification_order"](read(_ordered(told, case["rectify"])), known)
    assert made["ordered_by"] == case["ordered_by"]
    with scoped(SYSTEM):
        made_pdf = render(making.make("rectification_order", matter, made, actor=SYSTEM))
    said = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(made_pdf)).pages).split())
    assert "依据《食品生产经营监督检查管理办法》第三十三条（检查项餐饮1.3、餐饮2.3）的规定" in said


@pytest.mark.parametrize("kind", list(BUILDERS))
def test_marked_photos_and_products_stand_at_their_items(kind: str) -> None:
    told = json.loads((SHARED.with_name("record_inspection_3_hand.json")).read_text(encoding="utf-8"))
    record = read(told["records"]["hand"])
    assert sha256_hex(canonical(told["records"]["hand"]["content"])) == record.digest
    made = BUILDERS[kind](record, known_of(told["known"]).for_form(form(kind)))
    assert made == told["papers"]["hand"][kind]
    if kind == "onsite_record":
        assert [one["item"] for one in made["pictures"]] == ["餐饮 K8.1", ""], "a drawing without its photo is none"
        assert "产品 纯牛奶 250 mL 条码 6901234567892 批号 20260901A" in made["findings"]


def _as_on_the_phone(w: world.World, shared: dict[str, Any]) -> tuple[Premises, Checklist]:
    """The shared fixture's premises and checklist in the database."""
    told, listed = shared["known"]["premises"], shared["known"]["lists"][0]
    entity = Entity.objects.create(
        name=told["entity"]["name"], scheme="uscc", code=told["entity"]["code"], area=world.OFFICE,
        representative=told["entity"]["representative"], phone=told["entity"]["phone"],
    )  # fmt: skip
    premises = Premises.objects.create(
        uid=told["uid"],
        entity=entity,
        name=told["name"],
        address=told["address"],
        area=world.OFFICE,
        trade="restaurant",
    )
    Licence.objects.create(entity=entity, premises=premises, kind="food", number=told["licences"][0]["number"])
    checklist = Checklist.objects.create(
        code=listed["id"], version=listed["version"], title=listed["title"], number=listed["number"],
        basis=listed["basis"], since=world.SINCE, applies=["restaurant"], content={"sections": listed["sections"]},
        digest="0" * 64,
    )  # fmt: skip
    return premises, checklist


def test_a_record_from_a_phone_becomes_the_same_papers(
    w: world.World, phone: Device, officer: Actor, shared: dict[str, Any]
) -> None:
    """From the bytes of the phone to the PDF: numbers of its block, the same data, signatures, digest."""
    raw = copy.deepcopy(shared["records"]["signed"])
    with scoped(SYSTEM):
        _as_on_the_phone(w, shared)
    with scoped(officer):
        for reference in raw["content"]["papers"]:
            (row,) = numbers.top_up(phone, reference["kind"], world.OFFICE, 1)
            reference.update(number=row.number, code=row.code)
    for one, person in zip(raw["content"]["inspectors"], (w.inspector, w.second), strict=True):
        one["id"] = person.pk
    raw["digest"] = sha256_hex(canonical(raw["content"]))
    with scoped(SYSTEM):
        matter = record_visit(read(raw), raw, sha256_hex(canonical(raw)), phone)
    with scoped(SYSTEM):
        made = {paper.kind: paper for paper in Paper.objects.filter(matter=matter)}
        assert set(made) == set(BUILDERS)
        for reference in raw["content"]["papers"]:
            paper, expected = made[reference["kind"]], shared["papers"]["signed"][reference["kind"]]
            assert (paper.number, paper.code) == (reference["number"], reference["code"])
            assert paper.data == {**expected, "record": {**expected["record"], "digest": raw["digest"]}}
            assert (paper.signed_digest, len(paper.signatures)) == (raw["digest"], 3)
            assert pdf(paper).startswith(b"%PDF-")
    assert set(NumberRow.objects.values_list("state", flat=True)) == {"used"}
    assert not [flag for flag in matter.flags if flag["code"] == "number_foreign"]


@pytest.mark.parametrize("absent", [True, False])
def test_an_amended_paper_says_what_it_takes_the_place_of(shared: dict[str, Any], absent: bool, matter: Matter) -> None:
    raw = copy.deepcopy(shared["records"]["signed"])
    raw["content"]["amends"] = {
        "record": raw["id"], "reason": "看错", "at": "2026-11-20T10:05:30+08:00", "absent": absent,
        "papers": [{"kind": "onsite_record", "number": "〔2026〕9号"}],
    }  # fmt: skip
    known = known_of(shared["known"])
    told = {"number": "〔2026〕9号", "reason": "看错", "at": "2026-11-20T10:05", "absent": absent}
    for kind in BUILDERS:
        made = data_of(kind, read(raw), known)
        assert made["amends"] == (told if kind == "onsite_record" else {**told, "number": ""})
        with scoped(SYSTEM):
            made_pdf = render(making.make(kind, matter, made, actor=SYSTEM))
        said = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(made_pdf)).pages).split())
        assert ("更正并代替〔2026〕9号" in said) == (kind == "onsite_record")
        assert "更正原因：看错" in said and ("另行送达" in said) == absent
        assert ("以上笔录已经核对" in said) == (kind == "onsite_record" and not absent)
