"""What of a template is read: its text, and the page headers and footers that Word would show. No Django."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

from zhijian.kernel.papers.drafts.guard import opened

FIELD = re.compile(r"\{\{\s*([^{}]{1,40}?)\s*\}\}")
MERGE = re.compile(r'^\s*MERGEFIELD\s+"?([^"\\]{1,40}?)"?\s*(\\.*)?$')
AROUND = (qn("w:sdt"), qn("w:customXml"), qn("w:smartTag"))  # stand around content, and are none themselves
HEADER, FOOTER = "header", "footer"

Where = tuple[tuple[str, int], ...]
"""A place in steps, counted from one: (("header", 1), ("table", 2), ("row", 3), ("cell", 1)), (("paragraph", 7),)."""


@dataclass(frozen=True)
class Place:
    """Where in a template a field name, or what is not printed, stands; `where` is empty for the page as a whole."""

    name: str
    where: Where


def template(data: bytes) -> Document:
    """The checked document, each field's instruction in one piece, as word processors split it. Raises BadDocx."""
    document = opened(data)
    for _what, root in stories(document):
        for paragraph in root.iter(qn("w:p")):
            _join(paragraph)
    return document


def _join(paragraph: Any) -> None:
    """A complex field's instruction may be spread over several runs: the first one gets all of it."""
    begun: list[Any] = []  # for each field that is open: its first piece, None before it, False after its instruction
    for node in paragraph.iter(qn("w:fldChar"), qn("w:instrText")):
        if node.tag == qn("w:instrText"):
            if begun and begun[-1] is None:
                begun[-1] = node
            elif begun and begun[-1] is not False:
                begun[-1].text = (begun[-1].text or "") + (node.text or "")
                node.getparent().remove(node)
        elif (kind := node.get(qn("w:fldCharType"))) == "begin":
            begun.append(None)
        elif begun and kind == "separate":
            begun[-1] = False
        elif begun and kind == "end":
            begun.pop()


def stories(document: Document) -> Iterator[tuple[str, Any]]:
    """The text, then the headers and footers that are shown: what each is ("" for the text), and its element."""
    yield "", document.element.body
    even = document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        first = section.different_first_page_header_footer
        for what, part, shown in (
            (HEADER, section.header, True),
            (f"first {HEADER}", section.first_page_header, first),
            (f"even {HEADER}", section.even_page_header, even),
            (FOOTER, section.footer, True),
            (f"first {FOOTER}", section.first_page_footer, first),
            (f"even {FOOTER}", section.even_page_footer, even),
        ):
            if shown and not part.is_linked_to_previous:
                yield what, part._element


def content(element: Any) -> Iterator[Any]:
    """The children of an element, those that only stand around others taken away."""
    for child in element:
        if child.tag in AROUND:
            inner = child.find(qn("w:sdtContent")) if child.tag == qn("w:sdt") else child
            yield from content(inner) if inner is not None else ()
        else:
            yield child


def paragraphs(document: Document) -> Iterator[tuple[Any, Where]]:
    """Each paragraph with its place, those of headers and footers too. Nested tables count as their outer cell."""
    for what, root in stories(document):
        yield from paragraphs_of(root, ((what, 1),) if what else ())


def paragraphs_of(root: Any, before: Where = ()) -> Iterator[tuple[Any, Where]]:
    """Each paragraph of a part with its place."""
    paragraph = table = 0
    for child in content(root):
        if child.tag == qn("w:p"):
            paragraph += 1
            yield child, (*before, ("paragraph", paragraph))
        elif child.tag == qn("w:tbl"):
            table += 1
            for box, row, cell in cells(child):
                for inner in box.iter(qn("w:p")):
                    yield inner, (*before, ("table", table), ("row", row), ("cell", cell))


def cells(table: Any) -> Iterator[tuple[Any, int, int]]:
    """The cells of a table with row and place in the row, counted from one."""
    for row, line in enumerate((one for one in content(table) if one.tag == qn("w:tr")), 1):
        for cell, box in enumerate((one for one in content(line) if one.tag == qn("w:tc")), 1):
            yield box, row, cell


def text_of(paragraph: Any) -> str:
    """The words of a paragraph, whatever stands between them."""
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t")))


def words_of(document: Document) -> str:
    """All words of a template, its headers and footers too, a paragraph a line."""
    return "\n".join(text_of(paragraph) for paragraph, _where in paragraphs(document))


def control_name(sdt: Any) -> str:
    """What a content control is called: its tag, else its title."""
    for name in ("w:tag", "w:alias"):
        found = sdt.find(f"{qn('w:sdtPr')}/{qn(name)}")
        if found is not None and (value := (found.get(qn("w:val")) or "").strip()):
            return value
    return ""


def places(document: Document) -> list[Place]:
    """Every field name of a template with its place, in the order of reading."""
    found, seen = [], set()
    for paragraph, where in paragraphs(document):
        found += [Place(name, where) for name in FIELD.findall(text_of(paragraph))]
        found += [Place(name, where) for name in _merged(paragraph)]
        for sdt in [*paragraph.iterancestors(qn("w:sdt")), *paragraph.iter(qn("w:sdt"))]:
            if id(sdt) not in seen and (name := control_name(sdt)):
                seen.add(id(sdt))
                found.append(Place(name, where))
    return found


def _merged(paragraph: Any) -> list[str]:
    """Names of merge fields, simple (w:fldSimple) and complex (w:instrText)."""
    told = [one.get(qn("w:instr")) or "" for one in paragraph.iter(qn("w:fldSimple"))]
    told += [one.text or "" for one in paragraph.iter(qn("w:instrText"))]
    return [match[1].strip() for one in told if (match := MERGE.match(one))]
