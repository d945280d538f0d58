"""Which entities may be one and the same: few, with the reasons, each found by an index of its own.

Names and numbers are typed by hand somewhere before they come here: O for 0, the former number for the new one, the
same household registered twice. Nothing is merged by itself; a person looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import MISREAD, ORGANISATION, Entity, Twin
from .text import fold

MOST = 10  # proposals for one entity
LOOKED_AT = 50  # rows that each index may give
_MISREAD = str.maketrans(MISREAD[0][:4], MISREAD[1], MISREAD[0][4:])
REASONS: dict[str, str | Promise] = {
    "code": _("the same code, typed differently"),
    "organisation": _("the same organisation number inside the code"),
    "name_address": _("the same name at the same address"),
    "phone_person": _("the same phone and representative"),
    "phone_name": _("the same phone and a similar name"),
    "licence": _("the same licence number"),
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
    """Entities that may be the same as this one, the best reasons first; bounded queries. Those of which somebody said
    that they are not the same are left out."""
    found: dict[int, Alike] = {}

    def add(reason: str, rows: list[Entity]) -> None:
        for row in rows:
            found.setdefault(row.pk, Alike(row)).reasons.append(reason)

    others = Entity.objects.filter(merged_into=None).exclude(pk=entity.pk).defer("grams", "initials", "extra")
    mine = {code_key(entity.code), code_key(entity.old_code)} - {""}
    for row in _by_code(others, entity):
        if mine & {code_key(row.code), code_key(row.old_code)}:
            add("code", [row])
        elif entity.scheme == row.scheme == "uscc":
            add("organisation", [row])
    if entity.fold and entity.address:
        place = fold(entity.address)
        add("name_address", [r for r in others.filter(fold=entity.fold)[:LOOKED_AT] if fold(r.address) == place])
    if entity.phone and entity.representative:
        same = others.filter(phone=entity.phone).exclude(phone="")[:LOOKED_AT]
        add("phone_person", [r for r in same if fold(r.representative) == fold(entity.representative)])
    for pk in _apart(entity) if found else ():
        found.pop(pk, None)
    return sorted(found.values(), key=lambda one: (-len(one.reasons), one.entity.pk))[:MOST]


def _apart(entity: Entity) -> list[int]:
    """Keys of the entities that are known not to be this one."""
    pairs = Twin.objects.filter(Q(one=entity) | Q(other=entity), state=Twin.State.APART)
    return [other if one == entity.pk else one for one, other in pairs.values_list("one_id", "other_id")]


def organisation(code: str) -> str:
    """What the index holds of a code: of a USCC the nine characters that name the organisation, wherever registered."""
    return code_key(code)[8:17]


def _by_code(others: QuerySet[Entity], entity: Entity) -> list[Entity]:
    if not entity.code:
        return []
    written = Q(old_code=entity.code)
    if entity.old_code:
        written |= Q(code=entity.old_code)
    if number := organisation(entity.code):
        written |= Q(organisation=number)
    rows = others.alias(organisation=ORGANISATION).exclude(code="").filter(written)
    return list(rows[:LOOKED_AT])
