"""What programmes declare in `exchange.py`: records that can be owed to a platform, and records taken from one.

A declaration says nothing of any platform: which one wants the record, in which columns and by when, is the pack's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.functional import Promise

if TYPE_CHECKING:
    from zhijian.kernel.matters.models import Matter

Text: TypeAlias = str | Promise
Row: TypeAlias = dict[str, Any]
KEY = "key"  # the value by which both sides know a record; every row has it
PLATFORM = "platform"  # of a row that is taken: the code of the platform that gave it


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a record: its ending (".pdf") and a function that reads it when it is packed."""

    ending: str
    read: Callable[[], bytes]


class Unfit(Exception):
    """A row that came in cannot be taken; says why and how to mend it, in the reader's language."""


@dataclass(frozen=True)
class Owing:
    """A record that can be owed: matters of `kinds`, from a step in `begins` on, until one in `ends`.

    `values` names what `row` tells (name → meaning); `changes` maps another kind of matter to a function that finds the
    owed one: its steps may change what was told. `key(matter, platform)` is how both know it; None: that platform is
    not owed it. `kept(matter, platform, number)` is told the other side's number.
    """

    record: str
    title: Text
    kinds: frozenset[str]
    begins: frozenset[str]
    values: Mapping[str, Text]
    row: Callable[[Matter], Row]
    ends: frozenset[str] = frozenset()
    key: Callable[[Matter, str], str | None] = field(default=lambda matter, platform: matter.number or str(matter.uid))
    files: Callable[[Matter], list[Attachment]] = field(default=lambda matter: [])
    changes: Mapping[str, Callable[[Matter], Matter | None]] = field(default_factory=dict)
    kept: Callable[[Matter, str, str], None] | None = None


@dataclass(frozen=True)
class Taking:
    """A record that can be taken: `take(row)` makes or changes the matter of it, and raises Unfit for what it can't.

    It runs in a transaction for each row and is asked again only when the row has changed. The row names the platform
    too (PLATFORM). `take_new(rows)`, where many come at once, takes those of rows with different keys that are new and
    say nothing unusual, and returns their matters by key. What it does is as `take` does it; what it leaves out is
    taken by that.
    """

    record: str
    title: Text
    values: Mapping[str, Text]
    take: Callable[[Row], Matter | None]
    take_new: Callable[[Sequence[Row]], Mapping[str, Matter]] = field(default=lambda rows: {})


_owed: dict[str, Owing] = {}
_taken: dict[str, Taking] = {}


def owes(record: str, title: Text, *, kinds: Iterable[str], **more: Any) -> Owing:
    """Declare a record that can be owed. Raises ValueError for a name that is taken."""
    more["begins"], more["ends"] = frozenset(more["begins"]), frozenset(more.get("ends", ()))
    made = Owing(record, title, frozenset(kinds), **more)
    if record in _owed or record in _taken:
        raise ValueError(f"two records are called {record}")
    _owed[record] = made
    return made


def takes(record: str, title: Text, **more: Any) -> Taking:
    """Declare a record that can be taken. Raises ValueError for a name that is taken."""
    made = Taking(record, title, **more)
    if record in _owed or record in _taken:
        raise ValueError(f"two records are called {record}")
    _taken[record] = made
    return made


@cache
def _load() -> bool:
    from zhijian.kernel.matters.catalogue import furniture

    furniture("exchange")  # what is declared is declared by importing
    return True


def owed() -> Mapping[str, Owing]:
    """Every record that can be owed, by name."""
    _load()
    return _owed


def taken() -> Mapping[str, Taking]:
    """Every record that can be taken, by name."""
    _load()
    return _taken
