"""A bureau's own template as blocks for the renderer of papers: its words, their order, tables and weight. No Django.

What is read: paragraphs (place, first line drawn in), runs (bold, underlined, size in points), tables (widths, cells
that span), and where the fields stand. Headers and footers are the renderer's own: there stand code, digest and pages.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhijian.kernel.papers.drafts.docx import TAG, Field, control_name, filled, places
from zhijian.kernel.papers.drafts.guard import opened

Json = dict[str, Any]
PLACES = {"center": "center", "right": "right", "end": "right"}
SMALLEST, LARGEST = 6.0, 48.0  # points


def blocks_of(template: bytes, meant: Mapping[str, str]) -> list[Json]:
    """The blocks of a template. `meant` says which field each of its names means. Raises BadDocx."""
    names = {place.name: meant.get(place.name, "") for place in places(opened(template))}
    marks = [Field(name, name, name) for name in sorted(set(names.values()) - {""})]
    document = docx.Document(io.BytesIO(filled(template, marks, names, "")))
    return list(_blocks(document.element.body, document))


def _blocks(parent: Any, document: Document) -> Iterator[Json]:
    for child in parent:
        if child.tag == qn("w:p"):
            yield _paragraph(child, document)
        elif child.tag == qn("w:tbl"):
            yield _table(child, document)
        elif child.tag == qn("w:sdt") and (content := child.find(qn("w:sdtContent"))) is not None:
            yield from _blocks(content, document)


def _paragraph(element: Any, document: Document) -> Json:
    paragraph = Paragraph(element, document)  # type: ignore[arg-type]
    style = [paragraph.paragraph_format, *_chain(paragraph.style)]
    jc = element.find(f"{qn('w:pPr')}/{qn('w:jc')}")
    where = jc.get(qn("w:val")) if jc is not None else _first(style, lambda one: _said(one.alignment))
    block: Json = {"runs": list(_runs(element, paragraph))}
    if where in PLACES:
        block["place"] = PLACES[where]
    if _drawn_in(element) or _first(style, lambda one: one.first_line_indent and one.first_line_indent > 0):
        block["drawn_in"] = True
    return block


def _said(alignment: Any) -> str:
    return {1: "center", 2: "right"}.get(int(alignment), "left") if alignment is not None else ""


def _drawn_in(element: Any) -> bool:
    """A first line that is drawn in by characters, as Chinese word processors write it."""
    indent = element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    return indent is not None and (indent.get(qn("w:firstLineChars")) or "0").lstrip("-0") != ""


def _chain(style: Any) -> Iterator[Any]:
    while style is not None:
        yield style.paragraph_format
        style = style.base_style


def _first(formats: list[Any], told: Any) -> Any:
    return next((value for one in formats if (value := told(one))), None)


def _runs(parent: Any, paragraph: Paragraph) -> Iterator[Json]:
    for child in parent:
        if child.tag == qn("w:r"):
            if text := _text(child):
                yield {"text": text, **_weight(Run(child, paragraph))}
        elif child.tag == qn("w:sdt"):
            name = control_name(child)
            inner = child.find(qn("w:sdtContent"))
            if name.startswith(TAG):
                run = inner.find(qn("w:r")) if inner is not None else None
                yield {"field": name[len(TAG) :], **(_weight(Run(run, paragraph)) if run is not None else {})}
            elif inner is not None:
                yield from _runs(inner, paragraph)
        elif child.tag in (qn("w:hyperlink"), qn("w:ins"), qn("w:smartTag")):
            yield from _runs(child, paragraph)


def _text(run: Any) -> str:
    said = {
        qn("w:t"): lambda one: one.text or "",
        qn("w:br"): lambda one: "\n",
        qn("w:tab"): lambda one: "\u3000\u3000",
    }
    return "".join(said[one.tag](one) for one in run if one.tag in said)


def _weight(run: Run) -> Json:
    """Bold, underlined, size: the run's own, else its paragraph's style."""
    fonts = [run.font, *(one.font for one in _styles(run._parent.style))]  # type: ignore[attr-defined]
    bold = next((one.bold for one in fonts if one.bold is not None), False)
    size = next((one.size.pt for one in fonts if one.size is not None), None)
    told: Json = {"bold": True} if bold else {}
    if run.font.underline:
        told["under"] = True
    return {**told, "size": min(max(size, SMALLEST), LARGEST)} if size else told


def _styles(style: Any) -> Iterator[Any]:
    while style is not None:
        yield style
        style = style.base_style


def _table(element: Any, document: Document) -> Json:
    """Cells in their rows; one that goes on from above makes the one above taller."""
    widths = [int(one.get(qn("w:w")) or 0) for one in element.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    rows: list[list[Json]] = []
    above: dict[int, Json] = {}
    for line in element.iterfind(qn("w:tr")):
        at, cells = 0, []
        for box in line.iterfind(qn("w:tc")):
            about = box.find(qn("w:tcPr"))
            span = _number(about, "w:gridSpan") or 1
            merge = about.find(qn("w:vMerge")) if about is not None else None
            if merge is not None and merge.get(qn("w:val")) != "restart" and at in above:
                above[at]["rows"] = above[at].get("rows", 1) + 1
            else:
                above[at] = {"blocks": list(_blocks(box, document)), **({"columns": span} if span > 1 else {})}
                cells.append(above[at])
            at += span
        rows.append(cells)
    columns = max((sum(one.get("columns", 1) for one in row) for row in rows), default=1)
    return {"rows": rows, "widths": widths if len(widths) == columns and all(widths) else [1] * columns}


def _number(about: Any, tag: str) -> int:
    found = about.find(qn(tag)) if about is not None else None
    return int(found.get(qn("w:val")) or 0) if found is not None else 0


def fields_in(blocks: list[Json]) -> set[str]:
    """The fields that stand somewhere in the blocks."""
    found: set[str] = set()
    for block in blocks:
        found |= {run["field"] for run in block.get("runs", []) if "field" in run}
        for row in block.get("rows", []):
            found |= {name for cell in row for name in fields_in(cell["blocks"])}
    return found
