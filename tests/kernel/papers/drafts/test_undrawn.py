"""Nothing of a template vanishes without a word: it is printed, or told with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docx as library
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_BREAK, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from tests.kernel.papers.drafts.test_docx import complex_field, written

from zhijian.kernel.papers.drafts import guard, layout, parts, told
from zhijian.kernel.papers.drafts.undrawn import undrawn

NAMES = nsdecls("w", "wp", "a", "m", "pic", "r") + (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
BOX = "<w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p></w:txbxContent>"
HERE = (("paragraph", 1),)


def xml(text: str) -> Any:
    return parse_xml(text.replace(">", f" {NAMES}>", 1) if not text.split(">")[0].endswith("/") else
                     text.replace("/>", f" {NAMES}/>", 1))  # fmt: skip


def found(document: Any) -> list[tuple[str, Any]]:
    lost = undrawn(parts.template(written(document)))
    assert all(told.lost(one) and told.place(one.where) for one in lost), "each has its words"
    return [(one.name, one.where) for one in lost]


IN_A_RUN = [
    ("<w:drawing/>", "picture"),
    ("<w:pict><v:shape/></w:pict>", "picture"),
    (f"<w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict>", "textbox"),
    (f"<mc:AlternateContent><mc:Choice>{BOX}</mc:Choice></mc:AlternateContent>", "textbox"),
    ("<w:object/>", "object"),
    ('<w:footnoteReference w:id="1"/>', "footnote"),
    ('<w:endnoteReference w:id="1"/>', "footnote"),
    ('<w:commentReference w:id="1"/>', "comment"),
    ('<w:sym w:font="Wingdings" w:char="F0FF"/>', "symbol"),
    ('<w:ptab w:alignment="right" w:relativeTo="margin" w:leader="none"/>', "tab"),
    ('<w:br w:type="column"/>', "column"),
    ("<w:ruby/>", "ruby"),
    ("<w:pgNum/>", "field"),
    ("<w:quiteNew/>", "other:quiteNew"),
]
IN_A_PARAGRAPH = [
    ("<m:oMath/>", "formula"),
    ("<w:ins><w:r><w:t>加的</w:t></w:r></w:ins>", "change"),
    ("<w:del><w:r><w:delText>删的</w:delText></w:r></w:del>", "change"),
    ('<w:fldSimple w:instr=" DATE \\@ yyyy "><w:r><w:t>2019</w:t></w:r></w:fldSimple>', "field:DATE"),
    ("<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent><w:r><w:t>选择一项</w:t></w:r></w:sdtContent></w:sdt>",
     "choice"),
    ("<w:sdt><w:sdtPr><w14:checkbox/></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>", "choice"),
    ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r>", "hidden"),
    ('<w:r><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr><w:t>o</w:t></w:r>', "symbol"),
    ("<w:r><w:t>\uf0fe</w:t></w:r>", "symbol"),
    ("<w:r><w:t>{{ 当事人 }</w:t></w:r>", "braces"),
    ("<w:quiteNew/>", "other:quiteNew"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), [*((f"<w:r>{one}</w:r>", kind) for one, kind in IN_A_RUN), *IN_A_PARAGRAPH])
def test_in_a_paragraph_and_in_a_page_header(text: str, kind: str) -> None:
    document = library.Document()
    document.add_paragraph("好")._p.append(xml(text))
    document.sections[0].header.paragraphs[0]._p.append(xml(text))
    assert found(document) == [(kind, HERE), (kind, (("header", 1), ("paragraph", 1)))]


def _aligned(document: Any) -> None:
    document.paragraphs[0].text = "左\t右"
    document.paragraphs[0].paragraph_format.tab_stops.add_tab_stop(5_000_000, WD_TAB_ALIGNMENT.RIGHT)


def _in_cell(text: str) -> Callable[[Any], None]:
    return lambda document: document.add_table(1, 1).cell(0, 0)._tc.get_or_add_tcPr().append(xml(text))


def _in_row(text: str) -> Callable[[Any], None]:
    return lambda document: document.add_table(1, 1).rows[0]._tr.get_or_add_trPr().append(xml(text))


def _page(text: str) -> Callable[[Any], None]:
    return lambda document: document.sections[0]._sectPr.append(xml(text))


def _columns(document: Any) -> None:
    document.sections[0]._sectPr.find(qn("w:cols")).set(qn("w:num"), "2")


def _landscape(document: Any) -> None:
    document.sections[0].orientation = WD_ORIENT.LANDSCAPE


def _even(document: Any) -> None:
    document.settings.odd_and_even_pages_header_footer = True
    document.sections[0].even_page_header.paragraphs[0].text = "偶数页"


def _footer(document: Any) -> None:
    document.sections[0].footer.paragraphs[0].text = "地址：某路 1 号"


def _tall(document: Any) -> None:
    for _ in range(40):
        document.sections[0].header.add_paragraph("页眉")


def _break_in_cell(document: Any) -> None:
    document.add_table(1, 1).cell(0, 0).paragraphs[0].add_run().add_break(WD_BREAK.PAGE)


def _rows(document: Any) -> None:
    row = document.add_table(1, 1).rows[0]._tr
    sdt = xml('<w:sdt><w:sdtPr><w:tag w:val="当事人"/></w:sdtPr><w:sdtContent/></w:sdt>')
    row.addprevious(sdt)
    sdt[1].append(row)


CELL = (("table", 1), ("row", 1), ("cell", 1))


@pytest.mark.parametrize(
    ("make", "kind", "where"),
    [
        (_aligned, "tab", HERE),
        (_in_cell('<w:hMerge w:val="restart"/>'), "merged", CELL),
        (_in_cell('<w:tcBorders><w:tl2br w:val="single"/></w:tcBorders>'), "diagonal", CELL),
        (_in_row("<w:hidden/>"), "hidden", CELL),
        (_in_row('<w:ins w:id="1" w:author="x"/>'), "change", CELL),
        (_break_in_cell, "page_break", CELL),
        (_rows, "rows", CELL),
        (lambda document: document.add_section(), "section", (("paragraph", 2),)),
        (_page("<w:pgBorders/>"), "page_border", ()),
        (_page("<w:lnNumType/>"), "line_numbers", ()),
        (_page('<w:textDirection w:val="tbRl"/>'), "vertical", ()),
        (_columns, "columns", ()),
        (_landscape, "landscape", ()),
        (_even, "even", (("even header", 1),)),
        (_footer, "footer", (("footer", 1),)),
        (_tall, "tall", (("header", 1),)),
        (lambda document: document.element.body.insert(1, xml('<w:altChunk r:id="x"/>')), "object", ()),
    ],
)
def test_of_tables_pages_and_their_margins(make: Callable[[Any], None], kind: str, where: Any) -> None:
    document = library.Document()
    document.add_paragraph("好")
    make(document)
    assert (kind, where) in found(document)


def test_what_is_printed_is_not_told() -> None:
    document = library.Document()
    document.add_paragraph("第一条", style="List Number")
    paragraph = document.add_paragraph("甲\t乙")
    paragraph._p.append(xml('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/><w:noBreakHyphen/><w:cr/></w:r>'))
    paragraph._p.append(xml("<w:hyperlink><w:r><w:t>网址</w:t></w:r></w:hyperlink>"))
    paragraph._p.append(xml("<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>控件里的字</w:t></w:r></w:sdtContent></w:sdt>"))
    for name, on in (("strike", "struck"), ("superscript", "raised"), ("subscript", "lowered")):
        setattr(paragraph.add_run(on).font, name, True)
    paragraph.add_run("前").add_break(WD_BREAK.PAGE)
    paragraph.add_run("后")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    table.rows[1]._tr.remove(table.rows[1]._tr.tc_lst[1])
    table.cell(0, 0).add_table(1, 1).cell(0, 0).text = "表中表"
    header, footer = document.sections[0].header.paragraphs[0], document.sections[0].footer.paragraphs[0]
    header.text = "页眉"
    complex_page(header, "PAGE")
    footer.text = "第 "
    complex_page(footer, "PAGE")
    footer.add_run(" 页")
    assert found(document) == []
    blocks = layout.blocks_of(written(document), {})
    first, second, broken, after, table_ = blocks["body"][:5]
    assert first["runs"][0]["text"] == "1. "
    assert "".join(run["text"] for run in second["runs"]) == "甲\u3000\u3000乙□-\n网址控件里的字struckraisedlowered前"
    assert [name for run in second["runs"] for name in ("struck", "raised", "lowered") if run.get(name)] == [
        "struck", "raised", "lowered",
    ]  # fmt: skip
    assert (broken.get("page_break"), after["runs"][0]["text"]) == (True, "后")
    assert [sum(cell.get("columns", 1) for cell in row) for row in table_["rows"]] == [2, 2], "no row is shorter"
    assert blocks["header"][0]["runs"] == [{"text": "页眉"}, {"page": "now"}]


def complex_page(paragraph: Any, code: str) -> None:
    complex_field(paragraph, "x")
    list(paragraph._p.iter(qn("w:instrText")))[-1].text = f" {code} "
    list(paragraph._p.iter(qn("w:t")))[-1].text = "1"


def test_a_control_with_a_field_s_name_is_replaced_whatever_it_holds() -> None:
    document = library.Document()
    document.add_paragraph()._p.append(
        xml('<w:sdt><w:sdtPr><w:tag w:val="当事人"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:drawing/></w:r>'
            "</w:sdtContent></w:sdt>")
    )  # fmt: skip
    assert found(document) == []


def test_a_file_whose_parts_contradict_each_other_is_broken() -> None:
    document = library.Document()
    document.add_paragraph("x", style="List Number")
    document.part.numbering_part.element.find(qn("w:abstractNum")).find(qn("w:lvl")).set(qn("w:ilvl"), "eins")
    for one in document.part.numbering_part.element.iter(qn("w:lvl")):
        one.set(qn("w:ilvl"), "eins")
    with pytest.raises(guard.BadDocx):
        found(document)
