"""The register as Excel, in the columns in which it comes in: what goes out can be put right and sent back.

A kind of table (a mapping of the pack) says which columns there are; each is read backwards. A file of registrations
has a row for each enterprise, one of licences a row for each licence, as they came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.import_.mapping import Column, Mapping
from zhijian.kernel.registry.import_.runner import mappings
from zhijian.kernel.registry.models import Entity, Licence

BLOCK = 1_000  # rows that are held at once
SEARCH = ("grams", "fold", "initials")  # what only the search reads
Read = Callable[[Entity | Licence], Any]


def outgoing() -> dict[str, Mapping]:
    """The kinds of tables that go out as they come in: those whose row is an enterprise or a licence."""
    return {name: one for name, one in mappings().items() if one.row_is in ("entity", "licence")}


def headings(mapping: Mapping) -> list[str]:
    """The heading of each field, each once."""
    return list(_columns(mapping))


def rows(mapping: Mapping, actor: Actor) -> Iterator[list[Any]]:
    """The cells of every row of the actor's areas, a block at a time in memory."""
    reads = list(_columns(mapping).values())
    found = _entities(actor) if mapping.row_is == "entity" else _licences(mapping, actor)
    for row in found.iterator(chunk_size=BLOCK):
        yield [read(row) for read in reads]


def _entities(actor: Actor) -> QuerySet[Entity]:
    """Those that have a code: a place that was entered at its door has none yet, and no file could name it."""
    rows = Entity.objects.filter(area_filter(actor), merged_into=None).exclude(code="")
    return rows.defer(*SEARCH).order_by("pk")


def _licences(mapping: Mapping, actor: Actor) -> QuerySet[Licence]:
    section = mapping.section("licence")
    kind = next(one for one in section.columns if one.to == "kind") if section else None
    kinds = set(mapping.tables.get("licence_kind", {}).values()) if kind and kind.how == "choice" else set()
    kinds |= {kind.spec["value"]} if kind and kind.how == "constant" else set()
    found = Licence.objects.filter(area_filter(actor, "entity__area"), kind__in=kinds, entity__merged_into=None)
    heavy = [f"{of}__{name}" for of in ("entity", "premises") for name in SEARCH]
    return found.select_related("entity", "premises").defer(*heavy).order_by("pk")


def _columns(mapping: Mapping) -> dict[str, Read]:
    """Heading → how its cell is read. A heading is one field's, and is read back as that field (`Column.out`)."""
    own = mapping.section(mapping.row_is)
    sections = sorted(mapping.sections, key=lambda one: one is not own)
    found: dict[str, Read] = {}
    for section in sections:
        told = set()
        numbers = {one.out for one in section.columns if one.how in ("licence_no", "identity")}
        for column in section.columns:
            if not column.out or column.to in told:
                continue
            told.add(column.to)
            inferred = column.how == "choice" and column.out in numbers  # a kind that its number tells
            if column.out not in found and not inferred:
                found[column.out] = _reader(mapping, section.kind, column)
    return found


def _reader(mapping: Mapping, kind: str, column: Column) -> Read:
    words: dict[str, str] = {}
    for word, value in mapping.tables.get(column.spec.get("table", ""), {}).items():
        if value not in words or words[value].isdigit():  # a word rather than the code of a form
            words[value] = word

    def read(row: Entity | Licence) -> Any:
        of: Any = row if kind == mapping.row_is else getattr(row, kind, None)
        name = column.to.removeprefix("extra.")
        value = None if of is None else of.extra.get(name) if name != column.to else getattr(of, name)
        return _cell(column, value, words)

    return read


def _cell(column: Column, value: Any, words: dict[str, str]) -> Any:
    if value is None or isinstance(value, dt.date):
        return value
    if column.how == "list":
        return ";".join(value)
    if column.how == "area":
        return stack().areas[value].name if value in stack().areas else value
    return words.get(str(value), str(value))
