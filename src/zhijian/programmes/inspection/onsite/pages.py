"""Time on site, by office and kind of visit: never by person, and in no order of length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, menu
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.desk.said import area_name
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.fair.pages import READERS
from zhijian.programmes.inspection.models import Purpose
from zhijian.programmes.inspection.onsite.models import UsualTime
from zhijian.programmes.inspection.onsite.usual import LEAST

PAGE = 100
menu.item("visit_time", _("Time on site"), "visit_time", READERS, order=77, under="inspection")


def usual_times(actor: Actor) -> QuerySet[UsualTime]:
    """Those of the areas that the reader may read, by office and kind."""
    return UsualTime.objects.filter(area_filter(actor, "area")).order_by("pk")


def _purpose(row: UsualTime) -> str:
    return str(Purpose(row.purpose).label) if row.purpose in Purpose.values else row.purpose


def _cells(block: Iterable[UsualTime], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        times = one.median, one.lower, one.upper, one.everywhere
        yield [area_name(one.area), _purpose(one), one.titles, one.visits, *times]


excel.sheet(
    "visit_time", _("Time on site"), READERS,
    (_("Area"), _("Purpose"), _("Checklists"), _("Visits"), _("Median, minutes"), _("A quarter took no more than"),
     _("A quarter took at least"), _("Median of all offices")),
    lambda actor, _given: usual_times(actor), _cells,
)  # fmt: skip


@require_safe
@gate.roles(*READERS)
def time_page(request: HttpRequest) -> HttpResponse:
    """`/visits/time/`: how long visits of each kind take at each office."""
    rows = list(rows_after(usual_times(gate.actor_in(request)), request.GET)[: PAGE + 1])
    shown = [(one, area_name(one.area), _purpose(one)) for one in rows[:PAGE]]
    pause = rules.PAUSE_AFTER.maybe(calendar.today())
    return render(
        request,
        "inspection/desk/time.html",
        {
            "rows": shown,
            "after": rows[PAGE - 1].pk if len(rows) > PAGE else 0,
            "least": LEAST,
            "pause": pause.value if pause else 30,
        },
    )
