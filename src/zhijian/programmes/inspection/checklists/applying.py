"""Which checklists a visit goes by: each list names trades, licences and industries; any of them is enough.

A list's workbook names them; from its day on, a rule that the bureau set beside it (`ListRule`) does.
The phone decides alike (`web/field/src/applying.ts`); `tests/fixtures/applying.json` holds both
sides to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import Q

from zhijian.kernel.registry.models import LASTING, Licence, Premises

from ..models import Checklist, ListRule


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
    rule = of.rule
    return (
        place.trade in rule.applies
        or any(map(place.holds, rule.licences))
        or any(place.industry.startswith(one) for one in rule.industries)
    )


def fitting(lists: Iterable[Checklist], place: Place) -> list[Checklist]:
    """Those of the lists that are for a place: its trade's first, then by code."""
    return sorted(
        (one for one in lists if fits(one, place)), key=lambda one: (place.trade not in one.rule.applies, one.code)
    )


class Rule(Protocol):
    """For which places a list is: a list's own, the bureau's, or one that is tried."""

    @property
    def applies(self) -> list[str]: ...
    @property
    def licences(self) -> list[str]: ...
    @property
    def industries(self) -> list[str]: ...


def reached_by(rule: Rule) -> Q:
    """The premises that a rule reaches, as a condition on `Premises`: what `fits` says of each."""
    there = Q(trade__in=rule.applies)
    for one in rule.licences:
        kind, _, beginning = one.partition(":")
        held = Licence.objects.filter(kind=kind, number__startswith=beginning, status__in=LASTING)
        there |= Q(pk__in=held.exclude(premises=None).values("premises"))  # with a null nothing would be outside
    for beginning in rule.industries:
        there |= Q(entity__industry__startswith=beginning)
    return there


def shops_for(of: Checklist) -> Q:
    """The premises for which a list is."""
    return reached_by(of.rule)


def rule_on(rules: Iterable[ListRule], day: date) -> ListRule | None:
    """Which of the rules of one list holds on a day: that which begins last, of the same day the newest."""
    begun = [(one.since, place, one) for place, one in enumerate(rules) if one.since <= day]
    held = max(begun, default=None)
    return held[2] if held and not held[2].back else None


def rules_of(codes: Iterable[str]) -> dict[str, list[ListRule]]:
    """The bureau's own rules of lists, in the order in which they were made."""
    found: dict[str, list[ListRule]] = {}
    for one in ListRule.objects.filter(code__in=list(codes)).order_by("id"):
        found.setdefault(one.code, []).append(one)
    return found


def in_force(day: date) -> list[Checklist]:
    """The versions in force on a day, by code, each with the rule that says on that day for which places it is."""
    lists = list(Checklist.objects.filter(Q(until=None) | Q(until__gte=day), since__lte=day).order_by("code"))
    rules = rules_of(one.code for one in lists)
    for one in lists:
        one.ruled = rule_on(rules.get(one.code, ()), day)
    return lists


def told(of: Checklist, rules: list[ListRule], day: date) -> list[dict[str, Any]]:
    """What a phone is told of the bureau's rules of a list: that of the day and those to come, each as what holds."""
    days = {max(one.since, day) for one in rules}
    said = []
    for since in sorted(days):
        held = rule_on(rules, since)
        rule = held or of
        began = held.since if held else max(one.since for one in rules if one.since <= since)
        said.append(
            {
                "since": began.isoformat(),
                "applies": rule.applies,
                "licences": rule.licences,
                "industries": rule.industries,
            }
        )
    return said


def applicable(premises: Premises | None, day: date) -> list[Checklist]:
    """The versions in force on `day` that are for the place, its trade's first; all while its trade is unknown and
    nothing else of it fits: then the officer chooses."""
    lists = in_force(day)
    if premises is None:
        return lists
    found = fitting(lists, Place.of(premises))
    return found if found or premises.trade else lists
