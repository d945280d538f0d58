"""What people send in: the other side's sheets, recognised by content, their heading found, row by row."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.registry.import_.problems import refusal
from zhijian.kernel.registry.import_.sources import Refused, Source, is_misread, recognise
from zhijian.kernel.words import listed

MOST = 20_000  # rows of one sheet
HEADING_WITHIN = 20  # rows: titles and notes stand above a heading
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


class BadSheet(StepError):
    """The sheet cannot be taken as it is; nothing was changed."""

    code, status = "bad_sheet", 422


@dataclass(frozen=True)
class Line:
    """A row below the heading: its number in the sheet, and its cells by heading."""

    n: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read: its name, its bytes as they came, the headings and the rows."""

    name: str
    blob: Blob
    heads: list[str]
    lines: list[Line]


def read(file: UploadedFile, wanted: Sequence[str]) -> Sheet:
    """Keep and read a sheet that has the `wanted` headings. Raises BadSheet saying what to mend."""
    if (file.size or 0) > files.LIMIT:
        raise BadSheet(_("The file is larger than %(mb)s MB. Send fewer rows.") % {"mb": files.LIMIT // 2**20})
    name = Path(file.name or "sheet").name[:200]
    with tempfile.NamedTemporaryFile() as spool:
        for piece in file.chunks():
            spool.write(piece)
        spool.flush()
        path = Path(spool.name)
        try:
            source = recognise(path, name)
            heads, lines = _rows(source, wanted)
        except Refused as error:
            raise BadSheet(refusal(error.why, error.detail)) from error
        blob = files.store(path.read_bytes(), judged=MEDIA[source.kind])
    return Sheet(name, blob, heads, lines)


def _rows(source: Source, wanted: Sequence[str]) -> tuple[list[str], list[Line]]:
    heads: list[str] = []
    lines: list[Line] = []
    above: list[list[str]] = []
    for seen, row in enumerate(source.rows(), 1):
        cells = [cell.strip().lstrip("'") if cell.startswith("'") else cell.strip() for cell in row.cells]
        if not heads:
            if set(wanted) <= set(cells):
                heads = cells
                continue
            above.append(cells)
            if seen >= HEADING_WITHIN:
                break
        elif any(cells):
            if len(lines) >= MOST:
                raise BadSheet(_("The sheet has more than %(n)s rows. Send it in parts.") % {"n": MOST})
            lines.append(Line(row.number, {h: c for h, c in zip(heads, cells, strict=False) if h}))
    if heads:
        return heads, lines
    if source.kind == "csv" and _is_no_table(source, above):
        raise BadSheet(
            _(
                "This is neither a workbook nor a CSV table. Send XLSX, XLS, ODS, or CSV (UTF-8 or GB18030) with these "
                "columns: %(heads)s"
            )
            % {"heads": listed(wanted)}
        )
    raise BadSheet(_("No heading was found. The sheet needs these columns: %(heads)s") % {"heads": listed(wanted)})


def _is_no_table(source: Source, rows: Sequence[list[str]]) -> bool:
    """Whether what could be read as CSV is some other file: no row has two cells, or its signs are those of no text."""
    return max(map(len, rows), default=0) < 2 or is_misread(source, [cell for cells in rows for cell in cells])
