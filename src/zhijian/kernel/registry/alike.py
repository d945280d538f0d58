"""Which entities may be one and the same: few, with the reasons, each found by an index of its own.

Names and numbers are typed by hand somewhere before they come here: O for 0, the former number for the new one, the
same household registered twice. Nothing is merged by itself; a person looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Entity
from .text import fold

MOST = 10  # proposals for one entity
LOOKED_AT = 50  # rows that each index may give
# GB 32100 knows no I, O, S, V, Z in a code: who types one meant the digit.
_MISREAD = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", " ": None, "-": None})
REASONS: dict[str, str | Promise] = {
    "code": _("the same code, typed differently"),
    "organisation": _("the same organisation number inside the code"),
    "name_address": _("the same name at the same address"),
    "phone_person": _("the same phone and representative"),
}


@dataclass
class Alike:
    """Another entity, and why it may be the same."""

    entity: Entity
    reasons: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return [str(REASONS[one]) for one in self.reasons]


def code_key(code: str) -> str:
    """A code as it is compared: what is easily misread made equal."""
    return code.upper().translate(_MISREAD)


def alike(entity: Entity) -> list[Alike]:
    """Entities that may be the same as this one, the best reasons first; three bounded queries."""
    found: dict[int, Alike] = {}

    def add(reason: str, rows: list[Entity]) -> None:
        for row in rows:
            found.setdefault(row.pk, Alike(row)).reasons.append(reason)

    others = Entity.objects.filter(merged_into=None).exclude(pk=entity.pk).defer("grams", "initials", "extra")
    key, number = code_key(entity.code), organisation(entity)
    for row in _by_code(others, entity, number):
        add("code" if code_key(row.code) == key or key == code_key(row.old_code) else "organisation", [row])
    if entity.fold and entity.address:
        place = fold(entity.address)
        add("name_address", [r for r in others.filter(fold=entity.fold)[:LOOKED_AT] if fold(r.address) == place])
    if entity.phone and entity.representative:
        same = others.filter(phone=entity.phone).exclude(phone="")[:LOOKED_AT]
        add("phone_person", [r for r in same if fold(r.representative) == fold(entity.representative)])
    return sorted(found.values(), key=lambda one: (-len(one.reasons), one.entity.pk))[:MOST]


def organisation(entity: Entity) -> str:
    """The nine characters of a USCC that name the organisation wherever it is registered; empty without a code."""
    return code_key(entity.code)[8:17] if entity.scheme == "uscc" and len(code_key(entity.code)) == 18 else ""


def _by_code(others: QuerySet[Entity], entity: Entity, number: str) -> list[Entity]:
    if not entity.code:
        return []
    written = Q(code_key=code_key(entity.code)) | Q(old_code=entity.code, old_code__gt="")
    if entity.old_code:
        written |= Q(code=entity.old_code)
    if number:
        written |= Q(organisation=number)
    return list(others.alias(code_key=F("code_key"), organisation=F("organisation")).filter(written)[:LOOKED_AT])
