"""The cells of a checklist's workbook as the kinds of their columns, each fault noted at its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from .columns import ANSWERS, NO, YES, Column


@dataclass(frozen=True)
class Fault:
    """Something wrong: where it stands (row and column as Excel names them), what it is, and how to mend it."""

    sheet: str
    row: int
    column: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.sheet} {self.column}{self.row}: {self.wrong} {self.mend}"


class Sheet:
    """One sheet's cells, with faults noted at their place."""

    def __init__(self, name: str, rows: list[list[Any]], faults: list[Fault]) -> None:
        self.name, self.rows, self.faults = name, rows, faults

    def fault(self, row: int, column: int, wrong: str, mend: str) -> None:
        """Note what is wrong with a cell (row and column from 0), and how to mend it."""
        self.faults.append(Fault(self.name, row + 1, letters(column), wrong, mend))

    def value(self, row: int, at: int, column: Column) -> Any:
        """The cell as its column's kind, None for an empty or a faulty one."""
        cells = self.rows[row]
        raw = cells[at] if at < len(cells) else ""
        text = plain(raw)
        if column.kind == "flag":
            return self._flag(row, at, text)
        if not text:
            if column.needed:
                self.fault(row, at, _("“%(name)s” is empty.") % {"name": column.zh}, _("Fill it in."))
            return [] if column.kind in ("list", "lines", "limits") else None
        try:
            return _READ[column.kind](raw, text)
        except (ValueError, InvalidOperation, KeyError):
            self.fault(row, at, _("“%(text)s” cannot be read.") % {"text": text[:40]}, _EXPECT[column.kind]())
            return None

    def _flag(self, row: int, at: int, text: str) -> bool:
        if text.casefold() not in YES | NO:
            self.fault(row, at, _("“%(text)s” cannot be read.") % {"text": text[:40]}, _("Write yes (是) or no (否)."))
        return text.casefold() in YES


def plain(raw: Any) -> str:
    """A cell as text: whole numbers without a decimal point, no space around."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return "" if raw is None else str(raw).strip()


def letters(column: int) -> str:
    """A column's name in Excel: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _date(raw: Any, text: str) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    return raw if isinstance(raw, date) else date.fromisoformat(text.replace("/", "-"))


def _number(raw: Any, text: str) -> str:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return format(value.normalize(), "f")


# What is measured (* behind it: always), its lowest ~ its highest value (one of them may be missing), its unit.
LIMIT = re.compile(r"(?P<of>\S.*?)(?P<due>\*?)\s+(?P<min>-?[\d.]+)?\s*[~～]\s*(?P<max>-?[\d.]+)?\s+(?P<unit>\S+)")


def _limit(line: str) -> dict[str, Any]:
    match = LIMIT.fullmatch(line.strip())
    low, high = (match[key] and _number(None, match[key]) for key in ("min", "max")) if match else (None, None)
    if match is None or not (low or high) or (low and high and Decimal(low) > Decimal(high)):
        raise ValueError(line)
    limit = {"of": match["of"], "min": low, "max": high, "unit": match["unit"]}
    return {**limit, "due": True} if match["due"] else limit


def limit_line(limit: dict[str, Any]) -> str:
    """A limit as its line in the workbook."""
    return f"{limit['of']}{'*' if limit.get('due') else ''} {limit['min'] or ''}~{limit['max'] or ''} {limit['unit']}"


_READ: dict[str, Any] = {
    "text": lambda raw, text: text,
    "whole": lambda raw, text: int(text),
    "number": _number,
    "date": _date,
    "list": lambda raw, text: [part for part in re.split(r"[,，、;；\s]+", text) if part],
    "lines": lambda raw, text: [line.strip() for line in text.splitlines() if line.strip()],
    "limits": lambda raw, text: [_limit(line) for line in text.splitlines() if line.strip()],
    "answer": lambda raw, text: ANSWERS[text.casefold()],
}
_EXPECT: dict[str, Any] = {
    "text": lambda: "",
    "list": lambda: "",
    "lines": lambda: "",
    "limits": lambda: _("Write a line for each, like: fridge 0~8 ℃, or freezer ~-12 ℃."),
    "whole": lambda: _("Write a whole number."),
    "number": lambda: _("Write a number, without its unit."),
    "date": lambda: _("Write a date, like 2026-03-15."),
    "answer": lambda: _("Write yes/no (是/否) or number (数值)."),
}
