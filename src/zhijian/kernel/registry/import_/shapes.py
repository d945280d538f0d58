"""What kind of thing a column holds, told by its cells before they are converted: names two that were swapped.

A converter takes any text for a name, a person or an address; that these stand under each other's headings shows only
in how their cells look. What an address or a person's name looks like is the country's (`[shapes]` of the mapping).
No Django.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..text import fold
from .convert import clean, half_width
from .mapping import Column, Header, Mapping

MARGIN = 0.5  # by which share of its cells more a column must look like the other one than like itself
FIRMS = 0.5  # share of the column of persons that firms make where the two are swapped
HARDLY = 0.2  # share of the column of names that are firms there, at most
FEW = 5  # cells from which on words (names, persons, addresses) say something
SAMPLE = 300  # rows that are looked at
KINDS = {"identity": "code", "licence_no": "licence", "name": "name", "date": "date", "phone": "phone"} | {
    "decimal": "number",
    "choice": "choice",
}
BY_FIELD = {"representative": "person", "contact": "person", "address": "address"}
WORDS = frozenset({"name", "person", "address"})

_CODE = re.compile(r"[0-9A-Z]{2}\d{6}[0-9A-Z]{10}|\d{15}")
_LICENCE = re.compile(r"(JY|SC|YB)\d{14}|[\u4e00-\u9fff]{1,3}[A-Z]{1,3}\d{6,12}")
_DATE = re.compile(r"(19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|(19|20)\d{6}")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}")
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?\D{0,3}")
_SHAPES = {"code": _CODE, "licence": _LICENCE, "date": _DATE, "phone": _PHONE, "number": _NUMBER}

Test = Callable[[str], bool]


@dataclass(frozen=True)
class Expected:
    """What stands in a column of the file: its kind and how a cell of it is known."""

    kind: str
    known: Test


def swapped_pair(mapping: Mapping, header: Header, rows: Sequence[Sequence[str]]) -> dict[str, str] | None:
    """What to say when two known columns hold each other's kind of value; None otherwise. `rows` as they were sent."""
    looks = _Looks(mapping)
    expected = {place: looks.of(column) for place, column in _columns(mapping, header).items()}
    cells = {place: [r[place] for r in rows[:SAMPLE] if place < len(r) and clean(r[place])] for place in expected}
    for one, other in combinations(sorted(expected), 2):
        own, theirs = expected[one], expected[other]
        if own is None or theirs is None or own.kind == theirs.kind:
            continue
        enough = FEW if {own.kind, theirs.kind} <= WORDS else 2
        if min(len(cells[one]), len(cells[other])) < enough:
            continue
        both = _gain(cells[one], own, theirs) >= MARGIN and _gain(cells[other], theirs, own) >= MARGIN
        if both or looks.turned({own.kind: cells[one], theirs.kind: cells[other]}):
            said = {"column": header.shown[one], "other": header.shown[other]}
            return said | {"holds": theirs.kind, "other_holds": own.kind}
    return None


def _gain(cells: list[str], own: Expected, other: Expected) -> float:
    """By which share more of the cells look like the other's than like their own."""
    return sum(other.known(c) - own.known(c) for c in cells) / len(cells)


def _columns(mapping: Mapping, header: Header) -> dict[int, Column]:
    """The known column of each place of the file; the first that says what it holds."""
    found: dict[int, Column] = {}
    for column in (c for section in mapping.sections for c in section.columns):
        if column.how in KINDS or column.to in BY_FIELD:
            for place in header.places(mapping, column):
                found.setdefault(place, column)
    return found


class _Looks:
    """How cells of each kind look under one mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.choices = frozenset(fold(str(key)) for table in mapping.tables.values() for key in table)
        patterns = {kind: re.compile(pattern) for kind, pattern in mapping.shapes.items()}
        self.firm = patterns.pop("firm", None)
        self.words = patterns

    def turned(self, cells: dict[str, list[str]]) -> bool:
        """Whether firms stand under the heading of persons, and hardly any under that of names.

        Single cells prove nothing: a household may be called like its owner, and no pattern knows every person (王某5).
        The whole column does: no register has its firms where the representatives are and none where the names are.
        """
        if self.firm is None or set(cells) != {"name", "person"}:
            return False
        share = {kind: sum(bool(self.firm.search(clean(c))) for c in some) / len(some) for kind, some in cells.items()}
        return share["person"] >= FIRMS and share["name"] < HARDLY

    def of(self, column: Column) -> Expected | None:
        """What a column holds; None where the mapping does not say how it looks."""
        kind = KINDS.get(column.how) or BY_FIELD[column.to]
        if kind == "choice":
            return Expected(kind, self._choice(column))
        if kind == "name":
            return Expected(kind, self._is_name)
        if kind in WORDS:
            return Expected(kind, lambda cell: self._is_words(kind, clean(cell))) if kind in self.words else None
        return Expected(kind, lambda cell: shape(cell) == kind)

    def _is_name(self, cell: str) -> bool:
        text = clean(cell)
        return shape(cell) == "name" and not any(self._is_words(kind, text) for kind in self.words)

    def _is_words(self, kind: str, text: str) -> bool:
        """A person or an address; 存续 is neither, though it could be somebody's name."""
        return bool(self.words[kind].search(text)) and fold(text) not in self.choices

    def _choice(self, column: Column) -> Test:
        words = [fold(str(key)) for key in self.mapping.tables[column.spec["table"]]]
        prefix = bool(column.spec.get("prefix"))
        # A code of one digit begins many a number.
        known, starts = frozenset(words), tuple(w for w in words if prefix and not w.isdigit())

        def is_one(cell: str) -> bool:
            folded = fold(clean(cell))
            return folded in known or (bool(starts) and folded.startswith(starts))

        return is_one


def shape(cell: str) -> str:
    """The kind of one value; "name" for words, "" for nothing that can be told."""
    text = half_width(clean(cell)).upper().replace(" ", "")
    for kind, pattern in _SHAPES.items():
        if pattern.fullmatch(text):
            return kind
    return "name" if sum(map(str.isalpha, text)) * 2 > len(text) else ""
