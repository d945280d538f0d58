"""Mappings: which column of somebody's table is which field of ours. Data of a pack (`mappings/NAME.toml`).

    title = "登记信息"            what the table is called; shown as it is
    source = "registration"       namespace of the source's own keys
    row_is = "entity"             what one row is: duplicates of it are reported (entity, premises, licence or a record)
    stops = ["合计"]              rows whose first filled cell begins so are left out
    [entity]  mode = "always"     "always": the file wins; "fill": only what we lack is taken from it
    columns = [{to = "code", from = ["统一社会信用代码"], as = "identity", scheme = "uscc", required = true}, …]
    [premises] [licence] [records.NAME]   likewise; `when` names a field without which a row has none of these
    [tables.status]               words and codes for `as = "choice"`; `table = "codes/equipment"` is the pack's own
    [areas] strip, suffixes       how this country's offices and places are called, see `AreaFinder`
    [shapes] person, address, firm  patterns by which such cells are known, see `shapes`
    ask_above = 0.2               a field that changes in a greater share of the known rows has to be confirmed

`from` is in order of preference; what the other columns say goes to `extra` where `to` is "extra.WORD".
`beside = "firm"`: where that field is filled this one should be, too (a firm's telephone); where it is not, the row is
taken with a note.
`out = "门店营业状态"` names the heading under which a field goes out where its first one is another field's, too. A
table that has such a heading is one of ours (`Header.ours`): each field is then read from the heading that it went out
under, and from no other, so that what goes out and comes in again changes nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from zhijian.kernel.packs import stack

from ..text import fold
from .areas import area_converter
from .convert import (
    Converter,
    choice_converter,
    constant_converter,
    date_converter,
    decimal_converter,
    identity_converter,
    licence_no_converter,
    list_converter,
    name_converter,
    phone_converter,
    text_converter,
)
from .sources import Refused

CONVERTERS: dict[str, Any] = {
    "text": text_converter,
    "name": name_converter,
    "identity": identity_converter,
    "licence_no": licence_no_converter,
    "choice": choice_converter,
    "date": date_converter,
    "phone": phone_converter,
    "decimal": decimal_converter,
    "list": list_converter,
    "area": area_converter,
    "constant": constant_converter,
}
FIELDS = {
    "entity": {
        "code", "old_code", "source_key", "name", "kind", "status", "representative", "phone", "address", "area",
        "industry", "established", "ended",
    },
    "premises": {
        "source_key", "name", "address", "area", "lat", "lon", "trade", "status", "contact", "phone", "risk",
    },
    "licence": {"kind", "number", "scope", "issued_by", "valid_from", "valid_until", "status"},
}  # fmt: skip
HEADER_ROWS = 20  # a header stands within these


class MappingError(ValueError):
    """A mapping file is wrong; says where."""


@dataclass(frozen=True)
class Column:
    """One field of a section and where it comes from."""

    to: str
    sources: tuple[str, ...]
    how: str
    spec: dict[str, Any]
    required: bool = False
    bad: str = "reject"  # or "warn": what cannot be read is left empty and noted
    out: str = ""  # the heading under which it goes out; empty: it has no column of its own


@dataclass(frozen=True)
class Section:
    """What a row gives: an entity, premises, a licence or a record of a programme."""

    kind: str
    columns: tuple[Column, ...]
    mode: str = "always"
    when: str = ""
    key: str = ""


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file."""

    name: str
    title: str
    source: str
    row_is: str
    sections: tuple[Section, ...]
    tables: dict[str, Any] = field(default_factory=dict)
    stops: tuple[str, ...] = ()
    area_words: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # strip, suffixes: see AreaFinder
    shapes: dict[str, str] = field(default_factory=dict)
    ask_above: float = 0.2

    @property
    def required_headers(self) -> list[tuple[str, ...]]:
        """The alternatives of each column without which the table is not this table."""
        found = [
            tuple(name for c in section.columns if c.to == to for name in c.sources)
            for section in self.sections
            for to in dict.fromkeys(c.to for c in section.columns if c.required)
        ]
        return [names for names in found if names]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every heading that it knows, as compared."""
        named = frozenset(header_word(n) for s in self.sections for c in s.columns for n in c.sources)
        return named | self.own_words

    @cached_property
    def own_words(self) -> frozenset[str]:
        """The headings that only a table of ours has, as compared."""
        columns = (c for s in self.sections for c in s.columns)
        return frozenset(header_word(c.out) for c in columns if c.out and c.out not in c.sources)

    def section(self, kind: str) -> Section | None:
        """The section of that kind, if the mapping has one."""
        return next((s for s in self.sections if s.kind == kind), None)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises MappingError with the place of what is wrong."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    sections = [_section(kind, raw[kind], path.name) for kind in FIELDS if kind in raw]
    sections += [_section(f"records.{k}", v, path.name) for k, v in raw.get("records", {}).items()]
    if not any(s.kind == "entity" for s in sections):
        raise MappingError(f"{path.name}: [entity] is missing")
    if raw.get("row_is") not in {s.kind.removeprefix("records.") for s in sections}:
        raise MappingError(f"{path.name}: row_is must name a section")
    words = raw.get("areas", {})
    named = {str(c.spec["table"]) for s in sections for c in s.columns if "/" in str(c.spec.get("table", ""))}
    return Mapping(
        name=path.stem,
        title=raw["title"],
        source=raw["source"],
        row_is=raw["row_is"],
        sections=tuple(sections),
        tables=raw.get("tables", {}) | {name: {code: code for code in stack().table(name)} for name in named},
        stops=tuple(raw.get("stops", ())),
        area_words=(tuple(words.get("strip", ())), tuple(words.get("suffixes", ()))),
        shapes=raw.get("shapes", {}),
        ask_above=float(raw.get("ask_above", 0.2)),
    )


def _section(kind: str, raw: dict[str, Any], file: str) -> Section:
    columns = []
    for spec in raw["columns"]:
        known = FIELDS.get(kind)
        if known is not None and spec["to"] not in known and not spec["to"].startswith("extra."):
            raise MappingError(f"{file}: [{kind}] has no field {spec['to']!r}")
        how = spec.get("as", "text")
        if how not in CONVERTERS:
            raise MappingError(f"{file}: [{kind}] {spec['to']}: no converter {how!r}")
        sources, required = tuple(spec.get("from", ())), spec.get("required", False)
        out = spec.get("out", sources[0] if sources else "")
        columns.append(Column(spec["to"], sources, how, spec, required, spec.get("bad", "reject"), out))
    given = {c.to for c in columns}
    if kind == "entity" and not given & {"code", "source_key"}:
        raise MappingError(f"{file}: [entity] needs code or source_key")
    key = "code" if "code" in given else "source_key" if "source_key" in given else ""
    return Section(kind, tuple(columns), raw.get("mode", "always"), raw.get("when", ""), key)


# -- the header -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def header_word(cell: str) -> str:
    """A heading as it is compared: without unit or remark in brackets, blanks, stars and case."""
    plain = re.sub(r"[(（\[【].*?[)）\]】]", "", cell)
    return fold(plain) or fold(cell)


@dataclass(frozen=True)
class Header:
    """Where the header ends (row number) and which column each heading has."""

    last_row: int
    words: tuple[str, ...]  # compared headings by column
    shown: tuple[str, ...]  # as written

    def places(self, mapping: Mapping, column: Column) -> list[int]:
        """Where a field stands: in a table of ours under its own heading alone, else under each that it may have."""
        return self.find((column.out,) if self.ours(mapping) and column.out else column.sources)

    def ours(self, mapping: Mapping) -> bool:
        """Whether the table went out of our register."""
        return not mapping.own_words.isdisjoint(self.words)

    def find(self, names: tuple[str, ...]) -> list[int]:
        """Columns that bear one of the names, in the names' order of preference."""
        found: list[int] = []
        for name in names:
            word = header_word(name)
            found += [i for i, w in enumerate(self.words) if w == word and i not in found]
        return found


def find_header(mapping: Mapping, rows: list[tuple[int, list[str]]]) -> Header | None:
    """The header among the first rows of a sheet (below a title, in one row or two); None when there is none.

    It is the row that has every required column and most of the known ones.
    """
    known = mapping.words
    best: tuple[int, Header] | None = None
    for i, (number, cells) in enumerate(rows[:HEADER_ROWS]):
        candidates = [Header(number, tuple(map(header_word, cells)), tuple(c.strip() for c in cells))]
        if i + 1 < len(rows):
            candidates.append(_two_rows(cells, rows[i + 1], known))
        for candidate in candidates:
            if all(candidate.find(names) for names in mapping.required_headers):
                score = len(known & set(candidate.words))
                if best is None or score > best[0]:
                    best = (score, candidate)
    return best[1] if best else None


def _two_rows(upper: list[str], below: tuple[int, list[str]], known: frozenset[str]) -> Header:
    """A header of two rows: a merged heading spans columns, its parts stand below."""
    number, lower = below
    words, shown, group = [], [], ""
    for i in range(max(len(upper), len(lower))):
        top = upper[i].strip() if i < len(upper) else ""
        part = lower[i].strip() if i < len(lower) else ""
        group = top or group
        choices = [part, group + part, top] if part else [top]
        text = next((c for c in choices if header_word(c) in known), part or top)
        words.append(header_word(text))
        shown.append(text)
    return Header(number, tuple(words), tuple(shown))


def known_words(mapping: Mapping, cells: Iterable[str]) -> frozenset[str]:
    """Which of the headings the mapping knows."""
    return mapping.words & set(map(header_word, cells))


def missing_headers(mapping: Mapping, rows: list[tuple[int, list[str]]]) -> Refused:
    """Why no header was found: the required columns that the likeliest row lacks."""
    likely = max((cells for _, cells in rows), key=lambda cells: len(known_words(mapping, cells)), default=[])
    have = set(map(header_word, likely))
    lacking = [names[0] for names in mapping.required_headers if not have & set(map(header_word, names))]
    found = [c.strip() for c in likely if c.strip()]
    return Refused("no_header", missing=list(dict.fromkeys(lacking)), found=found)


def header_notes(mapping: Mapping, header: Header) -> list[tuple[str, dict[str, Any]]]:
    """What the person should know of the headings: columns that nothing takes, headings that stand twice."""
    notes: list[tuple[str, dict[str, Any]]] = []
    unused = [
        shown for shown, word in zip(header.shown, header.words, strict=True) if word and word not in mapping.words
    ]
    if unused:
        notes.append(("unused_columns", {"columns": list(dict.fromkeys(unused))}))
    counts = Counter(word for word in header.words if word in mapping.words)
    for word, n in counts.items():
        if n > 1:
            notes.append(("twice", {"column": header.shown[header.words.index(word)], "n": str(n)}))
    return notes


def compile_column(column: Column, tables: dict[str, Any]) -> Converter:
    """The converter of a column with its tables."""
    return CONVERTERS[column.how](column.spec, tables)
