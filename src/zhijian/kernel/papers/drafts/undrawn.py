"""What of a template an issued paper would lack, or would say otherwise: told with its place when it is uploaded.

Nothing may vanish without a word: what is drawn, and what nobody sees, is listed here; all else is told. No Django.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhijian.kernel.papers.drafts.guard import BadDocx
from zhijian.kernel.papers.drafts.numbering import Numbers
from zhijian.kernel.papers.drafts.parts import (
    FIELD,
    FOOTER,
    HEADER,
    MERGE,
    Place,
    Where,
    control_name,
    paragraphs_of,
    stories,
    text_of,
)
from zhijian.kernel.papers.drafts.runs import PAGES, chain, first, fonts_of, weight
from zhijian.kernel.papers.drafts.signs import SIGNS, sign

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"
SIGN_FONTS = {*SIGNS, "wingdings 3", "webdings"}
SHOWN = {"HYPERLINK"}  # fields whose text is what stands there
TALLEST = 300  # points of a page header: there must be room for the text
SIZE, WIDE = 10.5, 440  # points of a page header's letters and lines
FOOT = re.compile(r"[\s\d第共页頁总/／,，.\-–—~·]*|\s*page\s*\d*\s*(of|/)?\s*\d*\s*", re.IGNORECASE)


def _tags(*names: str) -> frozenset[str]:
    return frozenset(qn(f"w:{name}") for name in names)


DRAWN = _tags("t", "br", "cr", "tab", "noBreakHyphen", "fldChar", "instrText")
AROUND = _tags("r", "hyperlink", "smartTag", "customXml", "fldSimple", "sdtContent", "dir", "bdo", "body", "hdr", "tbl",
               "tr", "tc")  # fmt: skip
UNSEEN = _tags(
    "pPr", "rPr", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr", "tblPr", "tblPrEx", "tblGrid", "trPr", "tcPr",
    "sectPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd", "commentRangeStart",
    "commentRangeEnd", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd",
    "lastRenderedPageBreak", "softHyphen", "fldData", "separator", "continuationSeparator",
)  # fmt: skip
TOLD = {
    **dict.fromkeys(_tags("drawing", "pict", "contentPart"), "picture"),
    MC + "AlternateContent": "picture",
    **dict.fromkeys(_tags("object", "altChunk", "subDoc"), "object"),
    **dict.fromkeys((M + "oMath", M + "oMathPara"), "formula"),
    **dict.fromkeys(_tags("footnoteReference", "endnoteReference", "footnoteRef", "endnoteRef"), "footnote"),
    **dict.fromkeys(_tags("commentReference", "annotationRef"), "comment"),
    **dict.fromkeys(_tags("ins", "del", "moveFrom", "moveTo"), "change"),
    **dict.fromkeys(_tags("pgNum", "dayShort", "dayLong", "monthShort", "monthLong", "yearShort", "yearLong"), "field"),
    qn("w:ptab"): "tab",
    qn("w:ruby"): "ruby",
}
CHOICES = frozenset(
    {*_tags("dropDownList", "comboBox", "date", "picture", "showingPlcHdr"), "{http://schemas.microsoft.com/office/word/2010/wordml}checkbox"}
)  # fmt: skip
MARKS = _tags("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge")  # in what tells of a mark or a row


def undrawn(document: Document) -> list[Place]:
    """What the renderer of papers does not draw, with its place: `name` is its kind, with what more is known of it.

    Raises BadDocx for a file whose parts contradict each other.
    """
    try:
        return _undrawn(document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadDocx("broken") from error


def _undrawn(document: Document) -> list[Place]:
    found = [Place(kind, ()) for kind in _page(document)]
    numbers = Numbers(document)
    for what, root in stories(document):
        before: Where = ((what, 1),) if what else ()
        if FOOTER in what:
            found += [Place("footer", before)] if not _pages_alone(root) else []
        elif what == f"even {HEADER}":
            found += [Place("even", before)] if _holds(root) else []
        else:
            found += _story(document, root, before, numbers)
            found += [Place("tall", before)] if what and _height(document, root) > TALLEST else []
    return list(dict.fromkeys(found))


def _story(document: Document, root: Any, before: Where, numbers: Numbers) -> Iterator[Place]:
    where_of = dict(paragraphs_of(root, before))
    for element in root.iter():
        if element.tag == qn("w:p") and element in where_of:
            where = where_of[element]
            label = numbers.label(Paragraph(element, document))  # type: ignore[arg-type]
            if not _replaced(element):
                kinds = ["numbering"] if label is None else []
                kinds += _in_paragraph(element, document, bool(before) or len(where) > 1)
                yield from (Place(kind, where) for kind in kinds)
        elif isinstance(element.tag, str) and not _inside(element, "p") and not _replaced(element):
            yield from (Place(kind, _near(element, where_of, before)) for kind in _around(element))


def _near(element: Any, where_of: dict[Any, Where], before: Where) -> Where:
    """The place of the first paragraph in it, or in what it belongs to."""
    for one in (element, *element.iterancestors(qn("w:tc"), qn("w:tr"), qn("w:tbl"))):
        if (found := next((where_of[p] for p in one.iter(qn("w:p")) if p in where_of), None)) is not None:
            return found
    return before


def _replaced(element: Any) -> bool:
    """Whether it stands in a control that bears a field's name: its value takes its place."""
    return any(control_name(one) for one in element.iterancestors(qn("w:sdt")))


def _inside(element: Any, *names: str) -> bool:
    return next(element.iterancestors(*(qn(f"w:{name}") for name in names)), None) is not None


def _around(element: Any) -> Iterator[str]:
    """Of what stands outside paragraphs: tables, rows, cells, controls."""
    if _inside(element, *(one.split("}")[1] for one in UNSEEN)):
        if element.tag in MARKS:
            yield "change"
        elif element.tag == qn("w:hidden") and _on(element):
            yield "hidden"
        elif element.tag == qn("w:hMerge"):
            yield "merged"
        elif element.tag in _tags("tl2br", "tr2bl") and element.get(qn("w:val")) not in ("nil", "none"):
            yield "diagonal"
    elif element.tag == qn("w:sdt"):
        if element.getparent().tag == qn("w:tbl") and control_name(element):
            yield "rows"
        yield from _control(element)
    elif element.tag in TOLD:
        yield _told(element)
    elif element.tag not in AROUND | UNSEEN:
        yield f"other:{_short(element)}"


def _control(sdt: Any) -> Iterator[str]:
    about = sdt.find(qn("w:sdtPr"))
    if about is not None and not control_name(sdt) and any(one.tag in CHOICES for one in about):
        yield "choice"


def _in_paragraph(paragraph: Any, document: Document, boxed: bool) -> Iterator[str]:
    """Kinds of what a paragraph holds; `boxed`: it stands in a table or a page header, where no page can end."""
    left = FIELD.sub("", text_of(paragraph))
    if re.search(r"\{\{|\}\}|｛｛|｝｝", left):
        yield "braces"
    about = paragraph.find(qn("w:pPr"))
    if about is not None:
        if about.find(qn("w:sectPr")) is not None:
            yield "section"
        if about.find(qn("w:rPr")) is not None and any(one.tag in MARKS for one in about.find(qn("w:rPr"))):
            yield "change"
    proxy = Paragraph(paragraph, document)  # type: ignore[arg-type]
    if boxed and _breaks_before(proxy):
        yield "page_break"
    if next(paragraph.iter(qn("w:tab")), None) is not None and _places_by_tabs(proxy, paragraph):
        yield "tab"
    yield from _fields(paragraph, in_header=boxed and _inside(paragraph, "hdr"))
    yield from _inner(paragraph, proxy, boxed)


def _inner(parent: Any, paragraph: Paragraph, boxed: bool) -> Iterator[str]:
    for node in parent:
        if not isinstance(node.tag, str) or node.tag in UNSEEN:
            continue
        if node.tag == qn("w:sdt"):
            if not control_name(node):
                yield from _control(node)
                yield from _inner(node.findall(f"{qn('w:sdtContent')}/*"), paragraph, boxed)
        elif node.tag in TOLD:
            yield _told(node)
        elif node.tag == qn("w:sym"):
            yield from () if sign(node) else ("symbol",)
        elif node.tag == qn("w:br") and (kind := node.get(qn("w:type"))) in ("page", "column"):
            yield from ("page_break",) if boxed and kind == "page" else ("column",) if kind == "column" else ()
        elif node.tag in AROUND:
            if node.tag == qn("w:r"):
                yield from _look(Run(node, paragraph))
            yield from _inner(node, paragraph, boxed)
        elif node.tag not in DRAWN:
            yield f"other:{_short(node)}"


def _told(node: Any) -> str:
    """A picture that holds text is a text box."""
    kind = TOLD[node.tag]
    return "textbox" if kind == "picture" and next(node.iter(qn("w:txbxContent")), None) is not None else kind


def _fields(paragraph: Any, in_header: bool) -> Iterator[str]:
    """Fields that word processors reckon themselves: today's date, a reference, a sum."""
    marks = [one.get(qn("w:fldCharType")) for one in paragraph.iter(qn("w:fldChar"))]
    told = [one.get(qn("w:instr")) or "" for one in paragraph.iter(qn("w:fldSimple"))]
    told += [one.text or "" for one in paragraph.iter(qn("w:instrText"))]
    for one in told:
        code = (one.split() or [""])[0].upper()
        whole = MERGE.match(one) and marks.count("begin") == marks.count("end")
        if code and not whole and code not in ({*SHOWN, *PAGES} if in_header else SHOWN):
            yield f"field:{code[:20]}"


def _breaks_before(paragraph: Paragraph) -> bool:
    return bool(first([paragraph, *chain(paragraph.style)], lambda one: one.paragraph_format.page_break_before))


def _places_by_tabs(proxy: Paragraph, paragraph: Any) -> bool:
    """Whether a tab of the paragraph goes to a place that centres, aligns or is led to by a line."""
    if all(_inside(one, "tabs") for one in paragraph.iter(qn("w:tab"))):
        return False
    abouts = [paragraph.find(qn("w:pPr")), *(one.element.find(qn("w:pPr")) for one in chain(proxy.style))]
    stops = [one for about in abouts if about is not None for one in about.iterfind(f"{qn('w:tabs')}/{qn('w:tab')}")]
    plain = ("left", "start", "num", "clear")
    return any(
        one.get(qn("w:val")) not in plain
        or (one.get(qn("w:leader"), "none") != "none" and one.get(qn("w:val")) != "clear")
        for one in stops
    )


def _look(run: Run) -> Iterator[str]:
    """Of text that nobody sees, and of letters that are signs in their own font."""
    fonts = fonts_of(run)
    if len(run._r) and first(fonts, lambda font: font.hidden):
        yield "hidden"
    words = "".join(one.text or "" for one in run._r.iterfind(qn("w:t")))
    name = first(fonts, lambda font: font.name) or ""
    if words.strip() and (name.lower() in SIGN_FONTS or re.search("[\ue000-\uf8ff]", words)):
        yield "symbol"


def _page(document: Document) -> Iterator[str]:
    """Kinds of what is set for the page as a whole."""
    for about in document.element.body.iter(qn("w:sectPr")):
        size, columns = about.find(qn("w:pgSz")), about.find(qn("w:cols"))
        if size is not None and size.get(qn("w:orient")) == "landscape":
            yield "landscape"
        if columns is not None and int(columns.get(qn("w:num")) or 1) > 1:
            yield "columns"
        for name, kind in (("pgBorders", "page_border"), ("lnNumType", "line_numbers")):
            if about.find(qn(f"w:{name}")) is not None:
                yield kind
        way = about.find(qn("w:textDirection"))
        if way is not None and way.get(qn("w:val")) not in ("lrTb", "tb"):
            yield "vertical"


def _height(document: Document, root: Any) -> float:
    """About how high a page header will be, in points."""
    high = 0.0
    for one in root.iter(qn("w:p")):
        paragraph = Paragraph(one, document)  # type: ignore[arg-type]
        sizes = [weight(Run(run, paragraph)).get("size", SIZE) for run in one.iter(qn("w:r"))]
        size = max(sizes, default=SIZE)
        high += (len(text_of(one)) * size // WIDE + 1 + len(list(one.iter(qn("w:br"))))) * (size + 4)
    return high


def _holds(root: Any) -> bool:
    """Whether anything stands in a header or footer."""
    return bool("".join(text_of(one) for one in root.iter(qn("w:p"))).strip()) or any(
        next(root.iter(tag), None) is not None for tag in TOLD
    )


def _pages_alone(foot: Any) -> bool:
    """Whether a footer tells nothing but the page: that stands in the foot of every paper already."""
    if not _holds(foot):
        return True
    pictures = next(foot.iter(qn("a:blip"), qn("pic:pic"), IMAGE), None) is not None
    told = [one.get(qn("w:instr")) or "" for one in foot.iter(qn("w:fldSimple"))]
    told += [one.text or "" for one in foot.iter(qn("w:instrText"))]
    codes = {(one.split() or [""])[0].upper() for one in told} - {""}
    words = "".join(one.text or "" for one in foot.iter(qn("w:t")))
    return not pictures and "PAGE" in codes and codes <= set(PAGES) and FOOT.fullmatch(words) is not None


def _short(element: Any) -> str:
    return str(element.tag).rpartition("}")[2][:40]


def _on(element: Any) -> bool:
    return element.get(qn("w:val")) not in ("0", "false", "off")
