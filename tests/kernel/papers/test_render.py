"""The PDF says what the data say, whatever stands in them; data are never Typst source."""

from __future__ import annotations

import copy
import io
from typing import Any

import pytest
from pypdf import PdfReader
from tests.kernel.papers.conftest import AT

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.papers import fonts, forms, render
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.strokes import signature_svg

KINDS = ("onsite_record", "result_sheet", "rectification_order")


def paper_of(shared: dict[str, Any], kind: str, which: str = "signed", **changed: Any) -> Paper:
    """A paper of the shared fixture, not saved."""
    record, data = shared["records"][which], copy.deepcopy(shared["papers"][which][kind])
    reference = next(one for one in record["content"]["papers"] if one["kind"] == kind)
    values = {
        "kind": kind, "area": "370303006", "number": reference["number"], "code": reference["code"], "data": data,
        "digest": sha256_hex(canonical(data)), "signed_digest": record["digest"], "at": AT,
        "signatures": copy.deepcopy(record["signatures"]), "state": "issued",
    }  # fmt: skip
    area = changed.get("area", values["area"])
    return Paper(**{**values, "organ": area, **changed})


def pages(pdf: bytes) -> list[str]:
    """The text of each page without blanks (line breaks fall anywhere)."""
    return [tight(page.extract_text() or "") for page in PdfReader(io.BytesIO(pdf)).pages]


def tight(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "")


@pytest.mark.parametrize("which", ["signed", "refused"])
def test_the_record_of_the_visit_says_all_of_it(shared: dict[str, Any], which: str) -> None:
    paper = paper_of(shared, "onsite_record", which)
    told = pages(render.render(paper))
    whole, data = "".join(told), paper.data
    party, second = data["party"], data["inspectors"][1]["name"]
    for text in (paper.number, party["name"], party["code"], data["place"], second, "2026年11月23日9时5分至10时20分"):
        assert tight(text) in whole
    for line in (data["findings"] + "\n" + data["statement"]).split("\n"):
        assert tight(line)[:12] in whole
    assert ("无。" in whole) is (which == "signed" and not data["statement"]), "he who refused was not without words"
    assert ("拒绝签字" in whole) is (which == "refused")
    for n, page in enumerate(told, 1):
        assert f"第{n}页共{len(told)}页" in page
        assert "当事人（签名）" in page, "every page is signed"
        assert paper.signed_digest[:16] in page


def test_the_result_sheet_holds_every_item_over_its_pages(shared: dict[str, Any]) -> None:
    paper = paper_of(shared, "result_sheet")
    told = pages(render.render(paper))
    assert len(told) == 3
    assert "法定代表人（负责人）签名" in told[0], "signed on the page that states the result"
    whole = "".join(told)
    assert len(paper.data["rows"]) == 56
    for row in paper.data["rows"]:
        assert tight(row["text"])[:8] in whole
    assert all("检查内容" in page for page in told[1:]), "the head of the table stands on each page"


def test_the_food_sheet_belongs_to_the_food_lists_alone() -> None:
    sheet, told = forms.form("result_sheet"), forms.forms_for_phone(["result_sheet", "onsite_record"])
    assert sheet.belongs_to("cn.food_service") and not sheet.belongs_to("cn.drug_retail")
    assert forms.form("onsite_record").belongs_to("cn.drug_retail")
    assert "cn.food_service" in told["result_sheet"]["lists"] and told["onsite_record"]["lists"] == []


def test_an_unsealed_order_says_so_until_it_is_sealed(shared: dict[str, Any]) -> None:
    note = tight(forms.form("rectification_order").unsealed)
    assert note in "".join(pages(render.render(paper_of(shared, "rectification_order"))))
    sealed = paper_of(shared, "rectification_order", sealed=True, sealed_at=AT)
    told = "".join(pages(render.render(sealed)))
    assert note not in told
    assert "已于2026年11月23日加盖印章" in told


def test_an_order_says_what_was_found_then_the_requirement_then_what_to_do(shared: dict[str, Any]) -> None:
    paper = paper_of(shared, "rectification_order")
    whole = "".join(pages(render.render(paper)))
    first = paper.data["found"][0]
    places = [whole.index(tight(text)[:14]) for text in (first["found"], first["text"], paper.data["required"][0])]
    assert places == sorted(places)
    assert "1．冷藏柜显示" in whole, "one number, not two"
    bare = copy.deepcopy(paper.data)
    bare["found"][0]["found"] = "不符合：" + first["text"]
    whole = "".join(pages(render.render(paper_of(shared, "rectification_order", data=bare))))
    assert whole.count(tight(first["text"])) == 1, "the same sentence is not said twice"


def test_an_order_names_the_article_of_food_to_food_alone(shared: dict[str, Any]) -> None:
    law = "食品生产经营监督检查管理办法》第三十三条"
    order = paper_of(shared, "rectification_order")
    assert law in "".join(pages(render.render(order)))
    told = {**order.data, "ordered_by": []}
    assert law not in "".join(pages(render.render(paper_of(shared, "rectification_order", data=told))))
    before = {name: value for name, value in order.data.items() if name != "ordered_by"}
    assert law in "".join(pages(render.render(paper_of(shared, "rectification_order", data=before)))), (
        "as it was issued"
    )


def test_an_order_of_the_older_shape_is_still_printed(shared: dict[str, Any]) -> None:
    data = copy.deepcopy(shared["papers"]["signed"]["rectification_order"])
    data["found"] = [{"no": "1.2", "text": "公示许可证", "value": "", "note": "放在抽屉内"}]
    told = "".join(pages(render.render(paper_of(shared, "rectification_order", data=data))))
    assert "不符合：1.2公示许可证（放在抽屉内）" in told


def test_the_digest_is_called_what_it_is(shared: dict[str, Any]) -> None:
    """The papers of a visit bear one digest, of what was signed; another paper bears its own."""
    assert "现场签名对应数据的摘要" in pages(render.render(paper_of(shared, "result_sheet")))[0]
    alone = paper_of(shared, "result_sheet")
    del alone.data["record"]
    assert "本文书数据的摘要" in pages(render.render(alone))[0]


def test_marks_of_void_and_practice(shared: dict[str, Any]) -> None:
    assert "作废" in "".join(pages(render.render(paper_of(shared, "result_sheet", state="void"))))
    assert "培训演练" in "".join(pages(render.render(paper_of(shared, "result_sheet", training=True))))


HOSTILE = {
    "typst": '#sys.version #import "/x" #panic("x") [*_`$ #{1+1}',
    "quotes": "\"'\\ \\n </svg><script>alert(1)</script> {answer} {organ}",
    "rtl": "\u202eabc\u202c שלום",
    "emoji": "好😀吃🍜",
    "rare": "𠮷野家𰻝𰻝面 㐂",
    "control": "a\x00b\x07c\r\nd\te",
    "long": "很" * 500,
    "word": "W" * 500,
    "url": "https://example.org/" + "a/b?c=" * 60,
}

WANTED = {
    "typst": "#panic(", "quotes": "<script>", "rtl": "〔U+202E〕", "emoji": "〔U+1F600〕", "rare": "〔U+20BB7〕野家",
    "control": "〔U+0000〕", "long": "很" * 20, "word": "W" * 20, "url": "https://example.org/",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_stay_texts(shared: dict[str, Any], kind: str, name: str) -> None:
    text, paper = HOSTILE[name], paper_of(shared, kind)

    def poison(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v if k in ("result", "answer", "purpose", "recusal", "started", "ended", "deadline", "measures",
                                  "no", "record") else poison(v) for k, v in value.items()}  # fmt: skip
        return [poison(v) for v in value[:3]] if isinstance(value, list) else text if isinstance(value, str) else value

    paper.data = poison(paper.data)
    paper.signatures[0]["name"] = text
    told = "".join(pages(render.render(paper)))
    assert WANTED[name] in told


def test_what_no_font_draws_is_shown_by_its_number() -> None:
    assert render.legible("好😀") == "好〔U+1F600〕"
    assert render.legible("basically_compliant") == "basically_compliant"
    assert render.BREAK in render.legible("JY2370303001234567890")
    assert len(fonts.covered()) > 20_000


def test_the_same_paper_gives_the_same_bytes(shared: dict[str, Any]) -> None:
    assert render.render(paper_of(shared, "onsite_record")) == render.render(paper_of(shared, "onsite_record"))


def test_a_bundle_numbers_the_pages_of_each_paper(shared: dict[str, Any]) -> None:
    told = pages(render.bundle([paper_of(shared, kind) for kind in KINDS]))
    assert len(told) == 7
    assert [text.count("第1页共") for text in told] == [1, 0, 1, 0, 0, 1, 0]
    with pytest.raises(ValueError, match="nothing"):
        render.bundle([])


def test_strokes_become_paths_and_nothing_else() -> None:
    svg = signature_svg([[[10, 10, 0], [60, 40, 16], [90, 20, 32]], [[5, 5, 40]]])
    assert svg.startswith("<svg ")
    assert svg.count("<path") == 2
    assert signature_svg([]) == ""
    assert signature_svg([[[10**12, -(10**12), 0], [3, 4, 1]]])
    with pytest.raises(ValueError, match="invalid literal"):
        signature_svg([[["<script>", 1, 2], [1, 1, 1]]])


@pytest.mark.parametrize("pack", ["cn_zibo", "us_chicago"])
def test_every_paper_of_the_pack_has_its_fields(pack: str, settings: Any, shared: dict[str, Any]) -> None:
    settings.PACK = pack
    assert set(forms.forms()) >= set(KINDS)
    for kind in KINDS:
        one = forms.form(kind)
        told = set(shared["papers"]["signed"][kind])
        assert told <= set(one.keys)
        assert set(one.keys) - told <= {"check_code", "deadline"}, "what only a visit with a code, or a re-check, tells"
        assert one.basis
        assert set(one.texts["signers"]) == set(one.signs)


def test_a_second_place_says_of_a_barred_door_only_what_happened(settings: Any, hindered: dict[str, Any]) -> None:
    settings.PACK = "us_chicago"
    of = {name: {"signed": hindered[name]["refused_unknown"]} for name in ("papers", "records")}
    told = pages(render.render(paper_of(of, "onsite_record", area="CHI", number="CHI-2026-R00001")))[0]
    assert "Sincetheinspectionwasrefused" in told
    for said in ("Identificationwasshown", "Noobjection", "refusedtosign"):
        assert said not in told


def test_a_second_place_speaks_its_own_language(settings: Any, shared: dict[str, Any]) -> None:
    settings.PACK = "us_chicago"
    for kind, title in zip(KINDS, ("RecordoftheVisit", "InspectionReport", "NoticeofCorrection"), strict=True):
        told = pages(render.render(paper_of(shared, kind, area="CHI", number="CHI-2026-R00001")))
        assert title in told[0]
        assert f"Page1of{len(told)}" in told[0]
