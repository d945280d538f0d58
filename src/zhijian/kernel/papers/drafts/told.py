"""In the reader's language: where in a template something stands, and what of it no issued paper would have."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.papers.drafts.parts import Place, Where

STORIES = {
    "header": gettext_lazy("page header"),
    "first header": gettext_lazy("first page's header"),
    "even header": gettext_lazy("even pages' header"),
    "footer": gettext_lazy("page footer"),
    "first footer": gettext_lazy("first page's footer"),
    "even footer": gettext_lazy("even pages' footer"),
}
UNDRAWN = {
    "picture": gettext_lazy("a picture: leave it out"),
    "textbox": gettext_lazy("a text box: write its words into the text or a table"),
    "object": gettext_lazy("an embedded object: leave it out"),
    "numbering": gettext_lazy("automatic numbering of a kind that is not printed: type the numbers as text"),
    "formula": gettext_lazy("a formula: type it as text"),
    "footnote": gettext_lazy("a footnote: write it into the text"),
    "comment": gettext_lazy("a comment: delete it"),
    "change": gettext_lazy("a tracked change: accept or reject it"),
    "hidden": gettext_lazy("hidden text: show it or delete it"),
    "choice": gettext_lazy("a control to choose or fill in: write text or a field name in its place"),
    "rows": gettext_lazy("a control around rows of a table: put the field name into a cell"),
    "symbol": gettext_lazy("a sign of a font that papers do not have: type it as text"),
    "field": gettext_lazy("a field that the word processor reckons: type it as text, or use a field name"),
    "tab": gettext_lazy("a tab that aligns or draws a line: use a table, or underlined spaces"),
    "page_break": gettext_lazy("a page break in a table or page header: take it out"),
    "column": gettext_lazy("a column break: take it out"),
    "columns": gettext_lazy("several columns: use one, or a table"),
    "section": gettext_lazy("a section of its own: papers have one, use a page break"),
    "landscape": gettext_lazy("a page on its side: papers are upright A4"),
    "page_border": gettext_lazy("a border around the page: leave it out"),
    "line_numbers": gettext_lazy("line numbers: leave them out"),
    "vertical": gettext_lazy("text from top to bottom: write it from left to right"),
    "merged": gettext_lazy("cells merged the old way: merge them anew"),
    "diagonal": gettext_lazy("a diagonal line in a cell: leave it out"),
    "braces": gettext_lazy("braces that hold no field name: write {{ name }}"),
    "ruby": gettext_lazy("a reading above the characters: write it in brackets"),
    "footer": gettext_lazy("words in the footer, where code, digest and pages stand: write them into the page header"),
    "tall": gettext_lazy("a page header that leaves no room for the text: make it shorter"),
    "even": gettext_lazy("a header of even pages alone: use one header for all"),
    "other": gettext_lazy("something that is not printed: delete it"),
}  # fmt: skip


def place(where: Where) -> str:
    """A place in words: 第 7 段, 表 2 第 3 行第 1 格, 页眉 · 第 1 段."""
    steps = dict(where)
    said = [str(words) for name, words in STORIES.items() if name in steps]
    if "table" in steps:
        said.append(
            _("table %(table)s, row %(row)s, cell %(cell)s")
            % {"table": steps["table"], "row": steps["row"], "cell": steps["cell"]}
        )
    elif "paragraph" in steps:
        said.append(_("paragraph %(n)s") % {"n": steps["paragraph"]})
    return " · ".join(said) or _("page layout")


def lost(one: Place) -> str:
    """What would be missing, and what to do about it."""
    kind, _colon, more = one.name.partition(":")
    return f"{UNDRAWN[kind]} ({more})" if more else str(UNDRAWN[kind])
