"""A bureau's own template as blocks for the renderer of papers: its words, their order, tables and weight. No Django.

What is read: paragraphs (number, place, first line drawn in, borders, ends of pages), tables (widths, cells that span),
page headers, and what `runs` reads of a paragraph. The foot is the renderer's own: there stand code, digest and pages.
What is not read is told at the upload (`undrawn`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhijian.kernel.papers.drafts import parts
from zhijian.kernel.papers.drafts.docx import Field, filled
from zhijian.kernel.papers.drafts.numbering import Numbers
from zhijian.kernel.papers.drafts.parts import HEADER, content, places, stories
from zhijian.kernel.papers.drafts.runs import END, Json, chain, first, runs_of, weight

PLACES = {"center": "center", "right": "right", "end": "right"}
PAGE_BREAK: Json = {"runs": [], "page_break": True}


def blocks_of(template: bytes, meant: Mapping[str, str]) -> dict[str, list[Json]]:
    """The blocks of a template: `body`, `header`, and `first_header` where the first page has its own (even none).

    `meant` says which field each of its names means. Raises BadDocx.
    """
    names = {place.name: meant.get(place.name, "") for place in places(parts.template(template))}
    marks = [Field(name, name, name) for name in sorted(set(names.values()) - {""})]
    document = docx.Document(io.BytesIO(filled(template, marks, names, "")))
    reader = _Reader(document)
    found = {what: list(reader.blocks(root)) for what, root in stories(document)}
    told = {"body": found[""], "header": _unless_empty(found.get(HEADER, []))}
    if document.sections[0].different_first_page_header_footer:
        told["first_header"] = _unless_empty(found.get(f"first {HEADER}", []))
    return told


def _unless_empty(blocks: list[Json]) -> list[Json]:
    return blocks if any(one.get("rows") or one["runs"] for one in blocks) else []


class _Reader:
    """Reads a document from its beginning, counting its numbers on."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = Numbers(document)

    def blocks(self, parent: Any) -> Iterator[Json]:
        """The paragraphs and tables of a part, a cell or a control."""
        for child in content(parent):
            if child.tag == qn("w:p"):
                yield from self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield self._table(child)

    def _paragraph(self, element: Any) -> Iterator[Json]:
        """A paragraph; several blocks where a page ends within it."""
        paragraph = Paragraph(element, self._document)  # type: ignore[arg-type]
        runs = list(runs_of(element, paragraph))
        if label := self._numbers.label(paragraph):
            runs.insert(0, {"text": label, **weight(Run(OxmlElement("w:r"), paragraph))})
        about = _about(paragraph)
        if first([paragraph, *chain(paragraph.style)], lambda one: one.paragraph_format.page_break_before):
            yield PAGE_BREAK
        while END in runs:
            at = runs.index(END)
            if at:
                yield {"runs": runs[:at], **about}
            yield PAGE_BREAK
            if not (runs := runs[at + 1 :]):
                return
        yield {"runs": runs, **about}

    def _table(self, element: Any) -> Json:
        """Cells in their rows; every row is as wide as the widest."""
        widths = [int(one.get(qn("w:w")) or 0) for one in element.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
        rows: list[tuple[list[Json], int]] = []
        above: dict[int, Json] = {}
        for line in content(element):
            if line.tag != qn("w:tr"):
                continue
            at = _number(line.find(qn("w:trPr")), "w:gridBefore")
            cells = [_gap(at)] if at else []
            for box in (one for one in content(line) if one.tag == qn("w:tc")):
                at += self._cell(box, at, above, cells)
            rows.append((cells, at))
        columns = max((at for _cells, at in rows), default=1)
        full = [[*cells, *([_gap(columns - at)] if at < columns else [])] for cells, at in rows]
        return {"rows": full, "widths": widths if len(widths) == columns and all(widths) else [1] * columns}

    def _cell(self, box: Any, at: int, above: dict[int, Json], cells: list[Json]) -> int:
        """Put a cell into its row, or make the one above it taller; says how many columns it spans."""
        about = box.find(qn("w:tcPr"))
        span = _number(about, "w:gridSpan") or 1
        merge = about.find(qn("w:vMerge")) if about is not None else None
        if merge is not None and merge.get(qn("w:val")) != "restart" and at in above:
            above[at]["rows"] = above[at].get("rows", 1) + 1
        else:
            above[at] = {"blocks": list(self.blocks(box)), **({"columns": span} if span > 1 else {})}
            cells.append(above[at])
        return span


def _gap(columns: int) -> Json:
    """Where a row of a table has no cell."""
    return {"blocks": [], **({"columns": columns} if columns > 1 else {})}


def _number(about: Any, tag: str) -> int:
    found = about.find(qn(tag)) if about is not None else None
    return int(found.get(qn("w:val")) or 0) if found is not None else 0


def _about(paragraph: Paragraph) -> Json:
    """Where a paragraph stands on the line, and the lines around it."""
    told: Json = {}
    formats = [one.paragraph_format for one in (paragraph, *chain(paragraph.style))]
    jc = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:jc')}")
    where = jc.get(qn("w:val")) if jc is not None else first(formats, lambda one: _said(one.alignment))
    if where in PLACES:
        told["place"] = PLACES[where]
    if _drawn_in(paragraph._p) or first(formats, lambda one: one.first_line_indent and one.first_line_indent > 0):
        told["drawn_in"] = True
    if borders := _borders(paragraph):
        told["borders"] = borders
    return told


def _said(alignment: Any) -> str | None:
    return {1: "center", 2: "right"}.get(int(alignment), "left") if alignment is not None else None


def _drawn_in(element: Any) -> bool:
    """A first line that is drawn in by characters, as Chinese word processors write it."""
    indent = element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    return indent is not None and (indent.get(qn("w:firstLineChars")) or "0").lstrip("-0") != ""


def _borders(paragraph: Paragraph) -> list[str]:
    """The sides of a paragraph on which a line is drawn."""
    abouts = [paragraph._p.pPr, *(one.element.find(qn("w:pPr")) for one in chain(paragraph.style))]
    drawn: dict[str, bool] = {}
    for box in (about.find(qn("w:pBdr")) for about in abouts if about is not None):
        for line in box if box is not None else ():
            drawn.setdefault(line.tag.rpartition("}")[2], line.get(qn("w:val")) not in ("nil", "none"))
    return [side for side in ("top", "bottom", "left", "right") if drawn.get(side)]


def fields_in(blocks: list[Json]) -> set[str]:
    """The fields that stand somewhere in the blocks."""
    found: set[str] = set()
    for block in blocks:
        found |= {run["field"] for run in block.get("runs", []) if "field" in run}
        for row in block.get("rows", []):
            found |= {name for cell in row for name in fields_in(cell["blocks"])}
    return found
