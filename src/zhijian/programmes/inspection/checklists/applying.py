"""Which checklists a visit goes by: each list names trades, licences, industries, and what is registered at the place;
any of them is enough.

A list's workbook names them; from its day on, a rule that the bureau set beside it (`ListRule`) does.
The phone decides alike (`web/field/src/applying.ts`); `tests/fixtures/applying.json` holds both
sides to it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.flow import Text
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import LASTING, Licence, Premises

from ..models import Checklist, ListRule


@dataclass(frozen=True)
class Place:
    """What of a place the lists ask for: its trade, its licences as (kind, number), its enterprise's industry, and of
    which lasting kinds something is registered there (equipment)."""

    trade: str = ""
    licences: tuple[tuple[str, str], ...] = ()
    industry: str = ""
    registered: Container[str] = ()

    @classmethod
    def of(cls, premises: Premises) -> Place:
        """That of premises; a licence that was cancelled, revoked or replaced asks for nothing."""
        licences = tuple((one.kind, one.number) for one in premises.licences.all() if one.lasts)
        return cls(premises.trade, licences, premises.entity.industry, Registered(premises))

    def holds(self, wanted: str) -> bool:
        """Whether it has such a licence: a kind, or kind:beginning of the number."""
        kind, _, beginning = wanted.partition(":")
        return any(of == kind and number.startswith(beginning) for of, number in self.licences)


def fits(of: Checklist, place: Place) -> bool:
    """Whether a list is for a place: by its trade, one of its licences, its industry (beginning of the code), or
    something that is registered there."""
    rule = of.rule
    return (
        place.trade in rule.applies
        or any(map(place.holds, rule.licences))
        or any(place.industry.startswith(one) for one in rule.industries)
        or any(one in place.registered for one in rule.registers)
    )


def fitting(lists: Iterable[Checklist], place: Place) -> list[Checklist]:
    """Those of the lists that are for a place: its trade's first, then by code."""
    return sorted(
        (one for one in lists if fits(one, place)), key=lambda one: (place.trade not in one.rule.applies, one.code)
    )


class Registered(Container[str]):
    """Of which lasting kinds something is registered at premises; asked when a list first wants to know."""

    def __init__(self, premises: Premises) -> None:
        self.premises = premises

    def __contains__(self, kind: object) -> bool:
        if "registered" not in self.premises.__dict__:
            note_registered([self.premises])
        return kind in self.premises.__dict__["registered"]


def note_registered(places: Iterable[Premises]) -> None:
    """Look up what is registered at many places in one query; `Place.of` asks no more."""
    by_key = {place.pk: place for place in places}
    found: dict[int, set[str]] = {}
    for pk, kind in _registered().filter(premises__in=by_key).values_list("premises", "kind").distinct().order_by():
        found.setdefault(pk, set()).add(kind)
    for pk, place in by_key.items():
        place.__dict__["registered"] = found.get(pk, set())


def lasting() -> dict[str, Text]:
    """The kinds of which something can be registered at a place, with what people call them."""
    return {flow.kind: flow.title for flow in flows().values() if flow.lasting}


def _registered() -> QuerySet[Matter]:
    return Matter.objects.filter(kind__in=lasting(), closed=None)


def registered_in(where: Q) -> dict[str, list[UUID]]:
    """The premises of a condition by the kinds of what is registered there, for a phone."""
    rows = _registered().filter(where, premises__isnull=False).values_list("kind", "premises__uid").distinct()
    found: dict[str, list[UUID]] = {}
    for kind, uid in rows.order_by("kind", "premises__uid"):
        found.setdefault(kind, []).append(uid)
    return found


class Rule(Protocol):
    """For which places a list is: a list's own, the bureau's, or one that is tried."""

    @property
    def applies(self) -> list[str]: ...
    @property
    def licences(self) -> list[str]: ...
    @property
    def industries(self) -> list[str]: ...
    @property
    def registers(self) -> list[str]: ...


def reached_by(rule: Rule) -> Q:
    """The premises that a rule reaches, as a condition on `Premises`: what `fits` says of each."""
    there = Q(trade__in=rule.applies)
    for one in rule.licences:
        kind, _, beginning = one.partition(":")
        held = Licence.objects.filter(kind=kind, number__startswith=beginning, status__in=LASTING)
        there |= Q(pk__in=held.exclude(premises=None).values("premises"))  # with a null nothing would be outside
    for beginning in rule.industries:
        there |= Q(entity__industry__startswith=beginning)
    if rule.registers:
        held_there = Matter.objects.filter(kind__in=rule.registers, closed=None).exclude(premises=None)
        there |= Q(pk__in=held_there.values("premises"))
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
                "registers": rule.registers,
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
