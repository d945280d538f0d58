"""What hangs on a person: each room says what he keeps there and how it goes to his successor.

Rooms register when they load. Everything runs as the system, in the transaction of the handover.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person

SHOWN = 200  # rows of a kind on the page
COUNTED = 1000


@dataclass(frozen=True)
class Row:
    """One thing kept, or several in one line: what it is, what is to be known of it, and where to look at it."""

    words: str
    note: str = ""
    url: str = ""
    tone: str = ""
    stands_for: int = 1


@dataclass(frozen=True)
class Keeping:
    """A kind of thing kept. `give` moves all of it and says how many; `note` says what becomes of it."""

    code: str
    label: str | Promise
    count: Callable[[Person], int]
    rows: Callable[[Person], list[Row]]
    give: Callable[[Person, Person, Actor, dt.datetime], int]
    note: str | Promise = ""
    order: int = 50


@dataclass(frozen=True)
class Part:
    """A kind as the page of the handover shows it."""

    keeping: Keeping
    count: int
    rows: list[Row]

    @property
    def more(self) -> bool:
        """Whether there is more than the rows tell."""
        return sum(row.stands_for for row in self.rows) < self.count

    @property
    def counted(self) -> str:
        """How many, bounded."""
        return f"{COUNTED:,}+" if self.count > COUNTED else f"{self.count:,}"


_kept: dict[str, Keeping] = {}


def keeps(
    code: str,
    label: str | Promise,
    count: Callable[[Person], int],
    rows: Callable[[Person], list[Row]],
    give: Callable[[Person, Person, Actor, dt.datetime], int],
    note: str | Promise = "",
    order: int = 50,
) -> None:
    """Register a kind of thing that somebody may keep."""
    _kept[code] = Keeping(code, label, count, rows, give, note, order)


def keepings() -> list[Keeping]:
    """Every kind, in order."""
    return sorted(_kept.values(), key=lambda one: (one.order, one.code))


def parts(person: Person) -> list[Part]:
    """All that hangs on him; kinds of which he keeps nothing are left out."""
    found = [(one, one.count(person)) for one in keepings()]
    return [Part(one, n, one.rows(person)) for one, n in found if n]
