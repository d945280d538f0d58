"""The categories of complaints and reports, their channels and kinds, as the place's pack names them.

A row's `code` is ours and stays; `source_code` is the platform's name. The table is data of the pack
(`complaints/categories.toml`), each row with the day since when it is used and whether its name was seen (V)
or not (K).
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from typing import Any

from zhijian.kernel.packs import PackError, stack

from .grams import LONGEST, SHORTEST, fold

TABLE = "complaints/categories"
LISTS = ("kind", "channel", "complaint_problem", "report_problem", "goods", "services")


@dataclass(frozen=True)
class Category:
    """One row. `of` is its list (one of LISTS); `parent` the code above it, empty on the first level.

    `since`, `until`: days on which it is used, both included. `words` are hints for the starting model, never verified.
    """

    code: str
    of: str
    label: str
    en: str
    since: dt.date
    verified: str
    parent: str = ""
    source_code: str = ""
    until: dt.date | None = None
    other: bool = False
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    note: str = ""

    def name(self, language: str) -> str:
        """What it is called in a language ("en…", or the pack's own for every other)."""
        return self.en if language.startswith("en") else self.label

    def used_on(self, day: dt.date) -> bool:
        """Whether it may be chosen on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Catalogue:
    """All rows by code, in the table's order."""

    rows: Mapping[str, Category] = field(default_factory=dict)

    def category(self, code: str) -> Category:
        """One row. Raises LookupError for a code that the place does not have."""
        try:
            return self.rows[code]
        except KeyError:
            raise LookupError(f"{TABLE}.toml has no category {code!r}") from None

    def listed(self, of: str, parent: str | None = "", day: dt.date | None = None) -> tuple[Category, ...]:
        """The rows of a list below `parent` (the first level by default; None: both levels), used on `day` if given."""
        return tuple(
            row
            for row in self.rows.values()
            if row.of == of and (parent is None or row.parent == parent) and (day is None or row.used_on(day))
        )

    def of_label(self, text: str, of: str, parent: str | None = None) -> str | None:
        """The code of a platform's label in a list (below `parent`, if given); None for one that is not known.

        The caller then takes `other(of)` and queues the label to be mapped. A label that stands on both levels is the
        first one; spaces, width and case do not count.
        """
        known = self._by_label.get((of, _plain(text)), ())
        return next((row.code for row in known if parent is None or row.parent == parent), None)

    def other(self, of: str) -> str | None:
        """The code to which what is unknown in a list goes until it is mapped; None where there is no such list."""
        return next((row.code for row in self.rows.values() if row.of == of and row.other), None)

    def words(self, of: str, parent: str | None = "") -> dict[str, tuple[str, ...]]:
        """The starting model's words by code; rows without words are left out."""
        return {row.code: row.words for row in self.listed(of, parent) if row.words}

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], tuple[Category, ...]]:
        found: dict[tuple[str, str], tuple[Category, ...]] = {}
        for row in sorted(self.rows.values(), key=lambda one: bool(one.parent)):
            for label in dict.fromkeys(_plain(one) for one in (row.label, row.source_code, *row.also) if one):
                found[row.of, label] = (*found.get((row.of, label), ()), row)
        return found


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def read(table: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """A pack's table as a catalogue. Raises PackError saying which row is wrong, and how."""
    unknown = set(table) - set(LISTS)
    if unknown:
        raise PackError(f"{TABLE}.toml: unknown lists {sorted(unknown)}")
    rows: dict[str, Category] = {}
    for of in LISTS:
        for code, raw in table.get(of, {}).items():
            where = f"{TABLE}.toml, {of}.{code}"
            if code in rows:
                raise PackError(f"{where}: the code stands in {rows[code].of} too")
            rows[code] = _row(code, of, raw, where)
    catalogue = Catalogue(rows)
    for row in rows.values():
        _fits(row, catalogue)
    for of in table:
        if sum(row.of == of and row.other for row in rows.values()) != 1:
            raise PackError(f"{TABLE}.toml, {of}: exactly one row needs other = true")
    return catalogue


def _row(code: str, of: str, raw: Mapping[str, Any], where: str) -> Category:
    unknown = set(raw) - {one.name for one in fields(Category)} | set(raw) & {"code", "of"}
    if unknown:
        raise PackError(f"{where}: unknown fields {sorted(unknown)}")
    lists = {key: tuple(raw.get(key, ())) for key in ("also", "words")}
    try:
        row = Category(**{"source_code": raw.get("label", ""), **raw, **lists, "code": code, "of": of})
    except TypeError as error:
        raise PackError(f"{where}: {error}") from error
    if not row.label or not row.en:
        raise PackError(f"{where}: label and en are needed")
    if not isinstance(row.since, dt.date) or not isinstance(row.until or row.since, dt.date):
        raise PackError(f"{where}: since and until are dates")
    if row.until and row.until < row.since:
        raise PackError(f"{where}: until lies before since")
    if row.verified not in ("V", "K"):
        raise PackError(f"{where}: verified must be V or K")
    for word in row.words:
        if not (SHORTEST <= len(word) <= LONGEST and fold(word).isalnum()):
            raise PackError(f"{where}: {word!r} must be of {SHORTEST} to {LONGEST} letters, without signs")
    return row


def _fits(row: Category, catalogue: Catalogue) -> None:
    """The row stands below one of its own list, and its names are not another's beside it."""
    where = f"{TABLE}.toml, {row.of}.{row.code}"
    above = catalogue.rows.get(row.parent)
    if row.parent and (above is None or above.of != row.of or above.parent):
        raise PackError(f"{where}: parent {row.parent!r} is no first-level row of {row.of}")
    if row.other and row.parent:
        raise PackError(f"{where}: what is unknown goes to a first-level row")
    for label in (row.label, row.source_code, *row.also):
        known = catalogue.of_label(label, row.of, row.parent)
        if known != row.code:
            raise PackError(f"{where}: {label!r} is also what {known} is called")


@cache
def _of(pack: str) -> Catalogue:
    return read(stack().table(TABLE)) if stack().files(f"{TABLE}.toml") else Catalogue()


def current() -> Catalogue:
    """The catalogue of the pack in force; empty where the place has none. Raises PackError."""
    return _of(stack().name)


def category(code: str) -> Category:
    """A row of the catalogue in force. Raises LookupError."""
    return current().category(code)


def of_label(text: str, of: str, parent: str | None = None) -> str | None:
    """The code of a platform's label in the catalogue in force, None if unknown: see `Catalogue.of_label`."""
    return current().of_label(text, of, parent)
