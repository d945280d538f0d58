"""Joint visits (合并检查): planned visits of the same premises that lie close together are proposed as one.

Whoever accepts names the day and the pair; the earliest visit stays and goes by all the lists (一表通查), the others
end without one. Whoever does not says why, and the same visits are not proposed again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.checklists import applicable
from zhijian.programmes.inspection.fair.capping import PLANNED, cause_of
from zhijian.programmes.inspection.models import Inspection, KeptApart, Purpose

DECIDERS = frozenset({Role.HEAD, Role.CLERK})
APART_BY_KIND = (Purpose.RECHECK, Purpose.FLIGHT)  # the one has its day, of the other nobody hears
MOST = 100  # premises that are proposed together
APART = ledger.entry_kind(
    "inspection.kept_apart", label=_("Visits {numbers} of the same premises stay apart: {reason}")
)
T = TypeVar("T")


@dataclass(frozen=True)
class Proposal:
    """Visits of one place that could be one, by their day."""

    premises: Premises
    visits: tuple[Inspection, ...]

    @property
    def key(self) -> list[int]:
        """The visits that it is about."""
        return sorted(one.pk for one in self.visits)

    @property
    def people(self) -> list[Person]:
        """Everybody who was to go, those of the earliest visit first."""
        pairs = (who for one in self.visits for who in (one.matter.assignee, one.matter.second))
        return list(dict.fromkeys(who for who in pairs if who is not None))

    @property
    def lists(self) -> list[str]:
        """The lists by which it goes, by name; empty where all that are for the place are asked."""
        return list(dict.fromkeys(one.checklist.title for one in self.visits if one.checklist))


def close_together(days: Sequence[tuple[dt.date, T]], within: int) -> list[list[T]]:
    """Things by day, in groups of two and more in which the last lies at most `within` days after the first."""
    groups: list[list[T]] = []
    first: dt.date | None = None
    for day, thing in sorted(days, key=lambda one: one[0]):
        if first is None or (day - first).days > within:
            first = day
            groups.append([])
        groups[-1].append(thing)
    return [group for group in groups if len(group) > 1]


def proposals(actor: Actor) -> list[Proposal]:
    """What could be one visit, among those that the person may decide on; what was kept apart is left out."""
    row = rules.JOIN_WITHIN.maybe(calendar.today())
    if row is None or row.limit is None:
        return []
    open_ = Q(kind="inspection", state="planned", closed=None) & area_filter(actor, roles=DECIDERS)
    twice = Matter.objects.filter(open_, premises__isnull=False).values("premises").annotate(n=Count("pk"))
    places = list(twice.filter(n__gt=1).order_by("premises").values_list("premises", flat=True)[:MOST])
    if not places:
        return []
    rows = Inspection.objects.filter(matter__in=Matter.objects.filter(open_, premises__in=places))
    rows = rows.exclude(purpose__in=APART_BY_KIND).exclude(planned_for=None)
    related = ("matter__premises__entity", "matter__assignee", "matter__second", "checklist")
    by_place: dict[int, list[Inspection]] = {}
    for one in rows.select_related(*related).defer("checklist__content").order_by("planned_for", "pk"):
        by_place.setdefault(one.matter.premises_id or 0, []).append(one)
    apart: dict[int, list[set[int]]] = {}
    for kept in KeptApart.objects.filter(premises__in=places):
        apart.setdefault(kept.premises_id, []).append(set(kept.matters))
    found = []
    for place, visits in by_place.items():
        dated = [(one.planned_for, one) for one in visits if one.planned_for is not None]
        for group in close_together(dated, row.limit.n):
            if not any({one.pk for one in group} <= kept for kept in apart.get(place, [])):
                assert group[0].matter.premises is not None
                found.append(Proposal(group[0].matter.premises, tuple(group)))
    return found


def accept(
    proposal: Proposal, versions: dict[int, int], actor: Actor, *, planned_for: dt.date, assignee: int, second: int
) -> Matter:
    """Make one visit of them, in one act. `versions` are those that the person saw. Raises StepError."""
    first, *others = proposal.visits
    _lists_fit(proposal, planned_for)
    with transaction.atomic():
        for one in sorted(others, key=lambda visit: visit.pk):
            perform(one.matter, "go_into", actor, version=versions.get(one.pk), into=first.matter.number)
        same = {one.checklist_id for one in proposal.visits}
        kind = _of_which_kind(proposal.visits)
        return perform(
            first.matter, "join", actor, version=versions.get(first.pk),
            by_field={
                "checklist": first.checklist if len(same) == 1 else None,
                "purpose": kind.purpose,
                "outside": kind.outside,
                "line": next((one.line for one in proposal.visits if one.line_id), None),
            },
            planned_for=planned_for, assignee=assignee, second=second,
        )  # fmt: skip


def _of_which_kind(visits: Sequence[Inspection]) -> Inspection:
    """The visit whose kind the joint one has: what was drawn is published as such, what counts goes on counting."""
    drawn = (one for one in visits if one.purpose == Purpose.RANDOM)
    counts = (one for one in visits if cause_of(one.purpose, one.outside) == PLANNED)
    return next(chain(drawn, counts), visits[0])


def _lists_fit(proposal: Proposal, day: dt.date) -> None:
    """One visit goes by all the lists that are for the place: one that is not for it would be lost."""
    named = {one.checklist_id: one.checklist for one in proposal.visits if one.checklist is not None}
    if len({one.checklist_id for one in proposal.visits}) == 1:
        return
    there = {one.code for one in applicable(proposal.premises, day)}
    if lost := [one.title for one in named.values() if one.code not in there]:
        raise NotOpen(
            _t("These lists are not for this place, so the joint visit would not go by them: %(lists)s.")
            % {"lists": listed(lost)}
        )


def keep_apart(proposal: Proposal, reason: str, actor: Actor) -> KeptApart:
    """Leave them as they are; these visits are not proposed again. Raises NotAllowed and NotOpen."""
    area = proposal.visits[0].matter.area
    if not DECIDERS & actor.roles_at(area):
        raise NotAllowed(_t("Only a head of office or a clerk can do this."))
    if not reason.strip():
        raise NotOpen(_t("Say why."))
    with transaction.atomic():
        row = KeptApart.objects.create(
            premises=proposal.premises, area=area, matters=proposal.key, reason=reason.strip()[:300],
            by_id=actor.person_id, by_name=actor.name,
        )  # fmt: skip
        for one in proposal.visits:
            data: dict[str, Any] = {
                "numbers": " ".join(visit.matter.number for visit in proposal.visits), "reason": row.reason,
            }  # fmt: skip
            ledger.record(APART.code, actor=actor, subject=f"matter:{one.pk}", matter=one.matter, data=data)
    return row
