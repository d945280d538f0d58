"""What stands in a draft's file beside its fields: nobody takes it over, so whoever sent it is told. No Django.

Word processors cut runs, set spaces and renew the numbers of pages: paragraphs are compared by their words alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError

from zhijian.kernel.papers.drafts.docx import TAG
from zhijian.kernel.papers.drafts.guard import BadDocx, opened
from zhijian.kernel.papers.drafts.parts import control_name, stories
from zhijian.kernel.papers.drafts.runs import page_of, shown

FIELD = "…"  # stands for a field of the draft
MOST, LONGEST = 20, 300  # paragraphs that are told, and characters of each
NOTES = ("comments", "footnotes", "endnotes")
GAPS = (qn("w:tab"), qn("w:br"), qn("w:cr"))
# Taken out by somebody, or there a second time for older programs; a text box's paragraphs are read by themselves.
UNREAD = (
    qn("w:del"), qn("w:moveFrom"), qn("w:p"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
)  # fmt: skip


def beside(data: bytes) -> list[str]:
    """The paragraphs outside the fields, those of headers, text boxes, comments and notes too. Raises BadDocx."""
    found: list[str] = []
    for root in _roots(opened(data)):
        for paragraph in root.iter(qn("w:p")):
            if not any(_is_field(one) or one.tag == UNREAD[-1] for one in paragraph.iterancestors()):
                text = "".join(_words(paragraph)).strip()
                found += [text] if _bare(text).strip(".") else []
    return found


def _roots(document: Document) -> Iterator[Any]:
    yield from (root for _what, root in stories(document))
    for one in document.part.rels.values():
        if not one.is_external and one.reltype.rpartition("/")[2] in NOTES:
            try:
                yield parse_xml(one.target_part.blob)
            except XMLSyntaxError as error:
                raise BadDocx("broken") from error


def _is_field(node: Any) -> bool:
    return bool(node.tag == qn("w:sdt")) and control_name(node).startswith(TAG)


def _words(parent: Any) -> Iterator[str]:
    for child, page in shown(parent):
        if _is_field(child):
            yield FIELD
        elif child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in GAPS:
            yield " "
        elif not page and child.tag not in UNREAD and not page_of(child.get(qn("w:instr"))):
            yield from _words(child)


def _bare(text: str) -> str:
    """The words without what word processors change by themselves: spaces, width, marks that nobody sees."""
    told = unicodedata.normalize("NFKC", text)
    return "".join(one for one in told if not one.isspace() and unicodedata.category(one) != "Cf")


def differing(ours: list[str], theirs: list[str], note: str) -> list[dict[str, str]]:
    """What was written beside the fields, and what was taken out there: [{ours, theirs}], one of both empty.

    The `note` that a draft begins with may go.
    """
    known, came = {_bare(one) for one in (*ours, note)}, {_bare(one) for one in theirs}
    told = [{"ours": "", "theirs": one[:LONGEST]} for one in theirs if _bare(one) not in known]
    told += [{"ours": one[:LONGEST], "theirs": ""} for one in ours if _bare(one) not in came | {_bare(note)}]
    return told[:MOST]
