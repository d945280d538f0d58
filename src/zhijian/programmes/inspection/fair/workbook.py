"""Tables that come back from Excel: rows by their headings, in either language; what cannot be read says where."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from zhijian.kernel.desk.sheets.reading import NotTaken, rows_of

LARGEST = 5 * 1024 * 1024
HEADERS = 10  # the heading stands within these rows
MOST = 5_000


@dataclass
class Table:
    """The rows of a sheet by column, and everything that is wrong with it: (row, what)."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)

    def fault(self, row: int, said: str) -> None:
        """Note what is wrong in a row, and how to mend it."""
        self.wrong.append((row, said))


def _spellings(head: str | Promise) -> set[str]:
    found = set()
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found.add(str(head).strip())
    return found


def read(file: Any, columns: dict[str, str | Promise], needed: Sequence[str]) -> Table:
    """The rows of an uploaded .xlsx. `columns` are headings by name; of those in `needed` none may be missing.

    Raises NotTaken for what is no such workbook.
    """
    if file is None or not file.name or file.size > LARGEST:
        raise NotTaken(_("Choose an Excel file (.xlsx) of at most 5 MB. Nothing was changed."))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        path.write_bytes(file.read())
        return _read(path, columns, needed)


def _read(path: Path, columns: dict[str, str | Promise], needed: Sequence[str]) -> Table:
    known = {spelling: name for name, head in columns.items() for spelling in _spellings(head)}
    rows = rows_of(path)
    for row in islice(rows, HEADERS):
        places = {known[cell.strip()]: n for n, cell in enumerate(row.cells) if cell.strip() in known}
        if len(places) > 1 or set(needed) <= places.keys():
            return _taken(rows, places, columns, needed)
    raise NotTaken(_missing(columns, needed))


def _missing(columns: dict[str, str | Promise], needed: Sequence[str]) -> str:
    return _("The column “%(key)s” is missing: download the sheet here, fill it in, and send that.") % {
        "key": str(columns[needed[0]])
    }


def _taken(
    rows: Iterator[Any], places: dict[str, int], columns: dict[str, str | Promise], needed: Sequence[str]
) -> Table:
    if missing := [name for name in needed if name not in places]:
        raise NotTaken(_missing(columns, missing))
    table = Table()
    for row in islice(rows, MOST + 1):
        cells = {name: row.cells[at].strip() if at < len(row.cells) else "" for name, at in places.items()}
        if any(cells.values()):
            table.rows.append((row.number, cells))
    if len(table.rows) > MOST:
        raise NotTaken(_("At most %(n)s rows.") % {"n": f"{MOST:,}"})
    return table


def number(text: str) -> int | None:
    """A whole number as Excel writes it ("12", "12.0"); None for anything else."""
    whole = text.removesuffix(".0")
    return int(whole) if whole.isascii() and whole.isdecimal() and len(whole) < 8 else None
