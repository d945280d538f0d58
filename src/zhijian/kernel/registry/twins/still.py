"""Whether what a look has found of a pair is true yet: the files may have been corrected since the night."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from zhijian.kernel.registry.alike import code_key, organisation
from zhijian.kernel.registry.models import Entity, Licence, Twin
from zhijian.kernel.registry.twins.finding import like_name, same_address


def _code(one: Entity, other: Entity) -> bool:
    renumbered = one.code == other.old_code or other.code == one.old_code
    return bool(one.code and other.code) and (code_key(one.code) == code_key(other.code) or renumbered)


def _organisation(one: Entity, other: Entity) -> bool:
    return one.scheme == other.scheme == "uscc" and organisation(one.code) == organisation(other.code) != ""


# As the rules of the look, of two files instead of all.
TRUE: dict[str, Callable[[Entity, Entity], bool]] = {
    "code": _code,
    "organisation": _organisation,
    "name_address": lambda one, other: one.fold == other.fold != "" and same_address(one, other),
    "phone_name": lambda one, other: one.phone == other.phone != "" and like_name(one, other),
}


def still(twins: Sequence[Twin]) -> list[tuple[Twin, list[str]]]:
    """The pairs with those of their reasons that are true now; an open pair of which none is, is left out.

    One query, for their licences. The next look takes it off the list.
    """
    asked = {pk for twin in twins if "licence" in twin.reasons for pk in (twin.one_id, twin.other_id)}
    held: dict[int, set[str]] = defaultdict(set)
    for entity, number in Licence.objects.filter(entity__in=asked).exclude(number="").values_list("entity", "number"):
        held[entity].add(code_key(number))

    def true(twin: Twin, reason: str) -> bool:
        if reason == "licence":
            return bool(held[twin.one_id] & held[twin.other_id])
        return reason not in TRUE or TRUE[reason](twin.one, twin.other)

    found = [(twin, [reason for reason in twin.reasons if true(twin, reason)]) for twin in twins]
    return [(twin, reasons) for twin, reasons in found if reasons or twin.state != Twin.State.OPEN]
