"""The visits that wait for somebody, with the day on which each is due: the phone's tasks, and the stops of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import PremisesStatus
from zhijian.programmes.inspection.models import Rectification

TOGETHER = ("inspection__checklist", "premises__entity", "entity", "assignee", "second")
STATES = ("planned", "rectifying")


@dataclass(frozen=True)
class Waiting:
    """A visit to make, or findings to re-check."""

    matter: Matter
    findings: list[Rectification]

    @property
    def again(self) -> bool:
        """Whether findings are looked at again."""
        return self.matter.state == "rectifying"

    @property
    def due(self) -> dt.date | None:
        """The day of the visit, or the nearest one of its findings."""
        visit = self.matter.inspection  # type: ignore[attr-defined]
        days = [one.matter.due or one.deadline for one in self.findings] if self.again else [visit.planned_for]
        if self.again and visit.hindered and visit.planned_for:
            days = [visit.planned_for]  # the door was shut at the re-check: a new day was set for it
        return min((day for day in days if day), default=None)


def waiting_for(people: Collection[int], most: int) -> list[Waiting]:
    """What these people are to visit, as first or second officer, the most urgent first. Two queries.

    In the caller's scope; of re-checks only those at which something is left to look at.
    """
    mine = Q(assignee__in=people) | Q(second__in=people)
    rows = Matter.objects.filter(mine, kind="inspection", state__in=STATES, closed=None, premises__isnull=False)
    rows = rows.exclude(premises__status=PremisesStatus.CLOSED)  # nobody is there to be visited
    found = list(rows.select_related(*TOGETHER).order_by("due", "id")[: 3 * most])
    findings: dict[int, list[Rectification]] = {}
    again = [one.pk for one in found if one.state == "rectifying"]
    open_ones = Rectification.objects.select_related("matter").filter(inspection__in=again, matter__closed=None)
    for finding in open_ones.order_by("matter_id"):
        findings.setdefault(finding.inspection_id, []).append(finding)
    kept = [Waiting(one, findings.get(one.pk, [])) for one in found if one.state == "planned" or one.pk in findings]
    return kept[:most]
