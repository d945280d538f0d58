"""The desk's page of maintenance firms: each with its score, how it is counted, and its lifts that are late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, menu
from zhijian.kernel.desk.said import area_name
from zhijian.programmes.equipment import maintenance, rules
from zhijian.programmes.equipment.models import Equipment, Maintenance

READERS = frozenset({Role.INSPECTOR, Role.CLERK, Role.HEAD, Role.SECTION, Role.LEADER, Role.AUDITOR})
LATE, DOUBTFUL = 50, 20
menu.item("equipment_firms", _("Maintenance firms"), "equipment_firms", READERS, order=62, under="equipment")


def _late(actor: Actor, today: dt.date) -> QuerySet[Equipment]:
    running = Equipment.objects.filter(area_filter(actor, "matter__area"), matter__state="in_use")
    return running.filter(maintain_by__lt=today).select_related("matter", "maintainer").order_by("maintain_by", "pk")


def _doubtful(actor: Actor) -> QuerySet[Maintenance]:
    rows = Maintenance.objects.filter(area_filter(actor)).exclude(doubt="")
    return rows.select_related("equipment__matter", "firm").order_by("-at")


excel.sheet(
    "equipment_firms", _("Maintenance firms"), READERS,
    (
        _("Maintenance firm"), _("Lifts"), _("Visits made"), _("In time"), _("Late now"), _("Without any record"),
        _("Score (percent)"),
    ),
    lambda actor, _given: maintenance.scores(actor, calendar.today()),
    lambda block, _actor: ([s.firm.name, s.lifts, s.made, s.in_time, s.late, s.never, s.percent] for s in block),
)  # fmt: skip


def _late_cells(block: list[Equipment], _actor: Actor) -> Iterator[list[Any]]:
    today = calendar.today()
    for one in block:
        firm, days = one.maintainer.name if one.maintainer else "", (today - one.maintain_by).days  # type: ignore[operator]
        yield [one.matter.title, one.matter.number, firm, one.maintain_by, days, area_name(one.matter.area)]


excel.sheet(
    "equipment_late", _("Lifts that are late"), READERS,
    (_("Lift"), _("Number"), _("Maintenance firm"), _("Due"), _("Days late"), _("Area")),
    lambda actor, _given: _late(actor, calendar.today()), _late_cells,
)  # fmt: skip


def _doubtful_cells(block: list[Maintenance], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [
            one.equipment.matter.title,
            one.equipment.matter.number,
            one.firm.name,
            one.at,
            one.doubt_said,
            one.get_finding_display(),
        ]


excel.sheet(
    "equipment_doubtful", _("Recorded far away, without a position, or at a lift of unknown place"), READERS,
    (_("Lift"), _("Number"), _("Maintenance firm"), _("Date and time"), _("Doubt"), _("What was found")),
    lambda actor, _given: _doubtful(actor), _doubtful_cells,
)  # fmt: skip


@require_safe
@gate.roles(*READERS)
def firms_page(request: HttpRequest) -> HttpResponse:
    """Scores, lifts that are past their day, and visits that were recorded far away or nowhere."""
    actor, today = gate.actor_in(request), calendar.today()
    context: dict[str, Any] = {
        "scores": maintenance.scores(actor, today),
        "days": rules.maintain_days(today),
        "ground": rules.ground(rules.MAINTAIN_EVERY, today),
        "late": [(one, (today - one.maintain_by).days) for one in _late(actor, today)[:LATE] if one.maintain_by],
        "doubtful": list(_doubtful(actor)[:DOUBTFUL]),
    }
    return render(request, "equipment/desk/firms.html", context)
