"""A checklist that was written as an XLSForm (survey, choices, settings), told in the rows of our own workbook.

What is read:
- settings: form_title, form_id and version; and, under the headings of our first sheet, what the law wants to know
  beside (依据, 施行日期, 适用业态…), each in a column of its own.
- survey: a group is a section, its label begins with the section's number. A select_one whose list has yes and no is an
  item; a decimal or integer is one with its limits from the constraint. The label begins with ★ for a key item, then
  the item's number, then what is required; the hint is its basis, guidance_hint what is to be done. A column under one
  of the headings of our second sheet (编号, 依据, 整改要求, 单位…) takes precedence.
- What follows an item and is asked where it fails (`relevant` names it): an image wants a photo, a select_multiple has
  the common faults. Notes, calculations and what the phone knows by itself are no items; other questions are faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .cells import Fault, Sheet, plain
from .columns import HEAD, ITEMS, MOST_PHRASES, Column

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
SILENT = {
    "start", "end", "today", "deviceid", "phonenumber", "username", "email", "audit", "simserial", "subscriberid",
    "start-geopoint", "background-audio", "note", "calculate", "hidden", "",
}  # fmt: skip
YES, NO, NA = (
    {"yes", "是", "符合", "complies"},
    {"no", "否", "不符合"},
    {"na", "n/a", "不适用", "合理缺项", "not applicable"},
)
NUMBERED = re.compile(r"\s*(?P<star>[★*※]*)\s*(?P<no>[A-Za-z]{0,2}\d[\w.-]*)?[\s、.．:：]*(?P<text>.*)", re.S)
BOUND = re.compile(r"\.\s*(?P<sign>>=|<=|>|<)\s*(?P<value>-?\d+(?:\.\d+)?)")
SETTING = {"title": "form_title", "code": "form_id", "version": "version"}
ASKS = gettext_noop(
    "A checklist asks yes or no (a select_one whose choices are yes, no and perhaps na) or a number (decimal)."
)
Cells = list[Any]


class Told(Sheet):
    """A sheet of an XLSForm in the rows of ours; `at` says where a cell stands in the XLSForm (row, column from 0)."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        super().__init__(name, [], faults)
        self.at: dict[tuple[int, int], tuple[int, int]] = {}

    def fault(self, row: int, column: int, wrong: str, mend: str) -> None:
        """Note what is wrong, where the bureau finds it."""
        if self.name == SETTINGS and row >= len(self.rows):
            mend = _("Add a column of that name to the sheet settings.")
        super().fault(*self.at.get((row, column), (row, column)), wrong, mend)


class _Rows:
    """A sheet of the XLSForm by its headings; labels may bear a language (`label::中文 (zh)`)."""

    def __init__(self, rows: list[Cells]) -> None:
        self.rows = rows
        self.heads = [plain(cell).casefold() for cell in rows[0]] if rows else []

    def where(self, name: str) -> int | None:
        """The column of a heading, or of the first of its languages."""
        found = [n for n, head in enumerate(self.heads) if head == name or head.startswith(f"{name}::")]
        return found[0] if found else None

    def of(self, column: Column) -> int | None:
        """The column under one of our own headings."""
        return next((n for n, cell in enumerate(self.rows[0] if self.rows else []) if column.named(plain(cell))), None)

    def text(self, row: int, name: str) -> str:
        at = self.where(name)
        return plain(self.rows[row][at]) if at is not None and at < len(self.rows[row]) else ""


def sheets_of(book: Any, faults: list[Fault], most: int) -> tuple[Told, Told] | None:
    """An XLSForm's settings and survey as our two sheets, with at most `most` rows; None for any other workbook."""
    named = {name.strip().casefold(): name for name in book.sheet_names}
    if SURVEY not in named:
        return None
    cells = {
        key: book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=most) for key, name in named.items()
    }
    head = _head(cells.get(SETTINGS, []), Told(SETTINGS, faults))
    return head, _items(_Rows(cells[SURVEY]), _choices(_Rows(cells.get(CHOICES, []))), Told(SURVEY, faults))


def _head(settings: list[Cells], told: Told) -> Told:
    """The sheet settings as our first sheet: a line for each fact."""
    sheet = _Rows(settings)
    for column in HEAD:
        at = sheet.where(SETTING[column.key]) if column.key in SETTING else None
        at = sheet.of(column) if at is None else at
        if at is None:
            continue
        value = settings[1][at] if len(settings) > 1 and at < len(settings[1]) else ""
        told.at[len(told.rows), 1] = (1, at)
        told.rows.append([column.zh, plain(value).partition(".")[0] if column.key == "version" else value])
    return told


def _items(sheet: _Rows, lists: Mapping[str, Mapping[str, str]], told: Told) -> Told:
    """The sheet survey as our second sheet, each item in the row in which it stands there."""
    told.rows = [[column.en for column in ITEMS], *([] for _row in sheet.rows[1:])]
    section, groups = ("", ""), 0
    items: dict[str, dict[str, Any]] = {}
    for n in range(1, len(sheet.rows)):
        kind, _space, listed = sheet.text(n, "type").casefold().replace("begin group", "begin_group").partition(" ")
        choices = lists.get(listed.strip().partition(" ")[0], {})
        about = items.get(_item_named(sheet.text(n, "relevant"), items))
        if kind == "begin_group":
            groups += 1
            section = _section(sheet.text(n, "label"), groups)
        elif about is not None:
            _beside(about, kind, choices)
        elif kind not in SILENT | {"end", "end_group"}:
            item = _item(sheet, n, kind, choices, section)
            if item is None:
                wrong = _("“%(type)s” is no answer of a checklist.") % {"type": sheet.text(n, "type")[:40]}
                told.fault(n, sheet.where("type") or 0, wrong, _(ASKS))
            else:
                items[sheet.text(n, "name") or str(n)] = item
    for item in items.values():
        told.rows[item["row"]] = _cells(told, sheet, item)
    return told


def _choices(sheet: _Rows) -> dict[str, dict[str, str]]:
    """Each list's choices: name to label."""
    found: dict[str, dict[str, str]] = {}
    for n in range(1, len(sheet.rows)):
        of = sheet.text(n, "list_name") or sheet.text(n, "list name")
        if of:
            found.setdefault(of, {})[sheet.text(n, "name")] = sheet.text(n, "label")
    return found


def _item_named(relevant: str, items: Mapping[str, Any]) -> str:
    """The item on whose answer a question depends."""
    named = re.findall(r"\$\{([^}]+)\}", relevant)
    return next((name for name in named if name in items), "")


def _section(label: str, n: int) -> tuple[str, str]:
    match = re.fullmatch(r"\s*(?P<no>[A-Za-z]?\d[\d.]*|[一二三四五六七八九十]+)[\s、.．:：]+(?P<title>.+)", label, re.S)
    return (match["no"], match["title"].strip()) if match else (str(n), label)


def _item(
    sheet: _Rows, n: int, kind: str, choices: Mapping[str, str], section: tuple[str, str]
) -> dict[str, Any] | None:
    """What the question says by itself; None for a choice that is no yes or no."""
    match = NUMBERED.fullmatch(sheet.text(n, "label"))
    if match is None or kind not in ("select_one", "decimal", "integer"):
        return None
    said: dict[str, Any] = {
        "no": match["no"] or sheet.text(n, "name"),
        "key": bool(match["star"]),
        "text": match["text"].strip(),
    }
    bounds = {one["sign"][0]: one["value"] for one in BOUND.finditer(sheet.text(n, "constraint"))}
    answers = {word.casefold() for pair in choices.items() for word in pair}
    if kind == "select_one":
        if not (answers & YES and answers & NO):
            return None
        said |= {"type": "yesno", "may_na": bool(answers & NA)}
    else:
        unit = re.search(r"[（(]([^（()）]{1,12})[)）]\s*$", said["text"])
        said |= {"type": "number", "may_na": True, "min": bounds.get(">", ""), "max": bounds.get("<", "")}
        said |= {
            "unit": unit[1] if unit else "",
            "text": said["text"][: unit.start()].strip() if unit else said["text"],
        }
    hint, todo = sheet.text(n, "hint"), sheet.text(n, "guidance_hint")
    return {
        "photo": False, "phrases": [], "verified": False, "basis_verified": False, **said, "section_no": section[0],
        "section": section[1], "basis": hint, "fix": todo, "row": n,
    }  # fmt: skip


def _beside(item: dict[str, Any], kind: str, choices: Mapping[str, str]) -> None:
    """What is asked where an item fails."""
    if kind == "image":
        item["photo"] = True
    elif kind == "select_multiple":
        item["phrases"] = list(choices.values())[:MOST_PHRASES]


STANDS = {"no": "label", "key": "label", "text": "label", "unit": "label", "type": "type", "may_na": "type"}
STANDS |= {"basis": "hint", "fix": "guidance_hint", "min": "constraint", "max": "constraint"}


def _cells(told: Told, sheet: _Rows, item: Mapping[str, Any]) -> Cells:
    """An item as a row of our second sheet; our own headings, where the XLSForm has them, say it better."""
    cells: Cells = []
    n = item["row"]
    for place, column in enumerate(ITEMS):
        own = sheet.of(column) if column.key != "type" else None  # which is a heading of both
        told.at[n, place] = (n, own if own is not None else sheet.where(STANDS.get(column.key, "label")) or 0)
        given = sheet.rows[n][own] if own is not None and own < len(sheet.rows[n]) else ""
        value = given if plain(given) else item.get(column.key, "")
        if isinstance(value, bool):
            value = "yes" if value else "no"
        cells.append("\n".join(value) if isinstance(value, list) else value)
    return cells
