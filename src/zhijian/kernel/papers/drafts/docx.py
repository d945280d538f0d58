"""A .docx with fields: filled from a draft on the way out, read and compared on the way back. No Django, no database.

A field is a content control (w:sdt) whose tag is `zj:<name>`. Locked ones bear w:lock "sdtContentLocked", which Word
and WPS honour; whether they were kept is never left to the word processor but compared when the file returns.

What a bureau's own template may hold: {{ name }}, a MERGEFIELD, or a content control with the name as tag or title.
Nothing in a template is ever run: field names are looked up, there is no expression language.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from zhijian.kernel.papers.drafts.guard import opened
from zhijian.kernel.papers.drafts.parts import FIELD, MERGE, control_name, paragraphs, stories, template

TAG = "zj:"


@dataclass(frozen=True)
class Field:
    """One value of a draft, as the file bears it."""

    name: str
    label: str
    text: str
    free: bool = False


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


def filled(form: bytes, fields: list[Field], names: Mapping[str, str], note: str) -> bytes:
    """The bureau's template with the draft's values in the place of its field names.

    `names` says which field a name of the template means. Fields that the template does not show stand at its end, so
    that the file always bears what it is checked by. Raises BadDocx.
    """
    document = template(form)
    by_name = {field.name: field for field in fields}
    shown: set[str] = set()

    def value(name: str) -> Field | None:
        field = by_name.get(names.get(name, ""))
        if field is not None:
            shown.add(field.name)
        return field

    for paragraph, _where in list(paragraphs(document)):
        _fill_braces(paragraph, value)
        _fill_merge(paragraph, value)
    for _what, root in list(stories(document)):
        for sdt in list(root.iter(qn("w:sdt"))):
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
    """A control of the template: the value takes its place, in a control of ours: as a cell or a paragraph where it
    stood around one, with what that one was like."""
    made, inner = control(field), sdt.find(qn("w:sdtContent"))
    around = {one.tag for one in inner} if inner is not None else set()
    if around & {qn("w:p"), qn("w:tbl"), qn("w:tc")}:
        paragraph = next(inner.iter(qn("w:p")), None)
        made = _like(paragraph, "w:p", "w:pPr", made)
    if qn("w:tc") in around:
        made = _like(inner.find(qn("w:tc")), "w:tc", "w:tcPr", made)
    sdt.addprevious(made)
    sdt.getparent().remove(sdt)


def _like(other: Any, tag: str, about: str, inner: Any) -> Any:
    made = OxmlElement(tag)
    if other is not None and (told := other.find(qn(about))) is not None:
        made.append(deepcopy(told))
    made.append(inner)
    return made


# Back


def values(data: bytes) -> dict[str, list[str]]:
    """What stands in each of our controls, by field; one that stands twice has two values. Raises BadDocx."""
    document = opened(data)
    found: dict[str, list[str]] = {}
    for _what, root in stories(document):
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
