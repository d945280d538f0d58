"""Excel files that begin to flow at once: rows are written as they come, memory stays small at any length.

An .xlsx is a zip of a few small XML files and one long one, written row by row; a second sheet says what the file is.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import stack

CHUNK = 64 * 1024  # bytes gathered before they are handed on
MAX_ROWS = 1_048_576  # Excel's own limit, heading included
MAX_CHOICES = 500  # words of one drop-down
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 -- Excel's day 0 has no zone
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    + "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in (1, 2)
    )
    + '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
    # Cell formats: 0 plain, 1 heading, 2 day, 3 moment, 4 number with two decimals.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/>'
    '<xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
    '<xf numFmtId="4" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


class _Pipe(io.RawIOBase):
    """What the zip writes into; it can't be sought, so the zip describes each part after it."""

    def __init__(self) -> None:
        self.held: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held.append(bytes(data))
        self.size += len(data)
        return len(data)

    def take(self) -> bytes:
        data, self.held, self.size = b"".join(self.held), [], 0
        return data


def _text(value: str, style: int) -> str:
    shown = escape(_FORBIDDEN.sub("", value))[:32_000]
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{shown}</t></is></c>'


def _cell(value: Any, style: int = 0) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, Decimal | float):
        return f'<c s="4"><v>{value}</v></c>'
    if isinstance(value, dt.datetime):
        here = calendar.local(value).replace(tzinfo=None) if value.tzinfo else value
        days = (here - _EPOCH) / dt.timedelta(days=1)
        return f'<c s="3"><v>{days:.10f}</v></c>'
    if isinstance(value, dt.date):
        return f'<c s="2"><v>{(value - _EPOCH.date()).days}</v></c>'
    return _text(str(value), style)


def _letters(n: int) -> str:
    """The name of the n-th column: A, …, Z, AA, …"""
    text = ""
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(65 + rest) + text
    return text


def _columns(heading: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(
        f'<col min="{n}" max="{n}" width="{widths[n - 1] if n <= len(widths) else 20}" customWidth="1"/>'
        for n in range(1, max(len(heading), 1) + 1)
    )


def _sheet_name(sheet: str) -> str:
    """As Excel takes it."""
    return re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31]


def _workbook(*sheets: str) -> str:
    names = [escape(_sheet_name(sheet), {'"': "&quot;"}) for sheet in sheets]
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>'


def _about(lines: Sequence[str], rows: int, more: bool, listed: Sequence[Sequence[str | None]] = ()) -> str:
    """The second sheet: what the file holds, and how many rows that came to; beside it what its drop-downs offer."""
    practice = [_("Practice copy: nothing here is real, no number counts, nothing is sent out.")]
    told = [*(practice if settings.TRAINING else []), *lines, ngettext("%(n)s row", "%(n)s rows", rows) % {"n": rows}]
    if more:
        told.append(_("Excel takes no more rows: the list goes on. Choose less, and export again."))
    beside = [*listed, *[()] * (len(told) - len(listed))]
    told += [""] * (len(beside) - len(told))
    body = "".join(
        f"<row>{_cell(line)}{''.join(_cell(word) for word in words)}</row>"
        for line, words in zip(told, beside, strict=True)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><cols><col min="1" max="1" width="100" customWidth="1"/></cols>'
        f"<sheetData>{body}</sheetData></worksheet>"
    )


def _lists(choices: Mapping[int, Sequence[str]], last: int) -> tuple[str, list[list[str | None]]]:
    """Drop-downs of the first sheet's columns, and the columns of the second sheet (B, C, …) that hold what can be
    chosen. A cell takes other words, too: who chooses is helped, who knows better is answered by the trial."""
    if not choices:
        return "", []
    found, held = [], []
    for n, (column, words) in enumerate(sorted(choices.items()), start=2):
        name, kept = _letters(n), words[:MAX_CHOICES]
        held.append(kept)
        found.append(
            f'<dataValidation type="list" allowBlank="1" showErrorMessage="0" '
            f'sqref="{_letters(column)}2:{_letters(column)}{max(last, 2)}">'
            f"<formula1>'{escape(_sheet_name(_('What this is')))}'!${name}$1:${name}${len(kept)}</formula1>"
            f"</dataValidation>"
        )
    told = f'<dataValidations count="{len(found)}">{"".join(found)}</dataValidations>'
    rows = [[column[n] if n < len(column) else None for column in held] for n in range(max(map(len, held)))]
    return told, rows


def stream(
    sheet: str, heading: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = (), *,
    about: Sequence[str], choices: Mapping[int, Sequence[str]] | None = None,
) -> Iterator[bytes]:  # fmt: skip
    """The bytes of a workbook: the rows, whose heading stays in sight and filters, and a sheet with `about` (its lines
    say what was chosen, by whom and when, see `exports.about`). `widths`: characters, else 20. `choices`: of columns
    (from 1), the words among which a drop-down lets one choose."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:  # type: ignore[arg-type]
        for path, xml in _PARTS.items():
            book.writestr(path, _XML + xml)
        book.writestr("xl/workbook.xml", _workbook(stack().practice_mark + sheet, _("What this is")))
        yield pipe.take()
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            out.write(
                f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
                f"<cols>{_columns(heading, widths)}</cols>"
                "<sheetData>".encode()
            )
            out.write(("<row>" + "".join(_text(str(h), 1) for h in heading) + "</row>").encode())
            number = 1
            for number, row in enumerate(rows, start=2):
                if number > MAX_ROWS:
                    break
                out.write(("<row>" + "".join(_cell(value) for value in row) + "</row>").encode())
                if pipe.size >= CHUNK:
                    yield pipe.take()
            last = f"{_letters(max(len(heading), 1))}{min(number, MAX_ROWS)}"
            told, listed = _lists(choices or {}, min(number, MAX_ROWS))
            out.write(f'</sheetData><autoFilter ref="A1:{last}"/>{told}</worksheet>'.encode())
        second = _about(about, min(number, MAX_ROWS) - 1, number > MAX_ROWS, listed)
        book.writestr("xl/worksheets/sheet2.xml", second)
    yield pipe.take()
