"""Reconciliation as a pure function: what is here only, there only, in different states, different, or doubled."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

Code = Literal[
    "here_only",  # it went over, and is not there
    "there_only",  # it is there, and nothing here knows of it (or it was withdrawn)
    "there_untold",  # it is there, and here it is still to be reported
    "state",  # both have it, in different states
    "content",  # both have it, and it says something else there
    "doubled_there",
    "doubled_here",
]
CODES: tuple[Code, ...] = (
    "here_only", "there_only", "there_untold", "state", "content", "doubled_there", "doubled_here",
)  # fmt: skip
K = TypeVar("K")


@dataclass(frozen=True)
class Here(Generic[K]):
    """A record of ours: `told` whether it went over, `held` whether it still stands, `ref` names it for the caller."""

    key: str
    state: str
    told: bool
    held: bool = True
    sent: Mapping[str, str] = field(default_factory=dict)
    ref: K | None = None


@dataclass(frozen=True)
class There:
    """A row of their list: `state` is what theirs means here ("" for a word that nobody knows)."""

    key: str
    state: str
    sent: Mapping[str, str] = field(default_factory=dict)
    n: int = 0


@dataclass(frozen=True)
class Difference(Generic[K]):
    """Something that a person has to settle: at most one of each kind for a key."""

    code: Code
    key: str
    here: Here[K] | None = None
    there: There | None = None
    heads: tuple[str, ...] = ()


def agree(here: str, there: str) -> bool:
    """Whether two states are the same news: what was done there by hand is received, once they say so."""
    same = {"done_there": {"receipt", "exported"}, "exported": {"exported"}}
    return there == here or there in same.get(here, set())


def compare(ours: Iterable[Here[K]], theirs: Iterable[There]) -> list[Difference[K]]:
    """Every difference between the two lists, by key; nothing for a key on which both sides agree.

    Of a doubled key the first row of each side is compared as well. A record that changed since it went over (told, and
    to be reported again) is neither in a different state nor different there: that is known already. What was sent
    back need not be there.
    """
    here, there = _by_key(ours), _by_key(theirs)
    found: list[Difference[K]] = []
    for key in sorted(here.keys() | there.keys(), key=_as_counted):
        mine, other = here.get(key, []), there.get(key, [])
        if len(mine) > 1:
            found.append(Difference("doubled_here", key, mine[1], other[0] if other else None))
        if len(other) > 1:
            found.append(Difference("doubled_there", key, mine[0] if mine else None, other[1]))
        found += _of_key(key, mine[0] if mine else None, other[0] if other else None)
    return found


def _as_counted(key: str) -> list[str | int]:
    """A number as people sort it: “…2号” before “…10号”."""
    return [int(part) if n % 2 else part for n, part in enumerate(re.split(r"([0-9]{1,15})", key))]


def _by_key(rows: Iterable) -> dict[str, list]:
    found: dict[str, list] = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    return found


def _of_key(key: str, mine: Here[K] | None, other: There | None) -> list[Difference[K]]:
    if other is None:
        expected = mine is not None and mine.told and mine.held and mine.state != "sent_back"
        return [Difference("here_only", key, mine)] if expected else []
    if mine is None or not mine.held:
        return [Difference("there_only", key, mine, other)]
    if not mine.told:
        return [Difference("there_untold", key, mine, other)]
    if mine.state == "to_report":
        return []
    found: list[Difference[K]] = []
    if not agree(mine.state, other.state):
        found.append(Difference("state", key, mine, other))
    heads = tuple(head for head, digest in other.sent.items() if head in mine.sent and mine.sent[head] != digest)
    if heads:
        found.append(Difference("content", key, mine, other, heads))
    return found
