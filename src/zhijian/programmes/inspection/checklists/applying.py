"""Which checklists a visit goes by: rules of licences, trade and industry, the workbook's or the bureau's own.

The phone decides alike (`web/field/src/applying.ts`); `tests/fixtures/applying.json` holds both sides to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from zhijian.kernel.registry.models import Premises

from ..models import Checklist, ListRule


@dataclass(frozen=True)
class Place:
    """What of a place the rules ask for: its trade, its licences as (kind, number), its enterprise's industry."""

    trade: str = ""
    licences: tuple[tuple[str, str], ...] = ()
    industry: str = ""


@dataclass(frozen=True)
class Rule:
    """For which places a list is: those that fit every part that is not empty; a part fits by any of its values."""

    list: str
    trades: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()  # a kind, or kind:beginning of the number
    industries: tuple[str, ...] = ()  # beginnings of codes

    def fits(self, place: Place) -> bool:
        """Whether the place fits; a rule without any part is for none."""
        parts = []
        if self.trades:
            parts.append(place.trade in self.trades)
        if self.licences:
            parts.append(any(_held(one, place.licences) for one in self.licences))
        if self.industries:
            parts.append(any(place.industry.startswith(one) for one in self.industries))
        return bool(parts) and all(parts)


def _held(wanted: str, licences: Iterable[tuple[str, str]]) -> bool:
    kind, _, beginning = wanted.partition(":")
    return any(of == kind and number.startswith(beginning) for of, number in licences)


def place_of(premises: Premises) -> Place:
    """What of the premises the rules ask for."""
    licences = tuple((one.kind, one.number) for one in premises.licences.all())
    return Place(premises.trade, licences, premises.entity.industry)


def in_force(day: date) -> list[Checklist]:
    """The versions in force on a day, by code."""
    return list(Checklist.objects.filter(Q(until=None) | Q(until__gte=day), since__lte=day).order_by("code"))


def rules_on(day: date, lists: Iterable[Checklist] | None = None) -> list[Rule]:
    """The rules in force on a day: the bureau's own where it has any for a list, else what the list's workbook says."""
    own: dict[str, list[Rule]] = {}
    for row in ListRule.objects.filter(Q(until=None) | Q(until__gte=day), since__lte=day).order_by("pk"):
        rule = Rule(row.checklist, tuple(row.trades), tuple(row.licences), tuple(row.industries))
        own.setdefault(row.checklist, []).append(rule)
    told: list[Rule] = []
    for one in in_force(day) if lists is None else lists:
        told += own.get(one.code) or shipped_rules(one)
    return told


def shipped_rules(of: Checklist) -> list[Rule]:
    """What a list's workbook says: each trade, licence, or industry that it names is enough."""
    parts = {"trades": of.applies, "licences": of.licences, "industries": of.industries}
    return [Rule(of.code, **{name: tuple(values)}) for name, values in parts.items() if values]


def codes_for(place: Place, rules: Iterable[Rule]) -> list[str]:
    """The lists that are for a place: those for its trade first, then by code."""
    fitting: dict[str, bool] = {}
    for rule in rules:
        if rule.fits(place):
            fitting[rule.list] = fitting.get(rule.list, False) or bool(rule.trades)
    return sorted(fitting, key=lambda code: (not fitting[code], code))


def applicable(premises: Premises | None, day: date) -> list[Checklist]:
    """The versions in force on `day` that are for the place, its trade's first; all while its trade is unknown and no
    other part of it fits: then the officer chooses."""
    lists = in_force(day)
    if premises is None:
        return lists
    known = {one.code: one for one in lists}
    found = [known[code] for code in codes_for(place_of(premises), rules_on(day, lists))]
    return found if found or premises.trade else lists


def for_phone(day: date) -> list[dict[str, Any]]:
    """The rules as the phone gets them."""
    return [{key: value for key, value in asdict(rule).items() if value} for rule in rules_on(day)]
