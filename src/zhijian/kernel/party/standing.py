"""For which enterprises a telephone number may act: those that are registered with it, and those that let it.

The account is the number (docs/decisions/0017). What it may do is asked anew at each request: where the number is
changed or an access is ended, that is the end of it, in every browser at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhijian.kernel.accounts.actor import Actor, party_of
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.links import number_index, plain_number
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.models import Access
from zhijian.kernel.registry.models import Entity, Premises

MOST = 40  # enterprises of one number: more have no owner who looks at all of them
HEAVY = ("grams", "fold", "initials", "extra")


@dataclass(frozen=True)
class Standing:
    """What a number is to an enterprise: its own, or let in, perhaps to one shop only."""

    entity: Entity
    number: str
    premises: Premises | None = None
    own: bool = False

    @property
    def key(self) -> str:
        """What names it in an address."""
        return str(self.premises.uid if self.premises is not None else self.entity.uid)

    @property
    def name(self) -> str:
        return self.premises.name if self.premises is not None else self.entity.name

    @property
    def actor(self) -> Actor:
        """The enterprise, acting through this number."""
        return party_of(self.entity, through=mask(plain_number(self.number)))

    def reach(self, rows: QuerySet[Matter]) -> QuerySet[Matter]:
        """Those of the enterprise's matters that it is let to."""
        return rows.filter(premises=self.premises) if self.premises is not None else rows


@dataclass(frozen=True)
class Holder:
    """Who is signed in: a number, with all for which it may act."""

    number: str
    standings: tuple[Standing, ...]

    def chosen(self, key: str) -> Standing | None:
        """The one that an address names."""
        return next((one for one in self.standings if one.key == key), None)

    def to(self, matter: Matter) -> Standing | None:
        """By which standing it comes to a matter: its own before one that it was let."""
        fitting = [
            one
            for one in self.standings
            if one.entity.pk == matter.entity_id and one.premises in (None, matter.premises)
        ]
        return min(fitting, key=lambda one: not one.own, default=None)


def written(number: str) -> set[str]:
    """The ways in which the register may hold a number: as typed, its digits, with the area's code set apart."""
    plain = plain_number(number)
    apart = {f"{plain[:n]}-{plain[n:]}" for n in (3, 4)} if 10 <= len(plain) <= 12 else set()
    return {number.strip(), plain, *apart, f"{plain[:3]}-{plain[3:6]}-{plain[6:]}"}


def holder_of(number: str) -> Holder:
    """What a number may do now."""
    if len(plain_number(number)) < 7:
        return Holder(number, ())
    own = Entity.objects.filter(merged_into=None, phone__in=written(number)).defer(*HEAVY).order_by("name_key", "id")
    found = [Standing(entity, number, own=True) for entity in own[:MOST]]
    known = {one.entity.pk for one in found}
    rows = Access.objects.filter(number=number_index(number), ended_at=None).filter(
        Q(premises=None) | Q(premises__merged_into=None)
    )
    let = rows.select_related("entity", "premises").order_by("pk")[:MOST]
    found += [Standing(one.entity, number, one.premises) for one in let if one.entity_id not in known]
    return Holder(number, tuple(found[:MOST]))
