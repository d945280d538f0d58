"""The enterprises that were visited most often this year, with last year beside it: their number should fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.inspection.fair.capping import NEVER_MADE, made_in
from zhijian.programmes.inspection.fair.pages import READERS
from zhijian.programmes.inspection.models import Inspection

MOST = 50
LEAST = 2  # visits from which an enterprise is told of


@dataclass(frozen=True)
class Visited:
    """An enterprise with its visits in the areas that the reader may read."""

    entity: Entity
    now: int
    last: int

    @property
    def tone(self) -> str:
        """Fewer than last year is good."""
        return "good" if self.now < self.last else "warn" if self.now > self.last else ""


def most_visited(actor: Actor) -> list[Visited]:
    """Those with most visits made this year, at most MOST of them. Two queries by the year's visits of his areas."""
    year = calendar.today().year
    mine = Inspection.objects.filter(area_filter(actor, "matter__area"), matter__kind="inspection")
    mine = mine.exclude(matter__state__in=NEVER_MADE).filter(matter__entity__isnull=False)
    counted = mine.filter(made_in(year)).values("matter__entity").annotate(n=Count("pk")).filter(n__gte=LEAST)
    now = dict(counted.order_by("-n", "matter__entity").values_list("matter__entity", "n")[:MOST])
    before = mine.filter(made_in(year - 1), matter__entity__in=list(now)).values("matter__entity")
    last = dict(before.annotate(n=Count("pk")).order_by().values_list("matter__entity", "n"))
    known = Entity.objects.defer("grams", "initials", "extra").in_bulk(list(now))
    return [Visited(known[pk], n, last.get(pk, 0)) for pk, n in now.items()]


def _cells(block: list[Visited], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [one.entity.code, one.entity.name, area_name(one.entity.area), one.now, one.last]


excel.sheet(
    "visit_most", _("Most visited enterprises"), READERS,
    (_("Code"), _("Enterprise"), _("Area"), _("Visits this year"), _("Visits last year")),
    lambda actor, _given: most_visited(actor), _cells,
)  # fmt: skip


@require_safe
@gate.roles(*READERS)
def most_page(request: HttpRequest) -> HttpResponse:
    """`/visits/most/`: who was visited most often, with the records one click away."""
    rows = [(one, area_name(one.entity.area)) for one in most_visited(gate.actor_in(request))]
    return render(request, "inspection/desk/most.html", {"rows": rows, "year": calendar.today().year, "most": MOST})
