"""What speaks for a candidate and what against it, as numbers; their sum; what the sum is worth. Pure functions.

Each piece of evidence is a number from 0 to 1 with a weight. What agrees has a weight of at least 0 and what
contradicts one of at most 0, so one more thing that agrees never lowers a score.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from zhijian.kernel.registry.likely import compare
from zhijian.kernel.registry.likely.clues import Clues, Name, read_address, read_name
from zhijian.kernel.registry.likely.lore import Lore

NEARLY = 0.55  # from here on two names are called nearly the same, 0 to 1
ROAD_LIKE = 0.5  # the same of streets
NEAR = 300  # metres within which a point says something
AGAINST = ("phone_other", "name_other", "kind_other", "road_other", "number_other", "district_other", "closed")


@dataclass(frozen=True)
class Evidence:
    """What was told beside what the register says of one candidate; each 0 to 1."""

    code_same: float = 0.0
    code_near: float = 0.0  # one sign lies between a wrong code and this one
    phone_same: float = 0.0  # less where many share the number
    phone_near: float = 0.0
    phone_other: float = 0.0
    name_whole: float = 0.0  # as registered, with place and form
    name_body: float = 0.0
    name_stem: float = 0.0  # how alike the names are without the kind of shop
    kind_same: float = 0.0  # the word for the kind of shop
    kind_other: float = 0.0
    name_other: float = 0.0
    branch: float = 0.0
    road_same: float = 0.0
    number_same: float = 0.0
    road_other: float = 0.0
    number_other: float = 0.0
    town_same: float = 0.0
    district_same: float = 0.0
    district_other: float = 0.0
    near: float = 0.0
    closed: float = 0.0


FIELDS = tuple(one.name for one in fields(Evidence))


@dataclass(frozen=True)
class Facts:
    """What the register says of a candidate, as plain data: names (registered, sign, former), addresses, numbers."""

    names: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    closed: bool = False
    metres: float | None = None  # from where the teller stood; None where unknown
    sharing: int = 1  # entities that have the same number


@dataclass(frozen=True)
class Match:
    """The evidence, and which of the candidate's names and addresses gave it (indices into `Facts`, -1: none)."""

    evidence: Evidence
    name: int = -1
    told: Name | None = None
    address: int = -1


def match(clues: Clues, facts: Facts, weights: Mapping[str, float], lore: Lore) -> Match:
    """The evidence for a candidate: of several names and addresses, those that speak most for it."""
    names = [(i, told, _named(told, name, facts, lore)) for told in clues.names for i, name in enumerate(facts.names)]
    places = [(i, _placed(clues, address, lore)) for i, address in enumerate(facts.addresses)]
    i, told, by_name = max(names, key=lambda one: score(one[2], weights), default=(-1, None, Evidence()))
    j, by_place = max(places, key=lambda one: score(one[1], weights), default=(-1, Evidence()))
    found = {f: getattr(by_name, f) + getattr(by_place, f) for f in FIELDS}
    rest = replace(_numbers(clues, facts), **{f: v for f, v in found.items() if v}, **_area(clues, facts))
    return Match(replace(rest, near=_near(facts), closed=float(facts.closed)), i, told, j)


def _named(told: Name, name: str, facts: Facts, lore: Lore) -> Evidence:
    other = read_name(name, lore)
    places = [other.branch, *(read_address(one, lore).road for one in facts.addresses)]
    at = float(bool(told.branch) and any(told.branch in place for place in places))
    stem = compare.likeness(told.stem, other.stem, lore)
    body = compare.likeness(told.body, other.body, lore)
    if told.body == told.stem and not told.trade:  # the kind was not told
        body = max(body, stem)
    inside = told.stem in other.body or other.stem in told.body
    like = max(stem, body if stem else 0.0, 0.8 if inside and min(len(told.stem), len(other.stem)) > 1 else 0.0)
    if like < NEARLY:
        return Evidence(name_other=1.0, branch=at)
    known = bool(told.trade_word and other.trade_word)
    same = known and (told.trade_word in other.trade_word or other.trade_word in told.trade_word)
    return Evidence(
        name_whole=float(told.whole == other.whole),
        name_body=float(told.body == other.body),
        name_stem=((like - NEARLY) / (1 - NEARLY)),
        kind_same=1.0 if same else 0.5 if known and told.trade == other.trade != "other" else 0.0,
        kind_other=float(known and not same and (told.trade != other.trade or told.trade == "other")),
        branch=at,
    )


def _placed(clues: Clues, address: str, lore: Lore) -> Evidence:
    here = read_address(address, lore)
    best = Evidence()
    for told in clues.addresses:
        if not told.road or not here.road:
            continue
        like = compare.likeness(told.road, here.road, lore)
        if like < ROAD_LIKE:
            best = max(best, Evidence(road_other=1.0), key=_road_rank)
            continue
        both = bool(told.number and here.number)
        same = both and told.number == here.number
        best = max(
            best,
            Evidence(road_same=like, number_same=like * same, number_other=float(both and not same)),
            key=_road_rank,
        )
    return best


def _road_rank(one: Evidence) -> tuple[float, float, float]:
    return (one.number_same, one.road_same - one.number_other, one.road_other)


def _numbers(clues: Clues, facts: Facts) -> Evidence:
    codes = set(facts.codes) - {""}
    code = bool(codes & set(clues.codes))
    near = not code and any(codes & set(compare.repaired(one)) for one in clues.codes)
    pairs = [(told, held) for told in clues.phones for held in facts.phones if held]
    phone = any(compare.same_phone(*pair) for pair in pairs)
    like = not phone and any(compare.near_phone(*pair) for pair in pairs)
    other = bool(pairs) and not phone and not like
    share = 1 / (1 + math.log2(max(1, facts.sharing)))
    return Evidence(
        code_same=float(code), code_near=float(near), phone_same=share * phone, phone_near=float(like),
        phone_other=float(other),
    )  # fmt: skip


def _area(clues: Clues, facts: Facts) -> dict[str, float]:
    towns = [one for one in clues.areas if len(one) > 6]
    districts = {one[:6] for one in clues.areas if len(one) >= 6}
    mine = {one[:6] for one in facts.areas if one}
    if not districts or not mine:
        return {}
    if not districts & mine:
        return {"district_other": 1.0}
    return {"district_same": 1.0, "town_same": float(any(one in facts.areas for one in towns))}


def _near(facts: Facts) -> float:
    return 0.0 if facts.metres is None else max(0.0, 1 - facts.metres / NEAR)


def score(evidence: Evidence, weights: Mapping[str, float]) -> float:
    """The weighted sum, in natural log-odds against a shop taken at random among the candidates."""
    return sum(weights.get(name, 0.0) * getattr(evidence, name) for name in FIELDS)


def shares(scores: Sequence[float], nobody: float) -> list[float]:
    """For each candidate its share of the belief, 0 to 1; the rest falls to `nobody`: a shop that is not among them.

    So two candidates that are told alike share what one of them alone would have.
    """
    top = max([nobody, *scores])
    parts = [math.exp(one - top) for one in scores]
    whole = sum(parts) + math.exp(nobody - top)
    return [part / whole for part in parts]


def calibrated(share: float, bins: Sequence[tuple[float, float]]) -> float:
    """What a share is worth: the measured part of right answers among candidates of that share.

    `bins` are (from, worth), both ascending; without any it is the share itself.
    """
    at = bisect_right([start for start, _ in bins], share) - 1
    return bins[at][1] if at >= 0 else share if not bins else 0.0
