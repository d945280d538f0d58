"""The desk's page of maintenance firms: each with its score, how it is counted, and its lifts that are late."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate, menu
from zhijian.programmes.equipment import maintenance, rules
from zhijian.programmes.equipment.models import Equipment, Maintenance

READERS = frozenset({Role.INSPECTOR, Role.CLERK, Role.HEAD, Role.SECTION, Role.LEADER, Role.AUDITOR})
LATE, DOUBTFUL = 50, 20
menu.item("equipment_firms", _("Maintenance firms"), "equipment_firms", READERS, order=62)


@require_safe
@gate.roles(*READERS)
def firms_page(request: HttpRequest) -> HttpResponse:
    """Scores, lifts that are past their day, and visits that were recorded far away or nowhere."""
    actor, today = gate.actor_in(request), calendar.today()
    running = Equipment.objects.filter(area_filter(actor, "matter__area"), matter__state="in_use")
    late = running.filter(maintain_by__lt=today).select_related("matter", "maintainer").order_by("maintain_by", "pk")
    doubtful = (
        Maintenance.objects.filter(area_filter(actor)).exclude(doubt="").select_related("equipment__matter", "firm")
    )
    context: dict[str, Any] = {
        "scores": maintenance.scores(actor, today),
        "days": rules.maintain_days(today),
        "ground": rules.ground(rules.MAINTAIN_EVERY, today),
        "late": [(one, (today - one.maintain_by).days) for one in late[:LATE] if one.maintain_by],
        "doubtful": list(doubtful.order_by("-at")[:DOUBTFUL]),
    }
    return render(request, "equipment/desk/firms.html", context)
