"""Reads a checklist from a workbook, says precisely what is wrong with it, and writes one out again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.words import listed

from . import xlsform
from .applying import lasting
from .cells import Fault, Sheet, limit_line, plain
from .columns import (
    HEAD,
    HEAD_SHEET,
    ITEM_SHEET,
    ITEMS,
    LONGEST,
    LONGEST_PHRASE,
    MOST_PHRASES,
    SHOWN,
    Column,
)

SPARE = ("short", "licences", "industries", "registers")  # a version without one says nothing of it
CODE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
MAX_ROWS = 2000


@dataclass
class Reading:
    """A workbook read: the checklist as data, or the faults because of which there is none."""

    data: dict[str, Any] | None = None
    faults: list[Fault] = field(default_factory=list)


def read_checklist(source: Path | str | bytes, trades: Iterable[str] = ()) -> Reading:
    """Read a workbook. With `trades` given, others are faults. Never raises for what stands in the workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    reading = Reading()
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(source) if isinstance(source, bytes) else str(source))
    except (CalamineError, OSError) as error:
        reading.faults.append(
            Fault("", 1, "A", _("This is not an Excel workbook (%(why)s).") % {"why": error}, _("Save it as .xlsx."))
        )
        return reading
    head, items = xlsform.sheets_of(book, reading.faults, MAX_ROWS) or (
        _find(book, HEAD_SHEET, reading),
        _find(book, ITEM_SHEET, reading),
    )
    if head is None or items is None:
        return reading
    data = _head(head, set(trades))
    data["sections"] = _sections(items, set(trades))
    if not reading.faults:
        reading.data = data
    return reading


def _find(book: Any, wanted: Column, reading: Reading) -> Sheet | None:
    for name in book.sheet_names:
        if wanted.named(name):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MAX_ROWS)
            return Sheet(name, rows, reading.faults)
    reading.faults.append(
        Fault(
            wanted.zh,
            1,
            "A",
            _("There is no sheet “%(zh)s” (%(en)s).") % {"zh": wanted.zh, "en": wanted.en},
            _("Take the exported workbook as a pattern."),
        )
    )
    return None


def _head(sheet: Sheet, trades: set[str]) -> dict[str, Any]:
    """The first sheet: one line for each fact, name in column A, value in column B."""
    where = {c.key: n for n, row in enumerate(sheet.rows) for c in HEAD if row and c.named(plain(row[0]))}
    data: dict[str, Any] = {}
    for column in HEAD:
        if column.key not in where:
            if column.needed:
                sheet.fault(len(sheet.rows), 0, _("“%(name)s” is missing.") % {"name": column.zh}, _("Add the line."))
            data[column.key] = [] if column.kind == "list" else None
            continue
        data[column.key] = sheet.value(where[column.key], 1, column)
    if data["code"] and not CODE.match(data["code"]):
        sheet.fault(where["code"], 1, _("The code is not well formed."), _("Write it like cn.food_service."))
    for key, most in LONGEST.items():
        if len(data[key] or "") > most:
            sheet.fault(where[key], 1, _("It is longer than %(most)s characters.") % {"most": most}, _("Shorten it."))
    if data["version"] is not None and data["version"] < 1:
        sheet.fault(where["version"], 1, _("Versions begin at 1."), _("Write a whole number."))
    if data["since"] and data["until"] and data["until"] < data["since"]:
        sheet.fault(where["until"], 1, _("It ends before it begins."), _("Correct one of the two days."))
    _known(sheet, where.get("applies", 0), 1, data["applies"], trades)
    for kind in set(data["registers"]) - set(lasting()):
        said = _("Nothing called “%(kind)s” is registered at places.") % {"kind": kind}
        sheet.fault(where["registers"], 1, said, _("There are: %(kinds)s.") % {"kinds": listed(lasting())})
    for key in ("since", "until"):
        data[key] = data[key].isoformat() if data[key] else None
    for key in ("number", "source", "note"):
        data[key] = data[key] or ""
    # Absent when empty: the fingerprints of older versions stay what they are.
    return {key: value for key, value in data.items() if value or key not in SPARE}


def _known(sheet: Sheet, row: int, at: int, named: list[str], trades: set[str]) -> None:
    for trade in named if trades else ():
        if trade not in trades:
            sheet.fault(
                row,
                at,
                _("Trade “%(trade)s” is not known.") % {"trade": trade},
                _("Use one of: %(all)s.") % {"all": ", ".join(sorted(trades))},
            )


def _sections(sheet: Sheet, trades: set[str]) -> list[dict[str, Any]]:
    """The second sheet: headings in the first line, an item in each other line that is not empty."""
    headings = [plain(cell) for cell in sheet.rows[0]] if sheet.rows else []
    at = {c.key: n for c in ITEMS for n, heading in enumerate(headings) if c.named(heading)}
    missing = [column for column in ITEMS if column.needed and column.key not in at]
    for column in missing:
        sheet.fault(0, len(headings), _("Column “%(name)s” is missing.") % {"name": column.zh}, _("Add the column."))
    if missing:
        return []
    sections: dict[str, dict[str, Any]] = {}
    seen: dict[str, int] = {}
    asked: set[str | None] = set()
    for n in range(1, len(sheet.rows)):
        if not any(plain(cell) for cell in sheet.rows[n]):
            continue
        row: dict[str, Any] = {
            c.key: sheet.value(n, at[c.key], c) if c.key in at else _EMPTY.get(c.kind) for c in ITEMS
        }
        if row["no"] and row["no"] in seen:
            wrong = _("Number “%(no)s” stands in line %(line)s already.") % {"no": row["no"], "line": seen[row["no"]]}
            sheet.fault(n, at["no"], wrong, _("Give each item its own number."))
        seen[row["no"]] = n + 1
        _known(sheet, n, at.get("applies", 0), row["applies"], trades)
        section = sections.setdefault(
            row["section_no"] or "", {"no": row["section_no"], "title": row["section"], "items": []}
        )
        if section["title"] != row["section"]:
            sheet.fault(n, at["section"], _("The section has another name above."), _("Use one name for a section."))
        section["items"].append(_item(sheet, n, at, row))
        if row["same"] and row["same"] in asked:
            sheet.fault(n, at["same"], _("“%(text)s” stands there twice.") % {"text": row["same"]}, _("Write it once."))
        asked.add(row["same"])
    if not seen:
        sheet.fault(1, 0, _("There are no items."), _("Write one item in each line."))
    return list(sections.values())


_EMPTY: dict[str, Any] = {"list": [], "lines": [], "limits": [], "flag": False}


def _item(sheet: Sheet, n: int, at: dict[str, int], row: dict[str, Any]) -> dict[str, Any]:
    item = {
        "no": row["no"],
        "key": row["key"],
        "text": row["text"],
        "basis": row["basis"],
        "answer": _answer(sheet, n, at, row),
        "photo": row["photo"],
        "may_na": row["may_na"],
        "fix": row["fix"],
        "verified": row["verified"],
        "basis_verified": row["basis_verified"],
    }
    _phrases(sheet, n, at.get("phrases", 0), row["phrases"])
    if row["same"] and row["type"] != "yesno":
        wrong = _("Only what is answered by yes or no can be asked once for several lists.")
        sheet.fault(n, at["same"], wrong, _("Empty it."))
    # Absent when empty, as in the head.
    return {**item, **{key: row[key] for key in ("phrases", "applies", "same") if row[key]}}


def _answer(sheet: Sheet, n: int, at: dict[str, int], row: dict[str, Any]) -> dict[str, Any]:
    """How an item is answered: by a tap, by one number within its limits, or by numbers of several kinds."""
    low, high = row["min"], row["max"]
    single = bool(row["unit"]) or low is not None or high is not None
    if row["type"] != "number":
        if single or row["limits"]:
            wrong, mend = _("Only a number has unit and limits."), _("Write number (数值), or empty them.")
            sheet.fault(n, at["type"], wrong, mend)
    elif row["limits"]:
        if single:
            wrong = _("There are limits by kind, and others beside them.")
            sheet.fault(n, at["limits"], wrong, _("Empty unit, lowest and highest value."))
    else:
        if not row["unit"]:
            sheet.fault(n, at.get("unit", 0), _("A number needs its unit."), _("Write for example ℃, cm, h."))
        if low is None and high is None:
            sheet.fault(n, at.get("min", 0), _("A number needs a limit."), _("Write the lowest or the highest value."))
        elif low is not None and high is not None and Decimal(low) > Decimal(high):
            sheet.fault(n, at["max"], _("The highest value is below the lowest."), _("Exchange the two."))
    answer = {"type": row["type"], "unit": row["unit"] or "", "min": low, "max": high}
    # Absent when empty, as below.
    return {**answer, "limits": row["limits"]} if row["limits"] else answer


def _phrases(sheet: Sheet, n: int, at: int, phrases: list[str]) -> None:
    """How an item usually fails: a few short sentences, each of its own line."""
    if len(phrases) > MOST_PHRASES:
        wrong = _("There are %(n)s common faults.") % {"n": len(phrases)}
        sheet.fault(n, at, wrong, _("Keep the %(most)s most common.") % {"most": MOST_PHRASES})
    for phrase in phrases:
        if len(phrase) > LONGEST_PHRASE:
            wrong = _("“%(text)s…” is longer than %(most)s characters.")
            mend = _("Shorten it, or write each fault on a line of its own.")
            sheet.fault(n, at, wrong % {"text": phrase[:20], "most": LONGEST_PHRASE}, mend)
    for phrase in sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}):
        sheet.fault(n, at, _("“%(text)s” stands there twice.") % {"text": phrase[:40]}, _("Write it once."))


def digest_of(data: dict[str, Any]) -> str:
    """Fingerprint of a version: all it says, but not until when it holds (a later version ends it)."""
    return sha256_hex(canonical({key: value for key, value in data.items() if key != "until"}))


def export_xlsx(data: dict[str, Any], language: str = "zh-hans") -> bytes:
    """The workbook of a checklist, fit to be edited and read again. `data` as `read_checklist` gives it."""
    import xlsxwriter

    shown = SHOWN["zh" if language.startswith("zh") else "en"]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": data["title"], "created": datetime(2000, 1, 1)})  # noqa: DTZ001  same bytes each time
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF5", "border": 1, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = book.add_worksheet(HEAD_SHEET.heading(language))
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    for n, column in enumerate(HEAD):
        value = data.get(column.key)
        sheet.write_string(n, 0, column.heading(language), bold)
        sheet.write_string(
            n, 1, ", ".join(value) if isinstance(value, list) else "" if value is None else str(value), cell
        )
    sheet = book.add_worksheet(ITEM_SHEET.heading(language))
    sheet.freeze_panes(1, 3)
    for at, column in enumerate(ITEMS):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.heading(language), bold)
    for n, row in enumerate(_rows(data), 1):
        for at, column in enumerate(ITEMS):
            value = row[column.key]
            if column.kind in ("flag", "answer"):
                value = shown[value]
            elif column.kind == "limits":
                value = "\n".join(map(limit_line, value))
            elif isinstance(value, list):
                value = ("\n" if column.kind == "lines" else ", ").join(value)
            sheet.write_string(n, at, value or "", cell)
    for key in ("key", "photo", "may_na", "verified", "basis_verified", "type"):
        at = next(n for n, column in enumerate(ITEMS) if column.key == key)
        choices = [shown["yesno"], shown["number"]] if key == "type" else [shown[True], shown[False]]
        sheet.data_validation(1, at, MAX_ROWS, at, {"validate": "list", "source": choices})
    sheet.autofilter(0, 0, n, len(ITEMS) - 1)
    book.close()
    return out.getvalue()


def _rows(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for section in data["sections"]:
        for item in section["items"]:
            answer = item["answer"]
            yield {
                **item,
                "section_no": section["no"],
                "section": section["title"],
                "phrases": item.get("phrases", []),
                "applies": item.get("applies", []),
                "same": item.get("same", ""),
                "basis_verified": item.get("basis_verified", item["verified"]),
                "limits": answer.get("limits", []),
                **{key: answer[key] for key in ("type", "unit", "min", "max")},
            }
