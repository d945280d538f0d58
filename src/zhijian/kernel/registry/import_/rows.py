"""Checks rows and writes them as COPY text. Runs in worker processes: no Django, no database, everything picklable."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..door import new_door_code
from ..text import fold, search_columns
from .areas import AreaFinder
from .convert import Bad, Converter, Rich
from .mapping import Header, Mapping, Section, compile_column

UNTRUE = "to_come"  # no slip of writing: what it says has not happened, so the row is rejected wherever it stands

# Columns of the staging tables, in the order in which they are written.
SEARCH = ("fold", "grams", "initials", "name_key")
STAGED: dict[str, tuple[str, ...]] = {
    "entity": (
        "line", "k", "uid", "scheme", "code", "old_code", "source_key", "name", *SEARCH, "kind", "status",
        "representative", "phone", "address", "area", "industry", "established", "ended", "extra",
    ),
    "premises": (
        "line", "k", "entity_k", "uid", "door_code", "source_key", "name", *SEARCH, "address", "area", "lat", "lon",
        "trade", "status", "contact", "phone", "risk", "extra",
    ),
    "licence": (
        "line", "k", "entity_k", "premises_k", "uid", "kind", "number", "scope", "issued_by", "valid_from",
        "valid_until", "status", "extra",
    ),
    "record": ("line", "kind", "entity_k", "premises_k", "data"),
}  # fmt: skip
# Notes on what was read all the same; what else is noted was left empty.
TAKEN = frozenset({"code_repaired", "licence_check_digit", "month_only", "unreached"})
NULLABLE = frozenset({"established", "ended", "lat", "lon", "valid_from", "valid_until"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, or noted, in one cell."""

    column: str  # the heading as written
    value: str
    why: str  # a key of problems.REASONS
    detail: dict[str, str] = field(default_factory=dict)
    place: int = -1  # the column's place, from 0; -1 for none


@dataclass(slots=True)
class Checked:
    """What came of a batch: COPY text for each staging table, rejected rows and notes with their row and sheet."""

    copy: dict[str, bytes]
    rows: int
    rejected: list[tuple[int, str, list[str], list[Problem]]]
    noted: list[tuple[int, str, list[Problem]]]
    bad_columns: Counter[tuple[str, str]]  # (heading, why) → rows, to recognise swapped columns
    unread: Counter[tuple[str, str]]  # the same of rows that were taken without what stands in that column


def uuid7s(count: int) -> Iterator[str]:
    """UUIDv7 as 32 hexadecimal digits, with one clock reading and one call for random bits."""
    head = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | 0b10 << 62
    mask = (0xFFF << 64) | ((1 << 62) - 1)
    bits = secrets.token_bytes(10 * count)
    for i in range(0, 10 * count, 10):
        yield f"{head | (int.from_bytes(bits[i : i + 10], 'big') & mask):032x}"


def escape(value: str) -> str:
    """A value for COPY's text format."""
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\t" in value or "\r" in value:
        value = value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


class _SectionReader:
    """Reads one section's fields out of a row."""

    def __init__(self, mapping: Mapping, section: Section, header: Header, tables: dict[str, Any]) -> None:
        self.section = section
        self.plan: list[tuple[str, list[int], Converter, bool, bool]] = []
        needed = {c.to for c in section.columns if c.required}
        self.needed: dict[str, list[int]] = {}  # field → its columns in this file
        self.beside = [(c.to, str(c.spec["beside"])) for c in section.columns if "beside" in c.spec]
        for column in section.columns:
            if header.ours(mapping) and any(to == column.to for to, *_rest in self.plan):
                continue  # of several lines for one field only the first goes out
            places = header.places(mapping, column)
            if places or column.how == "constant":
                convert = compile_column(column, tables)
                self.plan.append((column.to, places, convert, column.bad == "warn", column.how == "area"))
                if column.to in needed:
                    self.needed.setdefault(column.to, []).extend(places)

    def read(self, cells: list[str], header: Header, bad: list[Problem], notes: list[Problem]) -> dict[str, Any]:
        """Field → value; problems go to `bad` (the row is rejected) or `notes`."""
        values: dict[str, Any] = {}
        width = len(cells)
        for to, places, convert, lenient, deepest in self.plan:
            if to in values:  # an earlier line of the mapping has filled it
                continue
            value = "" if places else convert("")
            for place in places:
                cell = cells[place] if place < width else ""
                if not cell:
                    continue
                try:
                    found = convert(cell)
                except Bad as problem:
                    (notes if lenient and problem.why != UNTRUE else bad).append(
                        Problem(header.shown[place], cell[:200], problem.why, problem.detail, place)
                    )
                    continue
                if type(found) is Rich:
                    if found.note:
                        notes.append(Problem(header.shown[place], cell[:200], found.note, place=place))
                    if found.extra:
                        values.setdefault("extra", {}).update(found.extra)
                if not deepest:
                    if found:
                        value = found
                        break
                elif len(found) > len(value):
                    value = found
            if value:
                if to.startswith("extra."):
                    values.setdefault("extra", {})[to[6:]] = value
                else:
                    values[to] = value
        for to, needed in self.needed.items():
            if to not in values and not any(b.place in needed for b in bad):
                place = needed[0] if needed else -1
                bad.append(Problem(header.shown[place] if needed else to, "", "missing", place=place))
        for to, other in self.beside:
            if other in values and to not in values:
                place = next(places[0] for name, places, *_rest in self.plan if name == other)
                notes.append(Problem(header.shown[place], str(values[other])[:200], "unreached", place=place))
        return values


class RowChecker:
    """Checks batches of one sheet under one mapping. `areas` are rows for `AreaFinder`."""

    def __init__(self, mapping: Mapping, header: Header, areas: list[tuple[str, str, str, str]]) -> None:
        self.mapping, self.header = mapping, header
        self.stops = tuple(map(fold, mapping.stops))
        tables = {**mapping.tables, "areas": AreaFinder(areas, *mapping.area_words)}
        self.readers = [_SectionReader(mapping, s, header, tables) for s in mapping.sections]
        self.scheme = next(
            (c.spec.get("scheme", "") for s in mapping.sections for c in s.columns if c.how == "identity"), ""
        )

    def check(self, batch: list[tuple[int, str, list[str]]]) -> Checked:
        """Check rows (number, sheet, cells)."""
        lines: dict[str, list[str]] = {kind: [] for kind in STAGED}
        rejected, noted = [], []
        columns, unread = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        uids, used = uuid7s(3 * len(batch)), 0
        for number, sheet, cells in batch:
            if self._skips(cells):
                continue
            used += 1
            bad: list[Problem] = []
            notes: list[Problem] = []
            values = {r.section.kind: r.read(cells, self.header, bad, notes) for r in self.readers}
            if bad:
                rejected.append((number, sheet, cells, bad))
                columns.update({(b.column, b.why) for b in bad})
                continue
            if notes:
                noted.append((number, sheet, notes))
                unread.update({(n.column, n.why) for n in notes if n.why not in TAKEN})
            self._write(number, values, lines, uids)
        copy = {kind: "".join(rows).encode() for kind, rows in lines.items() if rows}
        return Checked(copy, used, rejected, noted, columns, unread)

    def _skips(self, cells: list[str]) -> bool:
        """Blank rows, sums and signatures below the table, and a header that is repeated on each page."""
        first = next((c for c in cells if c and not c.isspace()), None)
        if first is None:
            return True
        if self.mapping.stops and fold(first).startswith(self.stops):
            return True
        return tuple(c.strip() for c in cells) == self.header.shown

    def _write(self, line: int, values: dict[str, dict[str, Any]], lines: dict[str, list[str]], uids: Any) -> None:
        """One row as a line of each staging table it gives something to."""
        entity_k = premises_k = ""
        for reader in self.readers:
            section = reader.section
            got = values[section.kind]
            if section.when and not got.get(section.when):
                continue
            if section.kind == "entity":
                code = got.get("code", "")
                scheme = code.scheme if type(code) is Rich else (self.scheme if code else "")
                entity_k = f"{scheme}:{code}" if code else got["source_key"]
                lines["entity"].append(self._line("entity", got, line, uids, k=entity_k, scheme=scheme))
            elif section.kind == "premises":
                premises_k = got["source_key"]
                lines["premises"].append(
                    self._line("premises", got, line, uids, k=premises_k, entity_k=entity_k, door_code=new_door_code())
                )
            elif section.kind == "licence":
                key = f"{got['kind']}:{got['number']}"
                made = self._line("licence", got, line, uids, k=key, entity_k=entity_k, premises_k=premises_k)
                lines["licence"].append(made)
            else:
                kind = section.kind.removeprefix("records.")
                data = json.dumps(got, ensure_ascii=False)
                lines["record"].append("\t".join((str(line), kind, escape(entity_k), premises_k, escape(data))) + "\n")

    def _line(self, kind: str, got: dict[str, Any], line: int, uids: Any, **more: str) -> str:
        extra = got.get("extra")
        row: dict[str, str] = {**got, **more, "line": str(line), "uid": next(uids)}
        row["extra"] = json.dumps(extra, ensure_ascii=False) if extra else "{}"
        if kind != "licence":
            person = got.get("representative" if kind == "entity" else "contact", "")
            row["fold"], marks, row["initials"], row["name_key"] = search_columns(
                got["name"], person, got.get("address", "")
            )
            row["grams"] = "{" + ",".join(map(str, marks)) + "}"
        elif not got.get("scope"):
            row["scope"] = "[]"
        out = [
            escape(value) if (value := row.get(column, "")) or column not in NULLABLE else "\\N"
            for column in STAGED[kind]
        ]
        return "\t".join(out) + "\n"
