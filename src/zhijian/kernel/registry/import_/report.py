"""The report of an import: a spreadsheet of the rejected rows as they were sent, each with what is wrong.

Mended in place it can be sent again as it is: the original columns stand first, under their own header, and what was
added (row, reasons) is not in any mapping. A second sheet has the notes, a third the duplicates.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from zhijian.kernel.words import quoted

from .problems import reason
from .rows import Checked, Problem

MAX_REJECTED = 200_000  # rows in the report; the count is always whole
MAX_NOTES = 50_000
SHOWN = 50  # rejected rows that the page shows


class Report:
    """Collects on disk while the import runs; the workbook is written at the end, and only when there is something."""

    def __init__(self) -> None:
        self.rejected_file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 -- closed by `close`
        self.noted_file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.rejected = self.noted = 0
        self.header: tuple[str, ...] = ()
        self.duplicates: list[tuple[str, int, int, int]] = []
        self.examples: dict[tuple[str, str], str] = {}
        self.sample: list[dict[str, Any]] = []  # the first rejected rows, for the page
        self.remarked: list[dict[str, Any]] = []  # the first rows that were taken with a note

    def add(self, checked: Checked) -> None:
        """Take over what a batch has found."""
        for number, sheet, cells, problems in checked.rejected:
            plain = [_plain(p, number) for p in problems]
            if self.rejected < MAX_REJECTED:
                self._write(self.rejected_file, [number, sheet, cells, plain])
            if len(self.sample) < SHOWN:
                self.sample.append({"row": number, "sheet": sheet, "problems": plain})
            for problem in problems:
                self.examples.setdefault((problem.column, problem.why), problem.value)
            self.rejected += 1
        for number, sheet, problems in checked.noted:
            if self.noted < MAX_NOTES:
                self._write(self.noted_file, [number, sheet, [_plain(p, number) for p in problems]])
            if len(self.remarked) < SHOWN:
                told = [_plain(p, number) for p in problems]
                self.remarked.append({"row": number, "sheet": sheet, "problems": told, "noted": True})
            for problem in problems:
                self.examples.setdefault((problem.column, problem.why), problem.value)
            self.noted += 1

    @staticmethod
    def _write(file: IO[str], row: list[Any]) -> None:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def __bool__(self) -> bool:
        return bool(self.rejected or self.noted or self.duplicates)

    def close(self) -> None:
        """Drop what was collected."""
        self.rejected_file.close()
        self.noted_file.close()

    def save(self, path: Path) -> None:
        """Write the workbook. Cells are written as text, so that no code loses digits and no formula runs."""
        import xlsxwriter

        plain = dict.fromkeys(("strings_to_numbers", "strings_to_formulas", "strings_to_urls"), False)
        book = xlsxwriter.Workbook(path, {"constant_memory": True, **plain})
        style = {
            "head": book.add_format({"bold": True, "num_format": "@", "text_wrap": True, "valign": "top", "bottom": 1}),
            "text": book.add_format({"num_format": "@"}),
            "bad": book.add_format({"num_format": "@", "bg_color": "#FFE5E0"}),
        }
        if self.rejected:
            self._save_rejected(book, style)
        if self.noted:
            self._save_noted(book, style)
        if self.duplicates:
            self._save_duplicates(book, style)
        book.close()

    def _save_rejected(self, book: Any, style: dict[str, Any]) -> None:
        sheet = book.add_worksheet(_("Rejected"))
        sheet.freeze_panes(1, 0)
        heads = [*self.header, _("Row in the file"), _("What is wrong")]
        sheet.set_column(0, len(heads) - 3, 18, style["text"])
        sheet.set_column(len(heads) - 1, len(heads) - 1, 80)
        sheet.write_row(0, 0, heads, style["head"])
        for line, (number, part, cells, problems) in enumerate(_lines(self.rejected_file), 1):
            wrong = {p["column"] for p in problems}
            for i, head in enumerate(self.header):
                value = cells[i] if i < len(cells) else ""
                sheet.write_string(line, i, value, style["bad"] if head in wrong else style["text"])
            sheet.write_string(line, len(heads) - 2, f"{part} {number}".strip())
            sheet.write_string(line, len(heads) - 1, "\n".join(map(_sentence, problems)))

    def _save_noted(self, book: Any, style: dict[str, Any]) -> None:
        sheet = book.add_worksheet(_("Notes"))
        sheet.write_row(0, 0, [_("Row"), _("Column"), _("Content"), _("Note")], style["head"])
        sheet.set_column(1, 2, 24)
        sheet.set_column(3, 3, 70)
        line = 0
        for number, part, problems in _lines(self.noted_file):
            for problem in problems:
                line += 1
                text = reason(problem["why"], problem["detail"])
                cells = [f"{part} {number}".strip(), problem["column"], problem["value"], text]
                for i, cell in enumerate(cells):
                    sheet.write_string(line, i, cell)

    def _save_duplicates(self, book: Any, style: dict[str, Any]) -> None:
        sheet = book.add_worksheet(_("Duplicates"))
        sheet.write_row(
            0,
            0,
            [_("Key"), _("First row"), _("Last row"), _("What was done with them")],
            style["head"],
        )
        sheet.set_column(0, 0, 40)
        sheet.set_column(3, 3, 60)
        for line, (key, first, last, n) in enumerate(self.duplicates, 1):
            sheet.write_string(line, 0, key.split(":", 1)[-1])
            sheet.write_number(line, 1, first)
            sheet.write_number(line, 2, last)
            sheet.write_string(line, 3, reason("duplicate", {"n": str(n)}))


def cell_name(place: int, row: int) -> str:
    """As a spreadsheet calls it: B7; empty where there is no such cell."""
    letters, rest = "", place + 1
    while rest > 0:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}" if letters else ""


def _plain(problem: Problem, row: int) -> dict[str, Any]:
    return {
        "cell": cell_name(problem.place, row),
        "column": problem.column,
        "value": problem.value,
        "why": problem.why,
        "detail": problem.detail,
    }


def _lines(file: IO[str]) -> Any:
    file.seek(0)
    return map(json.loads, file)


def _sentence(problem: dict[str, Any]) -> str:
    value = quoted(problem["value"]) if problem["value"] else ""
    where = f"{problem['cell']} {problem['column']}".strip()
    return f"{where}{value}: {reason(problem['why'], problem['detail'])}"
