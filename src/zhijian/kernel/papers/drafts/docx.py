"""A .docx with fields: filled from a draft on the way out, read and compared on the way back. No Django, no database.

A field is a content control (w:sdt) whose tag is `zj:<name>`. Locked ones bear w:lock "sdtContentLocked", which Word
and WPS honour; whether they were kept is never left to the word processor but compared when the file returns.

What a bureau's own template may hold: {{ name }}, a MERGEFIELD, or a content control with the name as tag or title.
Nothing in a template is ever run: field names are looked up, there is no expression language.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from zhijian.kernel.papers.drafts.guard import opened

TAG = "zj:"
FIELD = re.compile(r"\{\{\s*([^{}]{1,40}?)\s*\}\}")
MERGE = re.compile(r'^\s*MERGEFIELD\s+"?([^"\\]{1,40}?)"?\s*(\\.*)?$')
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Field:
    """One value of a draft, as the file bears it."""

    name: str
    label: str
    text: str
    free: bool = False


@dataclass(frozen=True)
class Place:
    """Where in a template a field name stands: paragraph of the text, or table, row and cell; counted from one."""

    name: str
    where: str


# What stands where


def _blocks(document: Document) -> Iterator[tuple[Any, str]]:
    """Each paragraph with its place; those of headers and footers too. Nested tables count as their outer cell."""
    yield from _of(document.element.body, "")
    for number, section in enumerate(document.sections, 1):
        for what, part in (("header", section.header), ("footer", section.footer)):
            if not part.is_linked_to_previous:
                yield from _of(part._element, f"{what} {number}, ")


def _of(body: Any, before: str) -> Iterator[tuple[Any, str]]:
    paragraph = table = 0
    for child in body:
        if child.tag == qn("w:p"):
            paragraph += 1
            yield child, f"{before}paragraph {paragraph}"
        elif child.tag == qn("w:tbl"):
            table += 1
            for row, line in enumerate(child.iter(qn("w:tr")), 1):
                for cell, box in enumerate(line.iter(qn("w:tc")), 1):
                    for inner in box.iter(qn("w:p")):
                        yield inner, f"{before}table {table}, row {row}, cell {cell}"
        elif child.tag == qn("w:sdt"):
            for inner in child.iter(qn("w:p")):
                yield inner, f"{before}paragraph {paragraph + 1}"


def _text(paragraph: Any) -> str:
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t")))


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
    for paragraph, where in _blocks(document):
        found += [Place(name, where) for name in FIELD.findall(_text(paragraph))]
        found += [Place(name, where) for name in _merged(paragraph)]
        for sdt in [*paragraph.iterancestors(qn("w:sdt")), *paragraph.iter(qn("w:sdt"))]:
            if id(sdt) not in seen and (name := control_name(sdt)):
                seen.add(id(sdt))
                found.append(Place(name, where))
    return found


UNDRAWN = {
    "w:drawing": "picture", "w:pict": "picture", "w:object": "object", "w:numPr": "numbering", "m:oMath": "formula",
    "w:footnoteReference": "footnote", "w:altChunk": "object",
}  # fmt: skip


def undrawn(document: Document) -> list[Place]:
    """What the renderer of papers does not draw, with its place: the issued paper would lack it."""
    found = []
    for paragraph, where in _of(document.element.body, ""):
        kinds = {what for tag, what in UNDRAWN.items() for _ in paragraph.iter(qn(tag))}
        found += [Place(what, where) for what in sorted(kinds)]
    return found


def _merged(paragraph: Any) -> list[str]:
    """Names of merge fields, simple (w:fldSimple) and complex (w:instrText)."""
    told = [one.get(qn("w:instr")) or "" for one in paragraph.iter(qn("w:fldSimple"))]
    told += [one.text or "" for one in paragraph.iter(qn("w:instrText"))]
    return [match[1].strip() for one in told if (match := MERGE.match(one))]


# Out


def control(field: Field, style: Any = None) -> Any:
    """A content control that holds the value; locked against editing unless it is free."""
    sdt, about, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for name, value in (
        ("w:alias", field.label),
        ("w:tag", TAG + field.name),
        ("w:lock", "sdtLocked" if field.free else "sdtContentLocked"),
    ):
        one = OxmlElement(name)
        one.set(qn("w:val"), value)
        about.append(one)
    if field.free:
        one = OxmlElement("w:text")
        one.set(qn("w:multiLine"), "1")
        about.append(one)
    run = OxmlElement("w:r")
    if style is not None:
        run.append(deepcopy(style))
    for number, line in enumerate(field.text.split("\n")):
        if number:
            run.append(OxmlElement("w:br"))
        text = OxmlElement("w:t")
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        text.text = _clean(line)
        run.append(text)
    content.append(run)
    sdt.append(about)
    sdt.append(content)
    return sdt


def _clean(text: str) -> str:
    """Without what XML may not hold."""
    return "".join(c for c in text if c == "\t" or ord(c) >= 32)


def plain(title: str, fields: list[Field], note: str) -> bytes:
    """The draft as a document of our own: title, then each field with its label."""
    document = docx.Document()
    document.styles["Normal"].font.size = Pt(12)
    document.add_heading(title, 0)
    document.add_paragraph(note)
    for field in fields:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{field.label}{'：' if ord(field.label[:1] or 'a') > 0x2E80 else ': '}").bold = True
        paragraph._p.append(control(field))
    return saved(document)


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def filled(template: bytes, fields: list[Field], names: Mapping[str, str], note: str) -> bytes:
    """The bureau's template with the draft's values in the place of its field names.

    `names` says which field a name of the template means. Fields that the template does not show stand at its end, so
    that the file always bears what it is checked by. Raises BadDocx.
    """
    document = opened(template)
    by_name = {field.name: field for field in fields}
    shown: set[str] = set()

    def value(name: str) -> Field | None:
        field = by_name.get(names.get(name, ""))
        if field is not None:
            shown.add(field.name)
        return field

    for paragraph, _where in list(_blocks(document)):
        _fill_braces(paragraph, value)
        _fill_merge(paragraph, value)
    for sdt in list(document.element.body.iter(qn("w:sdt"))):
        if not control_name(sdt).startswith(TAG) and (field := value(control_name(sdt))) is not None:
            _fill_control(sdt, field)
    missing = [field for field in fields if field.name not in shown]
    if missing:
        document.add_paragraph(note)
        for field in missing:
            paragraph = document.add_paragraph(f"{field.label}: ")
            paragraph._p.append(control(field))
    return saved(document)


def _fill_braces(paragraph: Any, value: Callable[[str], Field | None]) -> None:
    """{{ name }} may be spread over several runs: the runs that it touches are cut, the first one's style stays."""
    while True:
        runs = [one for one in paragraph.iter(qn("w:t")) if not _inside_ours(one)]
        whole = "".join(one.text or "" for one in runs)
        found = next((m for m in FIELD.finditer(whole) if value(m[1]) is not None), None)
        if found is None:
            return
        field = value(found[1])
        assert field is not None
        at, first, tail = 0, None, ""
        for text in runs:
            begin, end = at, at + len(text.text or "")
            at = end
            if end <= found.start() or begin >= found.end():
                continue
            kept = (text.text or "")[: max(found.start() - begin, 0)]
            after = (text.text or "")[found.end() - begin :] if end > found.end() else ""
            if first is None:
                first = text
                text.text, tail = kept, after
            else:
                text.text = after
        assert first is not None
        run = first.getparent()
        made = control(field, run.find(qn("w:rPr")))
        run.addnext(made)
        if tail:
            rest = deepcopy(run)
            for one in rest.findall(qn("w:t")):
                rest.remove(one)
            text = OxmlElement("w:t")
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            text.text = tail
            rest.append(text)
            made.addnext(rest)


def _inside_ours(node: Any) -> bool:
    return any(control_name(one).startswith(TAG) for one in node.iterancestors(qn("w:sdt")))


def _fill_merge(paragraph: Any, value: Callable[[str], Field | None]) -> None:
    for simple in list(paragraph.iter(qn("w:fldSimple"))):
        match = MERGE.match(simple.get(qn("w:instr")) or "")
        if match and (field := value(match[1].strip())) is not None:
            simple.addprevious(control(field, simple.find(f"{qn('w:r')}/{qn('w:rPr')}")))
            simple.getparent().remove(simple)
    for told in list(paragraph.iter(qn("w:instrText"))):
        match = MERGE.match(told.text or "")
        field = value(match[1].strip()) if match else None
        if field is not None:
            _replace_complex(told.getparent(), field)


def _replace_complex(run: Any, field: Field) -> None:
    """A complex field runs from its begin mark to its end mark; all of it gives way to the control."""
    span, depth, node = [run], 0, run.getprevious()
    while node is not None:
        span.insert(0, node)
        mark = node.find(qn("w:fldChar"))
        if mark is not None and mark.get(qn("w:fldCharType")) == "begin":
            break
        node = node.getprevious()
    node = run.getnext()
    while node is not None:
        span.append(node)
        mark = node.find(qn("w:fldChar"))
        kind = mark.get(qn("w:fldCharType")) if mark is not None else ""
        depth += kind == "begin"
        if kind == "end":
            if depth == 0:
                break
            depth -= 1
        node = node.getnext()
    span[0].addprevious(control(field, run.find(qn("w:rPr"))))
    for one in span:
        one.getparent().remove(one)


def _fill_control(sdt: Any, field: Field) -> None:
    """A control of the template: the value takes its place, in a control of ours, as a block where it was one."""
    made = control(field)
    paragraphs = list(sdt.iter(qn("w:p")))
    if sdt.find(f".//{qn('w:tc')}") is None and paragraphs and sdt.getparent().tag != qn("w:p"):
        paragraph = OxmlElement("w:p")
        paragraph.append(made)
        made = paragraph
    sdt.addprevious(made)
    sdt.getparent().remove(sdt)


# Back


def values(data: bytes) -> dict[str, list[str]]:
    """What stands in each of our controls, by field; one that stands twice has two values. Raises BadDocx."""
    document = opened(data)
    found: dict[str, list[str]] = {}
    roots = [document.element.body]
    for section in document.sections:
        roots += [section.header._element, section.footer._element]
    for root in roots:
        for sdt in root.iter(qn("w:sdt")):
            if (name := control_name(sdt)).startswith(TAG):
                found.setdefault(name[len(TAG) :], []).append(_said(sdt))
    return found


def _said(sdt: Any) -> str:
    """The text of a control: line breaks and further paragraphs are new lines; deleted text (w:delText) is gone."""
    content, out = sdt.find(qn("w:sdtContent")), []
    for node in content.iter() if content is not None else ():
        if node.tag == qn("w:t"):
            out.append(node.text or "")
        elif node.tag in (qn("w:br"), qn("w:cr")):
            out.append("\n")
        elif node.tag == qn("w:tab"):
            out.append("\t")
        elif node.tag == qn("w:p") and out:
            out.append("\n")
    return "".join(out)


def same(one: str, other: str) -> bool:
    """Whether two values are the same to a reader: spaces at the ends and kinds of line breaks don't matter."""
    return [line.strip() for line in one.strip().splitlines()] == [line.strip() for line in other.strip().splitlines()]
