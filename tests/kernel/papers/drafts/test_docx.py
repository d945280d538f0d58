"""A .docx with locked fields: out, edited, back; templates with every kind of field; files that are not taken."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import docx as library
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from zhijian.kernel.papers.drafts import docx, guard, parts
from zhijian.kernel.papers.drafts.beside import beside, differing
from zhijian.kernel.papers.drafts.docx import Field
from zhijian.kernel.papers.drafts.fields import compared

NUMBER = Field("digest", "摘要", "ab12", False)
PARTY = Field("party", "当事人", "淄博清风餐饮有限公司")
REQUIRED = Field("required", "改正要求", "第一条\n第二条", True)
FIELDS = [NUMBER, PARTY, REQUIRED]
DATA = {"party": "淄博清风餐饮有限公司", "required": ["第一条", "第二条"]}
NAMES = {"当事人": "party", "改正要求": "required"}


def written(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def edited(data: bytes, name: str, text: str | None) -> bytes:
    """What a word processor makes of it: the control's text replaced, or the control gone."""
    document = library.Document(io.BytesIO(data))
    for sdt in list(document.element.body.iter(qn("w:sdt"))):
        if sdt.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) != f"zj:{name}":
            continue
        if text is None:
            sdt.getparent().remove(sdt)
            continue
        texts = list(sdt.iter(qn("w:t")))
        for one in texts[1:]:
            one.text = ""
        texts[0].text = text
        for one in list(sdt.iter(qn("w:br"))):
            one.getparent().remove(one)
    return written(document)


def complex_field(paragraph: Any, name: str) -> None:
    for kind, text in (
        ("begin", None),
        (None, f" MERGEFIELD {name} \\* MERGEFORMAT "),
        ("separate", None),
        ("", "«x»"),
        ("end", None),
    ):
        run = paragraph.add_run()._r
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
        elif text and kind is None:
            one = OxmlElement("w:instrText")
            one.text = text
            run.append(one)
        else:
            one = OxmlElement("w:t")
            one.text = text
            run.append(one)


@settings(deadline=None, max_examples=25)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_what_goes_out_comes_back_the_same(text: str) -> None:
    fields = [NUMBER, Field("party", "当事人", text)]
    came = docx.values(docx.plain("通知", fields, "草稿"))
    assert docx.same(came["party"][0], text)
    assert compared(fields, came, {"party": text}).differs == []


def test_untouched_is_taken_and_changes_nothing() -> None:
    result = compared(FIELDS, docx.values(docx.plain("通知", FIELDS, "草稿")), DATA)
    assert (result.differs, result.changed, result.data) == ([], [], DATA)


def beside_of(change: Callable[[Any], None]) -> list[dict[str, str]]:
    """What is told of a draft's file after that change to its body."""
    made = docx.plain("通知", FIELDS, "草稿")
    document = library.Document(io.BytesIO(made))
    change(document)
    return differing(beside(made), beside(written(document)), "草稿")


def test_what_a_word_processor_changes_by_itself_is_no_change() -> None:
    def cut(document: Any) -> None:
        for paragraph in document.paragraphs:
            for run in list(paragraph.runs):
                rest = deepcopy(run._r)
                text, more = run.text, library.text.run.Run(rest, paragraph)
                run.text, more.text = text[:1], f" {text[1:]}\u200b"
                run._r.addnext(rest)
                run._r.addnext(OxmlElement("w:proofErr"))
        document.add_paragraph()

    assert beside_of(cut) == []


def test_words_beside_the_fields_are_told_wherever_they_stand() -> None:
    assert beside_of(lambda document: document.paragraphs[3].add_run("，罚款一万元")) == [
        {"ours": "", "theirs": "当事人：…，罚款一万元"}, {"ours": "当事人：…", "theirs": ""},
    ]  # fmt: skip
    told = beside_of(lambda document: setattr(document.sections[0].header.paragraphs[0], "text", "罚款"))
    assert told == [{"ours": "", "theirs": "罚款"}]
    assert beside_of(lambda document: document.paragraphs[1]._p.getparent().remove(document.paragraphs[1]._p)) == []

    def crossed_out(document: Any) -> None:
        gone = OxmlElement("w:del")
        document.add_paragraph()._p.append(gone)
        gone.append(deepcopy(document.paragraphs[0].runs[0]._r))
        gone.iter(qn("w:t")).__next__().text = "划去的话"

    assert beside_of(crossed_out) == []


def test_a_comment_is_told_too() -> None:
    def commented(document: Any) -> None:
        document.add_comment(document.paragraphs[3].runs[0], "罚款改成一万元", author="甲")

    assert beside_of(commented) == [{"ours": "", "theirs": "罚款改成一万元"}]


def test_a_page_s_number_is_no_change() -> None:
    made = docx.plain("通知", FIELDS, "草稿")
    document = library.Document(io.BytesIO(made))
    one = OxmlElement("w:fldSimple")
    one.set(qn("w:instr"), " PAGE ")
    one.append(deepcopy(document.paragraphs[0].runs[0]._r))
    document.sections[0].header.paragraphs[0]._p.append(one)
    first = written(document)
    next(one.iter(qn("w:t"))).text = "7"
    assert differing(beside(first), beside(written(document)), "") == []


def test_a_free_field_is_taken_over_line_by_line() -> None:
    data = edited(docx.plain("通知", FIELDS, "草稿"), "required", "只有一条")
    result = compared(FIELDS, docx.values(data), DATA)
    assert (result.differs, result.changed, result.data["required"]) == ([], ["改正要求"], ["只有一条"])


@pytest.mark.parametrize("text", ["别人", "", None])
def test_a_locked_field_that_was_changed_or_taken_out_is_told(text: str | None) -> None:
    data = edited(docx.plain("通知", FIELDS, "草稿"), "party", text)
    result = compared(FIELDS, docx.values(data), DATA)
    assert [(one["label"], one["theirs"]) for one in result.differs] == [("当事人", text or "")]


def test_every_kind_of_field_name_in_a_template_is_found_and_filled() -> None:
    document = library.Document()
    paragraph = document.add_paragraph("致 {{ 当")  # Word likes to cut names into several runs
    paragraph.add_run("事人 }}").bold = True
    paragraph.add_run("：你好")
    table = document.add_table(1, 2)
    complex_field(table.cell(0, 1).paragraphs[0], "改正要求")
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), ' MERGEFIELD "当事人" ')
    document.add_paragraph()._p.append(simple)
    document.sections[0].header.paragraphs[0].text = "{{无此字段}}"
    template = written(document)
    found = [(one.name, one.where) for one in parts.places(parts.template(template))]
    assert ("当事人", (("paragraph", 1),)) in found
    assert ("改正要求", (("table", 1), ("row", 1), ("cell", 2))) in found
    assert ("无此字段", (("header", 1), ("paragraph", 1))) in found
    made = docx.filled(template, FIELDS, NAMES, "草稿")
    came = docx.values(made)
    assert came == {"party": [PARTY.text] * 2, "required": [REQUIRED.text], "digest": [NUMBER.text]}
    text = "".join(one.text or "" for one in guard.opened(made).element.body.iter(qn("w:t")))
    assert text.startswith(f"致 {PARTY.text}：你好")
    assert "MERGEFIELD" not in made.decode("latin-1")


def test_controls_of_a_header_and_around_a_cell_are_filled_where_they_stand() -> None:
    document = library.Document()
    table = document.add_table(1, 2)
    cell = table.cell(0, 0)._tc
    around(cell, "改正要求")
    heading = document.sections[0].header.paragraphs[0]
    heading.add_run("x")
    around(heading.runs[0]._r, "当事人")
    split = document.add_paragraph()
    complex_field(split, "当")
    piece = OxmlElement("w:r")
    piece.append(OxmlElement("w:instrText"))
    piece[0].text = "事人 "
    next(split._p.iter(qn("w:instrText"))).text = "MERGEFIELD 当"
    split.runs[1]._r.addnext(piece)
    made = docx.filled(written(document), FIELDS, NAMES, "草稿")
    assert docx.values(made) == {"party": [PARTY.text] * 2, "required": [REQUIRED.text], "digest": [NUMBER.text]}
    opened = guard.opened(made)
    assert [docx._said(one) for one in opened.tables[0]._tbl.iter(qn("w:sdt"))] == [REQUIRED.text], "still in its cell"
    assert len(list(opened.tables[0]._tbl.tr_lst[0])) == 2
    assert PARTY.text in "".join(one.text or "" for one in opened.sections[0].header._element.iter(qn("w:t")))


def around(element: Any, name: str) -> None:
    """A content control of a field's name around what stands there."""
    sdt, about, tag, inner = (OxmlElement(f"w:{one}") for one in ("sdt", "sdtPr", "tag", "sdtContent"))
    tag.set(qn("w:val"), name)
    about.append(tag)
    sdt.append(about)
    element.addprevious(sdt)
    inner.append(element)
    sdt.append(inner)


def test_a_template_is_never_run() -> None:
    document = library.Document()
    document.add_paragraph("{{ 当事人.__class__ }} {{ 7*7 }} {% for x in y %}")
    found = [one.name for one in parts.places(parts.template(written(document)))]
    assert found == ["当事人.__class__", "7*7"], "unknown names, told to whoever uploads it"
    made = docx.filled(written(document), FIELDS, NAMES, "")
    assert "{{ 7*7 }}" in guard.opened(made).paragraphs[0].text


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


PARTS = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7", "type"),
        (b"PK\x03\x04 cut off", "broken"),
        (packed({"a.txt": b"x"}), "type"),
        (packed({**PARTS, "word/vbaProject.bin": b"x"}), "macro"),
        (packed({**PARTS, "[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}), "macro"),
        (packed({**PARTS, "word/media/x.bin": b"\0" * 3_000_000}), "bomb"),
        (packed({**PARTS, "word/document.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><w/>'}), "broken"),
        (packed(PARTS), "broken"),
        (b"PK\x03\x04" + b"x" * guard.MOST, "size"),
    ],
)
def test_what_is_no_plain_docx_is_not_taken(data: bytes, code: str) -> None:
    with pytest.raises(guard.BadDocx) as caught:
        guard.opened(data)
    assert caught.value.code == code


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_whatever_is_sent_is_answered(data: bytes) -> None:
    with pytest.raises(guard.BadDocx):
        guard.opened(data)
