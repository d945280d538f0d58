"""Why a candidate may be the one: codes with what differs, said in the reader's language when they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.registry.likely.scoring import Facts, Match

WORDS: dict[str, str | Promise] = {
    "code": _("the code that was told"),
    "code_near": _("a code that differs by one sign: {here}"),
    "phone": _("the telephone that was told"),
    "phone_shared": _("the telephone that was told, which {n} share"),
    "phone_near": _("nearly the telephone that was told: {here}"),
    "name": _("exactly the name that was told"),
    "name_body": _("the name that was told, without place and legal form"),
    "name_near": _("nearly the name that was told: {here}"),
    "sign": _("the sign over the door: {here}"),
    "former": _("its former name: {here}"),
    "only": _("the only one in business of this name in the area"),
    "same_name": _("{n} of this name in the area"),
    "place": _("the street and house number that were told"),
    "road": _("the same street: {here}"),
    "number_other": _("another house number: {here}"),
    "town": _("in the same town"),
    "district": _("in the same district"),
    "district_other": _("in another district"),
    "trade": _("the kind of shop that was told"),
    "near": _("near the place that was told"),
    "closed": _("no longer in business"),
    "successor": _("in business where {here} has closed"),
}
AGAINST = frozenset({"number_other", "district_other", "closed", "same_name"})


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a candidate, or against it (`against`). `detail` holds what the words name."""

    code: str
    detail: dict[str, str | int] = field(default_factory=dict, hash=False)

    @property
    def against(self) -> bool:
        """Whether it speaks against the candidate."""
        return self.code in AGAINST

    @property
    def words(self) -> str:
        """The reason in the reader's language."""
        return str(WORDS[self.code]).format(**self.detail)

    def __str__(self) -> str:
        return self.words


def reasons(match: Match, facts: Facts, kinds: tuple[str, ...]) -> list[Reason]:
    """The reasons of a match, numbers first. `kinds` says of each of the names what it is: name, sign, former."""
    seen, found = match.evidence, []

    def add(code: str, when: float | bool, **detail: str | int) -> None:
        if when:
            found.append(Reason(code, detail))

    add("code", seen.code_same)
    add("code_near", seen.code_near, here=next(iter(facts.codes), ""))
    many = facts.sharing > 1
    add("phone_shared" if many else "phone", seen.phone_same, **({"n": facts.sharing} if many else {}))
    add("phone_near", seen.phone_near, here=next((p for p in facts.phones if p), ""))
    found += _of_name(match, facts, kinds)
    here = facts.addresses[match.address] if match.address >= 0 else ""
    add("place", seen.number_same == 1)
    add("road", seen.road_same and seen.number_same != 1, here=here)
    add("number_other", seen.number_other, here=here)
    add("town", seen.town_same)
    add("district", seen.district_same and not seen.town_same)
    add("district_other", seen.district_other)
    add("trade", seen.kind_same and not seen.name_body)
    add("near", seen.near)
    add("closed", seen.closed)
    return found


def _of_name(match: Match, facts: Facts, kinds: tuple[str, ...]) -> list[Reason]:
    seen = match.evidence
    if match.name < 0 or not seen.name_stem:
        return []
    kind, name = kinds[match.name], facts.names[match.name]
    if kind != "name":
        return [Reason(kind, {"here": name})]
    if seen.name_whole:
        return [Reason("name")]
    return [Reason("name_body")] if seen.name_body else [Reason("name_near", {"here": name})]
