"""The runs of a template's paragraph: text with its weight, fields of the draft, and the page's number. No Django."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhijian.kernel.papers.drafts.docx import TAG
from zhijian.kernel.papers.drafts.parts import control_name
from zhijian.kernel.papers.drafts.signs import sign

Json = dict[str, Any]
SMALLEST, LARGEST = 6.0, 48.0  # points
END: Json = {"end": True}  # of a page
PAGES = {"PAGE": "now", "NUMPAGES": "total", "SECTIONPAGES": "total"}
WITHIN = tuple(qn(f"w:{name}") for name in ("hyperlink", "ins", "smartTag", "customXml", "fldSimple", "dir", "bdo"))
WEIGHTS: dict[str, Callable[[Any], Any]] = {
    "bold": lambda font: font.bold,
    "under": lambda font: font.underline,
    "struck": lambda font: True if font.strike or font.double_strike else font.strike,
    "raised": lambda font: font.superscript,
    "lowered": lambda font: font.subscript,
}
TEXTS: dict[str, Callable[[Any], str]] = {
    qn("w:t"): lambda one: one.text or "",
    qn("w:br"): lambda one: "\f" if one.get(qn("w:type")) == "page" else "\n",
    qn("w:cr"): lambda one: "\n",
    qn("w:tab"): lambda one: "\u3000\u3000",
    qn("w:noBreakHyphen"): lambda one: "-",
    qn("w:sym"): sign,
}


def runs_of(parent: Any, paragraph: Paragraph) -> Iterator[Json]:
    """What stands in a paragraph, one after the other."""
    for child, page in shown(parent):
        if child.tag == qn("w:r"):
            told = weight(Run(child, paragraph))
            if page:
                yield {"page": page, **told}
                continue
            for text in _texts(child):
                yield END if text == "\f" else {"text": text, **told}
        elif child.tag == qn("w:sdt"):
            yield from _control(child, paragraph)
        elif child.tag == qn("w:fldSimple") and (page := page_of(child.get(qn("w:instr")))):
            run = child.find(qn("w:r"))
            yield {"page": page, **(weight(Run(run, paragraph)) if run is not None else {})}
        elif child.tag in WITHIN:
            yield from runs_of(child, paragraph)


def _control(sdt: Any, paragraph: Paragraph) -> Iterator[Json]:
    name, inner = control_name(sdt), sdt.find(qn("w:sdtContent"))
    if name.startswith(TAG):
        run = inner.find(qn("w:r")) if inner is not None else None
        yield {"field": name[len(TAG) :], **(weight(Run(run, paragraph)) if run is not None else {})}
    elif inner is not None:
        yield from runs_of(inner, paragraph)


def shown(parent: Any) -> Iterator[tuple[Any, str]]:
    """The children; of a complex field that tells a page only the run that says so, with which."""
    hiding = 0
    for child in parent:
        mark = child.find(qn("w:fldChar"))
        kind = mark.get(qn("w:fldCharType")) if mark is not None else ""
        told = "".join(page_of(one.text) for one in child.iterfind(qn("w:instrText")))
        if told:
            hiding = 1
            yield child, told
        elif not hiding:
            yield child, ""
        else:
            hiding += {"begin": 1, "end": -1}.get(kind, 0)


def page_of(instruction: str | None) -> str:
    """Which page a field tells: this one, or how many there are."""
    return PAGES.get(((instruction or "").split() or [""])[0].upper(), "")


def _texts(run: Any) -> Iterator[str]:
    """The text of a run, the end of a page (form feed) by itself."""
    text = "".join(TEXTS[one.tag](one) for one in run if one.tag in TEXTS)
    yield from (one for one in re.split("(\f)", text) if one)


def fonts_of(run: Run) -> list[Any]:
    """What says how a run looks: itself, its own style, its paragraph's style, and those that they are based on."""
    own = run._r.rPr
    named = run.style if own is not None and own.style is not None else None
    return [run.font, *(one.font for one in (*chain(named), *chain(run._parent.style)))]  # type: ignore[attr-defined]


def weight(run: Run) -> Json:
    """Bold, underlined, struck out, raised or lowered, size: the run's own, else its styles'."""
    fonts = fonts_of(run)
    told: Json = {name: True for name, on in WEIGHTS.items() if first(fonts, on)}
    if size := first(fonts, lambda font: font.size.pt if font.size is not None else None):
        told["size"] = min(max(size, SMALLEST), LARGEST)
    return told


def chain(style: Any) -> Iterator[Any]:
    """A style and those that it is based on."""
    while style is not None:
        yield style
        style = style.base_style


def first(several: Iterable[Any], told: Callable[[Any], Any]) -> Any:
    """What the first says that says anything."""
    return next((value for one in several if (value := told(one)) is not None), None)
