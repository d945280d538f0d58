"""Which row of a set takes an item, and where it goes by it: the first that fits and leads below where the item lies.

Pure: no Django, no I/O.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

OFFICE, DISTRICT = "office", "district"  # of the shop that is meant
STRAIGHT = "s"
SIGN = "~"  # between the parts of a row in an address
ROW = re.compile(r"(\w*)~(\w*)~(\w*)~(\w*)~([0-9])~(\w*)~(s?)(?:~(\w+))?", re.ASCII)


@dataclass(frozen=True)
class Row:
    """Conditions, all of which must hold (empty: none), and where to: OFFICE, DISTRICT, or the code of an area."""

    to: str
    kind: str = ""
    channel: str = ""
    category: str = ""  # or its beginning
    area: str = ""  # where the shop lies, else the item
    urgency: int = 0  # at least
    straight: bool = False  # passed on by itself; else only proposed
    hands: str = (
        ""  # and by itself into the hands of whoever of this role there holds the fewest; empty: the head assigns
    )

    @property
    def code(self) -> str:
        """The row as an address carries it."""
        straight = STRAIGHT if self.straight else ""
        parts = [self.kind, self.channel, self.category, self.area, str(self.urgency), self.to, straight]
        return SIGN.join([*parts, *([self.hands] if self.hands else [])])


def read(code: str) -> Row:
    """The row that an address carries. Raises ValueError for what is none."""
    found = ROW.fullmatch(code)
    if found is None:
        raise ValueError(f"{code!r} is no row")
    kind, channel, category, area, urgency, to, straight, hands = found.groups(default="")
    return Row(to, kind, channel, category, area, int(urgency), straight == STRAIGHT, hands)


@dataclass(frozen=True)
class Case:
    """What rows look at of an item. `shop`, `district`: the areas of the shop that is confirmed; empty for none."""

    kind: str
    channel: str
    category: str
    urgency: int
    area: str  # where it lies now
    shop: str = ""
    district: str = ""

    @property
    def place(self) -> str:
        """Where it happened, as far as it is known."""
        return self.shop or self.area


@dataclass(frozen=True)
class Found:
    """The row that takes an item, its place in the set from 1, and where it goes by it."""

    number: int
    row: Row
    area: str


def is_below(area: str, other: str) -> bool:
    """Whether an area lies within another one and is not that one."""
    return area != other and area.startswith(other)


def fits(row: Row, case: Case) -> bool:
    """Whether all conditions of the row hold."""
    return (
        row.kind in ("", case.kind)
        and row.channel in ("", case.channel)
        and case.category.startswith(row.category)
        and case.place.startswith(row.area)
        and case.urgency >= row.urgency
    )


def target(row: Row, case: Case) -> str:
    """Where the row sends the item; empty where it cannot be reached from where the item lies."""
    area = {OFFICE: case.shop, DISTRICT: case.district}.get(row.to, row.to)
    return area if is_below(area, case.area) else ""


def first(rows: Sequence[Row], case: Case) -> Found | None:
    """The first row that fits and leads somewhere; None: a person routes."""
    for number, row in enumerate(rows, 1):
        if fits(row, case) and (area := target(row, case)):
            return Found(number, row, area)
    return None


def covers(one: Row, other: Row) -> bool:
    """Whether `one` takes whatever `other` would take, wherever it lies."""
    return (
        one.kind in ("", other.kind)
        and one.channel in ("", other.channel)
        and other.category.startswith(one.category)
        and other.area.startswith(one.area)
        and one.urgency <= other.urgency
        and _reaches(one.to, other.to)
    )


def _reaches(one: str, other: str) -> bool:
    """Whether an item that can go to `other` can go to `one`. The shop's office lies in the shop's district."""
    if OFFICE in (one, other) or DISTRICT in (one, other):
        return one == other or (one, other) == (OFFICE, DISTRICT)
    return one.startswith(other)


def hidden(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """The rows that nothing can reach, each with the earlier one that takes all; by their places from 1."""
    found = []
    for n, row in enumerate(rows):
        by = next((m for m in range(n) if covers(rows[m], row)), None)
        if by is not None:
            found.append((n + 1, by + 1))
    return found
