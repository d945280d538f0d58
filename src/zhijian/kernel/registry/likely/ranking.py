"""Who is meant: the candidates of the register for what was told, the likeliest first, with reasons and a confidence.

Nothing is linked by this. A candidate whose confidence reaches `PROPOSE` may be shown as proposed, for one key that a
person presses; what is below is shown as found, for a person to choose from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.db.models import Q

from zhijian.kernel.packs.loader import read_toml
from zhijian.kernel.registry.likely import clues as told_clues
from zhijian.kernel.registry.likely.clues import Clues, Told
from zhijian.kernel.registry.likely.finding import KEPT, find, find_exact
from zhijian.kernel.registry.likely.lore import Lore, lore
from zhijian.kernel.registry.likely.reasons import Reason, reasons
from zhijian.kernel.registry.likely.scoring import Facts, Match, calibrated, match, score, shares
from zhijian.kernel.registry.likely.seen import metres_between
from zhijian.kernel.registry.models import Entity, EntityStatus, Premises, PremisesStatus, RegistrationChange

PROPOSE = 0.9  # of ten that are proposed, nine at the least are right: measured, see calibration.toml
SHOWN = 0.02  # below this a candidate is not worth a look
OF_ONE = 40  # premises of one entity that are looked at
OVER = (EntityStatus.CLOSED, EntityStatus.REVOKED, EntityStatus.ANNULLED, EntityStatus.MOVED)
MEASURED = Path(__file__).with_name("calibration.toml")
_HEAVY = ("grams", "initials", "name_key", "extra")


@dataclass(frozen=True)
class Candidate:
    """Who may be meant. `confidence` is the measured share of right ones among candidates like it, 0 to 1."""

    entity: Entity
    premises: Premises | None
    confidence: float
    reasons: tuple[Reason, ...]
    share: float = 0.0  # of the belief among these candidates, before it is calibrated

    @property
    def proposed(self) -> bool:
        """Whether it may be shown as proposed, for one key to confirm; nothing is linked by itself."""
        return self.confidence >= PROPOSE


@dataclass(frozen=True)
class Measured:
    """The weights of the evidence, the score of "nobody in the register", and what a share is worth."""

    weights: Mapping[str, float]
    nobody: float
    bins: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Compared:
    """A row that was compared closely."""

    entity: Entity
    places: list[Premises]
    kinds: tuple[str, ...]
    facts: Facts
    match: Match


@lru_cache(maxsize=1)
def measured() -> Measured:
    """What was fitted and measured (`calibration.toml`)."""
    raw = read_toml(MEASURED)
    weights = {name: float(value) for name, value in raw["weights"].items()}
    return Measured(weights, float(raw["nobody"]), tuple((float(a), float(b)) for a, b in raw["bins"]))


def likely(told: Told, limit: int = 5) -> list[Candidate]:
    """At most `limit` candidates, the likeliest first; at most four queries, each by an index.

    Empty where nothing that was told can be looked for, or nothing of the register is like it.
    """
    return _ranked(compare(told, measured().weights), limit)


def at_once(every: Sequence[Told], limit: int = 5) -> list[list[Candidate]]:
    """The candidates of many, where a name, a telephone or a code leads to somebody just as it was told; four queries.

    Empty for whom that proposes nobody: there `likely` looks further. Names that are only nearly the same are not
    looked at, so that nobody is called the only one of his name.
    """
    words = lore()
    clues = [told_clues.read(told, words) for told in every]
    found = find_exact(clues)
    held = _held([pk for one in found for pk in one.entities], {pk for one in found for pk in one.premises})
    ranked = [
        _ranked(_closely(one.entities, held, said, measured().weights), limit)
        for one, said in zip(found, clues, strict=True)
    ]
    return [
        [replace(one, reasons=tuple(r for r in one.reasons if r.code != "only")) for one in some]
        if some and some[0].proposed
        else []
        for some in ranked
    ]


def _ranked(compared: list[Compared], limit: int) -> list[Candidate]:
    if not compared:
        return []
    known = measured()
    scores = [score(one.match.evidence, known.weights) for one in compared]
    worth = [(share, calibrated(share, known.bins)) for share in shares(scores, known.nobody)]
    order = sorted(range(len(compared)), key=lambda i: (-worth[i][0], -scores[i], compared[i].entity.pk))
    best = [i for i in order if worth[i][0] >= SHOWN][: max(1, limit)]
    return [_candidate(compared[i], worth[i], compared) for i in best]


def compare(told: Told, weights: Mapping[str, float]) -> list[Compared]:
    """Every row that the indexes give, with the evidence for it, in no order."""
    words = lore()
    clues = told_clues.read(told, words)
    found = find(clues, words)
    return _closely(found.entities, _held(found.entities, found.premises), clues, weights)


@dataclass(frozen=True)
class Held:
    """What the register holds of some entities."""

    entities: Mapping[int, Entity]
    places: Mapping[int, list[Premises]]
    former: Mapping[int, list[str]]


def _held(entities: list[int], premises: set[int]) -> Held:
    if not entities:
        return Held({}, {}, {})
    return Held(Entity.objects.defer(*_HEAVY).in_bulk(entities), _places(entities, premises), _former(entities))


def _closely(entities: list[int], held: Held, clues: Clues, weights: Mapping[str, float]) -> list[Compared]:
    words = lore()
    rows = [
        _facts(held.entities[pk], held.places[pk], held.former[pk], clues) for pk in entities if pk in held.entities
    ]
    sharing = Counter(phone for *_, facts in rows for phone in {told_clues.local(p) for p in facts.phones if p})
    return [_compared(*row, sharing, clues, weights, words) for row in rows]


def _places(entities: list[int], found: set[int]) -> dict[int, list[Premises]]:
    """Premises of each entity, those that were found themselves first."""
    rows = Premises.objects.filter(Q(entity__in=entities), merged_into=None).defer(*_HEAVY, "fold")
    held: dict[int, list[Premises]] = defaultdict(list)
    for one in sorted(rows[: OF_ONE * len(entities)], key=lambda p: (p.pk not in found, p.pk)):
        if len(held[one.entity_id]) < OF_ONE:
            held[one.entity_id].append(one)
    return held


def _former(entities: list[int]) -> dict[int, list[str]]:
    rows = RegistrationChange.objects.filter(entity__in=entities, what=RegistrationChange.What.NAME).exclude(old="")
    names: dict[int, list[str]] = defaultdict(list)
    for entity, old in rows.order_by("-id").values_list("entity_id", "old")[: OF_ONE * len(entities)]:
        names[entity].append(old)
    return names


def _facts(
    entity: Entity, places: list[Premises], former: list[str], clues: Clues
) -> tuple[Entity, list[Premises], tuple[str, ...], Facts]:
    named = {entity.name: "name"}
    for kind, names in (("sign", [one.name for one in places]), ("former", former)):
        for name in names:
            named.setdefault(name, kind)
    away = [_metres(clues, one) for one in places]
    facts = Facts(
        names=tuple(named),
        addresses=tuple(dict.fromkeys(a for a in (entity.address, *(p.address for p in places)) if a)),
        phones=tuple(dict.fromkeys(p for p in (entity.phone, *(p.phone for p in places)) if p)),
        codes=tuple(c for c in (entity.code, entity.old_code) if c),
        areas=tuple(dict.fromkeys(a for a in (entity.area, *(p.area for p in places)) if a)),
        closed=entity.status in OVER or bool(places and all(map(_shut, places))),
        metres=min((one for one in away if one is not None), default=None),
    )
    return entity, places, tuple(named.values()), facts


def _metres(clues: Clues, place: Premises) -> int | None:
    if clues.lat is None or clues.lon is None:
        return None
    return metres_between(Decimal(str(clues.lat)), Decimal(str(clues.lon)), place.lat, place.lon)


def _compared(
    entity: Entity,
    places: list[Premises],
    kinds: tuple[str, ...],
    facts: Facts,
    sharing: Counter[str],
    clues: Clues,
    weights: Mapping[str, float],
    words: Lore,
) -> Compared:
    told = {told_clues.local(one) for one in clues.phones}
    most = max((sharing[told_clues.local(one)] for one in facts.phones if told_clues.local(one) in told), default=1)
    facts = replace(facts, sharing=most)
    return Compared(entity, places, kinds, facts, match(clues, facts, weights, words))


def _candidate(one: Compared, worth: tuple[float, float], every: list[Compared]) -> Candidate:
    said = reasons(one.match, one.facts, one.kinds)
    if one.match.evidence.name_body:
        alike = [o for o in every if o.match.evidence.name_body]
        same = [o for o in alike if o.entity.area[:6] == one.entity.area[:6]]
        open_ones = [o for o in same if not o.facts.closed]
        if not one.facts.closed and len(open_ones) == 1 and len(alike) < KEPT // 2:  # else some were not looked at
            said.append(Reason("only"))
        elif len(same) > 1:
            said.append(Reason("same_name", {"n": len(same)}))
    if not one.facts.closed:
        gone = next((o for o in every if o.facts.closed and _same_place(o, one)), None)
        if gone is not None:
            said.append(Reason("successor", {"here": gone.entity.name}))
    return Candidate(one.entity, _place(one), worth[1], tuple(said), worth[0])


def _same_place(one: Compared, other: Compared) -> bool:
    return bool(one.facts.addresses) and bool(set(one.facts.addresses) & set(other.facts.addresses))


def _place(one: Compared) -> Premises | None:
    """The premises that are meant: those whose sign or address agreed, else the only open ones; None where unclear."""
    name = one.facts.names[one.match.name] if one.match.name >= 0 else ""
    address = one.facts.addresses[one.match.address] if one.match.address >= 0 else ""
    best = min(one.places, key=lambda p: (p.name != name, p.address != address, _shut(p), p.pk), default=None)
    open_ones = [p for p in one.places if not _shut(p)]
    if best is None or name == best.name or address == best.address or open_ones == [best]:
        return best
    return open_ones[0] if len(open_ones) == 1 else None


def _shut(place: Premises) -> bool:
    return place.status == PremisesStatus.CLOSED
