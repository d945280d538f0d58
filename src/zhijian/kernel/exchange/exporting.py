"""The other side's own import sheet, and the attachments beside it, named by the record's number."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.exchange import entries
from zhijian.kernel.exchange.acts import WORKERS, note, put, told_now, workable
from zhijian.kernel.exchange.declared import owed as declared
from zhijian.kernel.exchange.models import Batch, BatchRow, Owed, State
from zhijian.kernel.exchange.owing import digests
from zhijian.kernel.exchange.tables import FORMATS, Bad, Table
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.packs import stack

AT_ONCE = 500  # records in one sheet: each is locked and has its entry in the one transaction
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP, CSV = "application/zip", "text/csv"


class NothingToExport(StepError):
    """None of the chosen records can go over now."""

    code, status = "nothing_to_export", 409


@dataclass
class Exported:
    """An export, and the chosen records that are not in it: with what is wrong with them."""

    batch: Batch
    left: list[tuple[Owed, list[Bad]]] = field(default_factory=list)


def office_for(areas: Sequence[str], actor: Actor) -> str:
    """The narrowest post of the actor that covers all the areas; empty where none does."""
    mine = {post.area for post in actor.posts if post.role in WORKERS}
    fitting = [area for area in mine if all(one.startswith(area) for one in areas)]
    return max(fitting, key=len, default="")


def export(table: Table, uids: Sequence[Any], actor: Actor, *, locking: bool = True) -> Exported:
    """Make the sheet of those records that are to be reported; each is exported once, however many ask at once.

    Raises NothingToExport. `locking` False shows what happens without the lock; only a test asks for it.
    """
    with transaction.atomic():
        rows = workable(actor).filter(platform=table.platform, table=table.code, uid__in=list(uids)[:AT_ONCE])
        rows = rows.filter(state=State.TO_REPORT).select_related("matter").order_by("pk")
        chosen = list(rows.select_for_update(of=("self",)) if locking else rows)
        _between_reading_and_writing()
        shown = [(row, *told_now(row, table)) for row in chosen]
        good = [(row, cells) for row, cells, bad in shown if not bad]
        left = [(row, bad) for row, _cells, bad in shown if bad]
        if not good:
            raise NothingToExport(_without(left))
        area = office_for([row.area for row, _cells in good], actor)
        if not area:
            raise NothingToExport(_("Choose records of one of your offices at a time."))
        return Exported(_make(table, good, area, actor), left)


def _between_reading_and_writing() -> None:
    """Nothing; tests of the race wait here."""


def _without(left: list[tuple[Owed, list[Bad]]]) -> str:
    if not left:
        return _("None of the chosen records is still to be reported. Load the list again.")
    return _("Nothing could be exported: in every chosen record something is missing, see below.")


def _make(table: Table, good: list[tuple[Owed, list[str]]], area: str, actor: Actor) -> Batch:
    at = when.now()
    sheet = sheet_bytes(table, [cells for _row, cells in good])
    packed = _attachments(table, [row for row, _cells in good])
    kind = "xlsx" if table.format == "xlsx" else "csv"
    batch = Batch.objects.create(
        platform=table.platform,
        table=table.code,
        area=area,
        name=f"{table.title}-{calendar.local(at):%Y%m%d-%H%M%S}.{kind}",
        sheet=files.store(sheet, judged=XLSX if kind == "xlsx" else CSV),
        attachments=files.store(packed, judged=ZIP, limit=20 * files.LIMIT) if packed else None,
        count=len(good),
        made_by=actor.label,
        made_by_name=actor.name,
        made_at=at,
    )
    for line, (row, cells) in enumerate(good, 1):
        whole, sent = digests(table, cells)
        put(row, str(State.EXPORTED), at, told=True, digest=whole, sent=sent, why="", batch=batch)
        note(entries.EXPORTED, row, actor, at, batch=str(batch.uid), round=row.round)
        BatchRow.objects.create(batch=batch, owed=row, area=row.area, line=line, round=row.round)
    ledger.record(
        entries.BATCH,
        actor=actor,
        subject=f"exchange:{table.path}",
        area=area,
        data={"table": table.path, "batch": str(batch.uid), "count": batch.count, "sha256": batch.sheet.sha256},
        at=at,
    )
    return batch


def sheet_bytes(table: Table, rows: Sequence[Sequence[str]]) -> bytes:
    """The sheet as the other side imports it: every cell a text, since codes lose digits as numbers."""
    heads = [column.head for column in table.columns]
    if table.format != "xlsx":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerows([[line] for line in table.title_rows])
        writer.writerow(heads)
        writer.writerows([[_harmless(cell) for cell in row] for row in rows])
        return text.getvalue().encode(FORMATS[table.format])
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet((stack().practice_mark + (table.sheet or table.title))[:31])
    as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    sheet.set_column(0, len(heads) - 1, 22, as_text)
    for n, line in enumerate(table.title_rows):
        sheet.write_string(n, 0, line, bold)
    first = len(table.title_rows)
    for column, head in enumerate(heads):
        sheet.write_string(first, column, head, bold)
    for n, row in enumerate(rows, first + 1):
        for column, cell in enumerate(row):
            sheet.write_string(n, column, cell, as_text)
    book.close()
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet that opens a CSV file runs what begins so; a number with a sign is none."""
    return f"'{cell}" if cell[:1] in ("=", "@", "\t", "\r") or re.match(r"[+-]\D", cell) else cell


def _attachments(table: Table, rows: list[Owed]) -> bytes:
    """The zip of all attachments; empty where the table wants none or none is there."""
    if not table.attachments:
        return b""
    out, packed = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book, scoped(SYSTEM):
        for row in rows:
            for n, attachment in enumerate(declared()[table.record].files(row.matter), 1):
                name = table.attachments.format(key=_safe(row.key), n=n, ending=attachment.ending)
                book.writestr(name, attachment.read())
                packed += 1
    return out.getvalue() if packed else b""


def _safe(key: str) -> str:
    """Without what no file's name may hold."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", key)
