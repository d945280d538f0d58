"""Automatic numbers of a template are said as a word processor shows them."""

from __future__ import annotations

from typing import Any

import docx as library
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.papers.drafts import numbering
from zhijian.kernel.papers.drafts.numbering import Numbers


def kept(document: Any, number: int, *levels: tuple[str, str], more: str = "", of: int | None = None) -> None:
    """A list of levels (way of counting, text) under a number."""
    root = document.part.numbering_part.element
    if of is None:
        rows = "".join(
            f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for n, (kind, text) in enumerate(levels)
        )
        root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">{rows}</w:abstractNum>'))
    root.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{of or number}"/>{more}</w:num>')
    )


def numbered(about: Any, number: int, level: int = 0) -> None:
    """Give a paragraph, or a style, a number."""
    told = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", level), ("w:numId", number)):
        one = OxmlElement(name)
        one.set(qn("w:val"), str(value))
        told.append(one)
    about.get_or_add_pPr().append(told)


def labels(document: Any) -> list[str | None]:
    numbers = Numbers(document)
    return [numbers.label(one) for one in document.paragraphs]


def test_of_a_style_and_of_one_that_is_based_on_it() -> None:
    document = library.Document()
    own = document.styles.add_style("本局条款", 1)
    own.base_style = document.styles["List Number"]
    document.add_paragraph("一", style="List Number")
    document.add_paragraph("二", style="本局条款")
    document.add_paragraph("没有编号")
    document.add_paragraph("三", style="List Number")
    assert labels(document) == ["1. ", "2. ", "", "3. "]


def test_chinese_levels_begin_anew_under_each_other() -> None:
    document = library.Document()
    kept(document, 90, ("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%1.%2.%3"))
    for level in (0, 1, 1, 2, 0, 1, 2):
        numbered(document.add_paragraph("x")._p, 90, level)
    assert labels(document) == ["一、", "（一）", "（二）", "一.二.1 ", "二、", "（一）", "二.一.1 "]


def test_a_second_number_goes_on_or_begins_where_it_says() -> None:
    document = library.Document()
    kept(document, 90, ("decimal", "第%1条"))
    kept(document, 91, of=90)
    kept(document, 92, of=90, more='<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')
    for number in (90, 91, 92, 92):
        numbered(document.add_paragraph("x")._p, number)
    assert labels(document) == ["第1条 ", "第2条 ", "第7条 ", "第8条 "]


def test_taken_off_by_nought_and_a_number_that_is_none() -> None:
    document = library.Document()
    numbered(document.add_paragraph("x", style="List Number")._p, 0)
    numbered(document.add_paragraph("x")._p, 4711)
    assert labels(document) == ["", ""]


def test_bullets_in_signs_that_papers_have() -> None:
    document = library.Document()
    document.add_paragraph("x", style="List Bullet")
    kept(document, 90, ("bullet", "\uf0fc"))
    kept(document, 91, ("bullet", "\uf0ff"))
    kept(document, 92, ("hebrew1", "%1."))
    for number in (90, 91, 92):
        numbered(document.add_paragraph("x")._p, number)
    assert labels(document) == ["· ", "√ ", None, None], "what we cannot say is told, never guessed"


@pytest.mark.parametrize(
    ("kind", "n", "said"),
    [
        ("chineseCounting", 10, "十"), ("chineseCounting", 21, "二十一"), ("chineseCounting", 105, "一百零五"),
        ("chineseCounting", 110, "一百一十"), ("chineseLegalSimplified", 12, "壹拾贰"), ("upperRoman", 14, "XIV"),
        ("lowerLetter", 28, "bb"), ("decimalEnclosedCircle", 3, "③"), ("ideographDigital", 10, "一〇"),
        ("decimalFullWidth", 12, "１２"), ("decimalZero", 4, "04"), ("ideographTraditional", 11, "甲"),
    ],
)  # fmt: skip
def test_ways_of_counting(kind: str, n: int, said: str) -> None:
    assert numbering.FORMATS[kind](n) == said


@given(st.integers(1, 9999), st.sampled_from(sorted(set(numbering.FORMATS) - {"none"})))
def test_every_number_is_said(n: int, kind: str) -> None:
    assert numbering.FORMATS[kind](n)
