"""The records of a figure as CSV or Excel; an export is an entry in the ledger of who made it."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.evidence import ledger
from zhijian.kernel.figures.declare import Figure
from zhijian.kernel.figures.drill import Record, every_record
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter

if TYPE_CHECKING:
    from zhijian.kernel.figures.choice import Choice

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LIMIT = 200_000  # rows of one file; more is work for the snapshot
ENTRY = "figures.exported"
ledger.entry_kind(ENTRY, label=gettext_lazy("Records of {code} exported: {rows} rows, {kind}"))
HEAD = [
    (gettext_lazy("Number"), 26),
    (gettext_lazy("Title"), 40),
    (gettext_lazy("Kind"), 14),
    (gettext_lazy("State"), 14),
    (gettext_lazy("Entity"), 36),
    (gettext_lazy("Code of the entity"), 22),
    (gettext_lazy("Area"), 18),
    (gettext_lazy("Opened"), 12),
    (gettext_lazy("Due"), 12),
    (gettext_lazy("Closed"), 12),
]  # fmt: skip -- the widths are characters


def response(figure: Figure, chosen: Choice, actor: Actor, kind: str) -> HttpResponseBase:
    """The file as an answer to the browser."""
    records = every_record(figure, chosen.period, chosen.area, actor, limit=LIMIT)
    name = f"{figure.code}_{chosen.area}_{chosen.period.start}_{chosen.period.end}.{kind}"
    rows = rows_of(figure, records, actor)
    with tempfile.SpooledTemporaryFile(max_size=8_000_000) as probe:  # the size is known before the entry is made
        count = (
            _write_csv(figure, rows, probe)
            if kind == "csv"
            else _write_xlsx(figure, rows, probe, _about(figure, chosen, actor))
        )
        probe.seek(0)
        body = probe.read()
    _note(figure, chosen, actor, kind, count)
    answer = HttpResponse(body, content_type=KINDS[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _note(figure: Figure, chosen: Choice, actor: Actor, kind: str, rows: int) -> None:
    data = {"code": figure.code, "rows": rows, "kind": kind, "query": chosen.query}
    with scoped(SYSTEM):  # the area may lie above the exporter's own: the entry is about him, not about its records
        ledger.record(ENTRY, actor=actor, subject=f"account:{actor.person_id}", area=chosen.area, data=data)


def rows_of(figure: Figure, records: Iterator[Record], actor: Actor) -> Iterator[list[Any]]:
    """The cells of each record, in the words of the active language; matters are read 1,000 at a time."""
    while block := list(islice(records, 1000)):
        with scoped(actor):
            wanted = Matter.objects.filter(pk__in=[r.matter for r in block]).select_related("entity")
            matters = {matter.pk: matter for matter in in_scope(wanted, actor)}
        for record in block:
            if record.matter in matters:
                yield _cells(figure, record, matters[record.matter])


def _cells(figure: Figure, record: Record, matter: Matter) -> list[Any]:
    flow = flows().get(matter.kind)
    entity = matter.entity
    cells: list[Any] = [
        matter.number,
        matter.title,
        str(flow.title) if flow else matter.kind,
        str(flow.state(matter.state).label) if flow else matter.state,
        entity.name if entity else "",
        entity.code if entity else "",
        said.area_name(matter.area),
        record.values.get("opened_on"),
        matter.due,
        record.values.get("closed_on"),
    ]
    return [*cells, record.values[figure.sum]] if figure.sum else cells


def _head(figure: Figure) -> list[str]:
    return [str(name) for name, _width in HEAD] + ([str(figure.title)] if figure.sum else [])


def _write_csv(figure: Figure, rows: Iterator[list[Any]], out: Any) -> int:
    """UTF-8 with a mark, which Excel needs; a cell that a spreadsheet would run as a formula is made a text."""
    import io

    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_head(figure))
    count = 0
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _about(figure: Figure, chosen: Choice, actor: Actor) -> list[str]:
    """What the file holds: the figure, its definition, where, when, as of which moment and for whom."""
    where = {"area": said.area_name(chosen.area) or chosen.area, "start": chosen.period.start, "end": chosen.period.end}
    made = {"who": actor.name, "when": f"{calendar.local(timezone.now()):%Y-%m-%d %H:%M}"}
    return [
        str(figure.title),
        str(figure.definition),
        str(figure.unit),
        _("%(area)s, %(start)s to %(end)s") % where,
        _("Made by %(who)s, %(when)s; only the records that this person may open.") % made,
    ]


def _write_xlsx(figure: Figure, rows: Iterator[list[Any]], out: Any, about: list[str]) -> int:
    """One sheet, and a second one that says what was counted."""
    import datetime as dt

    import xlsxwriter

    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(_("Records"))
    sheet.freeze_panes(1, 0)
    for column, (_name, width) in enumerate(HEAD):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, _head(figure), bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(count, column, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif cell not in (None, ""):
                sheet.write(count, column, cell)
    sheet.autofilter(0, 0, count, len(_head(figure)) - 1)
    told = book.add_worksheet(_("What is counted"))
    told.set_column(0, 0, 100)
    for line, text in enumerate([*about, _("Records: %(n)s") % {"n": count}]):
        told.write_string(line, 0, text)
    book.close()
    return count
