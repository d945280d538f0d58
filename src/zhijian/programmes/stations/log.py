"""What the stations of one's areas received by themselves: the page, and the same as Excel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.matters.reading import readers
from zhijian.programmes.stations.flow import STATION
from zhijian.programmes.stations.models import LogEntry

SHOWN = 50
READS = tuple(sorted(readers(STATION)))


def rows_of(actor: Actor) -> QuerySet[LogEntry]:
    """The lines that he may see, the newest first."""
    rows = LogEntry.objects.filter(area_filter(actor, roles=READS)).select_related("station__matter")
    return rows.order_by("-pk")


@require_safe
@gate.roles(*READS)
def log_page(request: HttpRequest) -> HttpResponse:
    """A page of lines, each with its station."""
    found = list(rows_after(rows_of(gate.actor_in(request)), request.GET, falling=True)[: SHOWN + 1])
    after = found[SHOWN - 1].pk if len(found) > SHOWN else ""
    return render(request, "stations/desk/log.html", {"rows": found[:SHOWN], "after": after})


HEADS = (
    _("Station"), _("Area"), _("Received on"), _("What it was about, what was done"), _("How it ended"),
    _("Recovered for the consumer (¥)"),
)  # fmt: skip


def _rows(actor: Actor, given: QueryDict) -> QuerySet[LogEntry]:
    return rows_of(actor)


def _cells(block: list[LogEntry], actor: Actor) -> Iterator[Sequence[Any]]:
    for one in block:
        yield [one.station.name, said.area_name(one.area), one.day, one.what, one.get_ended_display(), one.amount]


excel.sheet("station_log", _("Logs of the stations"), READS, HEADS, _rows, _cells, widths=(28, 14, 12, 50, 16, 12))
