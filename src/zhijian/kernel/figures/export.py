"""The records of a figure as CSV or Excel; an export is an entry in the ledger of who made it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said, xlsx
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
BLOCK = 1_000  # records that are read and written at a time
ENTRY = "figures.exported"
ledger.entry_kind(ENTRY, label=gettext_lazy("Records of {code} exported, {kind}"))
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
    """The file as an answer to the browser; it flows while the records are read."""
    _note(figure, chosen, actor, kind)
    language = get_language() or "en"
    answer = StreamingHttpResponse(_body(figure, chosen, actor, kind, language), content_type=KINDS[kind])
    name = f"{figure.code}_{chosen.area}_{chosen.period.start}_{chosen.period.end}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _body(figure: Figure, chosen: Choice, actor: Actor, kind: str, language: str) -> Iterator[bytes]:
    with override(language), scoped(actor):
        records = every_record(figure, chosen.period, chosen.area, actor)
        rows = rows_of(figure, records, actor)
        if kind == "csv":
            yield from _csv(figure, rows)
        else:
            widths, about = [width for _name, width in HEAD], _about(figure, chosen, actor)
            yield from xlsx.stream(_("Records"), _head(figure), rows, widths, about=about)


def _note(figure: Figure, chosen: Choice, actor: Actor, kind: str) -> None:
    data = {"code": figure.code, "kind": kind, "query": chosen.query}
    with scoped(SYSTEM):  # the area may lie above the exporter's own: the entry is about him, not about its records
        ledger.record(ENTRY, actor=actor, subject=f"account:{actor.person_id}", area=chosen.area, data=data)


def rows_of(figure: Figure, records: Iterator[Record], actor: Actor) -> Iterator[list[Any]]:
    """The cells of each record, in the words of the active language; matters are read a block at a time."""
    while block := list(islice(records, BLOCK)):
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


def _csv(figure: Figure, rows: Iterator[list[Any]]) -> Iterator[bytes]:
    """UTF-8 with a mark, which Excel needs; a cell that a spreadsheet would run as a formula is made a text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_head(figure))
    yield b"\xef\xbb\xbf" + text.getvalue().encode()
    while block := list(islice(rows, BLOCK)):
        text.seek(0)
        text.truncate()
        writer.writerows([_harmless(cell) for cell in row] for row in block)
        yield text.getvalue().encode()


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
