"""Drawing by lot, pure: the same seed and the same pool give the same places, pairs and days, in any language.

Everything is ranked by SHA-256 of `seed:name` in hex, the lowest first. A place's name is its uid, an officer's at a
place `uid:certificate`. Nothing depends on the order in which the pool is read.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

UNGRADED = "none"
T = TypeVar("T")


def rank(seed: str, name: str) -> str:
    """The lot of a name: hex of SHA-256."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def digest(places: Sequence[Sequence[Any]], officers: Sequence[Sequence[Any]]) -> str:
    """SHA-256 of the pool: one line of JSON without spaces, [places, officers]."""
    return hashlib.sha256(
        json.dumps([places, officers], ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def share(n: int, percent: int) -> int:
    """How many of n: the percentage, rounded up, so that a share is never nobody.

    >>> share(10, 5), share(10, 0), share(10, 100)
    (1, 0, 10)
    """
    return -(-n * max(0, min(percent, 100)) // 100)


def chosen(seed: str, grades: Mapping[str, str], shares: Mapping[str, int]) -> list[str]:
    """The uids that are drawn of {uid: grade}, by their lots. A grade without a share has that of `none`."""
    by_grade: dict[str, list[str]] = defaultdict(list)
    for uid, grade in grades.items():
        by_grade[grade].append(uid)
    found: list[str] = []
    for grade, uids in by_grade.items():
        percent = int(shares.get(grade or UNGRADED, shares.get(UNGRADED, 0)))
        found += sorted(uids, key=lambda uid: rank(seed, uid))[: share(len(uids), percent)]
    return sorted(found, key=lambda uid: rank(seed, uid))


def pair(seed: str, uid: str, able: Iterable[str]) -> tuple[str, str] | None:
    """The two officers with the lowest lots at a place; None where fewer than two are able."""
    lots = sorted(set(able), key=lambda certificate: rank(seed, f"{uid}:{certificate}"))
    return (lots[0], lots[1]) if len(lots) > 1 else None


def spread(n: int, days: Sequence[T]) -> list[T]:
    """A day for each of n places: evenly over the days, in their order.

    >>> spread(4, ["Mon", "Tue"])
    ['Mon', 'Mon', 'Tue', 'Tue']
    """
    return [days[i * len(days) // n] for i in range(n)]
