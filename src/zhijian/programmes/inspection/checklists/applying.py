"""Which checklists a visit goes by: each list names trades, licences and industries; any of them is enough.

The phone decides alike (`web/field/src/applying.ts`); `tests/fixtures/applying.json` holds both sides to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from zhijian.kernel.registry.models import LASTING, Licence, Premises

from ..models import Checklist


@dataclass(frozen=True)
class Place:
    """What of a place the lists ask for: its trade, its licences as (kind, number), its enterprise's industry."""

    trade: str = ""
    licences: tuple[tuple[str, str], ...] = ()
    industry: str = ""

    @classmethod
    def of(cls, premises: Premises) -> Place:
        """That of premises; a licence that was cancelled, revoked or replaced asks for nothing."""
        licences = tuple((one.kind, one.number) for one in premises.licences.all() if one.lasts)
        return cls(premises.trade, licences, premises.entity.industry)

    def holds(self, wanted: str) -> bool:
        """Whether it has such a licence: a kind, or kind:beginning of the number."""
        kind, _, beginning = wanted.partition(":")
        return any(of == kind and number.startswith(beginning) for of, number in self.licences)


def fits(of: Checklist, place: Place) -> bool:
    """Whether a list is for a place: by its trade, one of its licences, or its industry (beginning of the code)."""
    return (
        place.trade in of.applies
        or any(map(place.holds, of.licences))
        or any(place.industry.startswith(one) for one in of.industries)
    )


def fitting(lists: Iterable[Checklist], place: Place) -> list[Checklist]:
    """Those of the lists that are for a place: its trade's first, then by code."""
    return sorted(
        (one for one in lists if fits(one, place)), key=lambda one: (place.trade not in one.applies, one.code)
    )


def shops_for(of: Checklist) -> Q:
    """The premises for which a list is, as a condition on `Premises`: what `fits` says of each."""
    there = Q(trade__in=of.applies)
    for one in of.licences:
        kind, _, beginning = one.partition(":")
        held = Licence.objects.filter(kind=kind, number__startswith=beginning, status__in=LASTING)
        there |= Q(pk__in=held.values("premises"))
    for beginning in of.industries:
        there |= Q(entity__industry__startswith=beginning)
    return there


def in_force(day: date) -> list[Checklist]:
    """The versions in force on a day, by code."""
    return list(Checklist.objects.filter(Q(until=None) | Q(until__gte=day), since__lte=day).order_by("code"))


def applicable(premises: Premises | None, day: date) -> list[Checklist]:
    """The versions in force on `day` that are for the place, its trade's first; all while its trade is unknown and
    nothing else of it fits: then the officer chooses."""
    lists = in_force(day)
    if premises is None:
        return lists
    found = fitting(lists, Place.of(premises))
    return found if found or premises.trade else lists
