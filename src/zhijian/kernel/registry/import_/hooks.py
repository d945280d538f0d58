"""Programmes take records out of an imported file without the kernel knowing them.

A mapping with `[records.inspection]` needs somebody who registered for "inspection"; programmes do so in their
`AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypedDict


class RecordRow(TypedDict):
    """A record with the rows of the registry that it belongs to."""

    line: int  # row in the file
    entity_id: int
    premises_id: int | None
    data: dict[str, Any]  # fields of the mapping's section, as text; `extra` is a dict


RecordImporter = Callable[[Iterator[RecordRow], str], dict[str, int]]

_importers: dict[str, RecordImporter] = {}


def register_record_importer(kind: str, fn: RecordImporter) -> None:
    """`fn(rows, source)` is called inside the import's transaction, after entities, premises and licences are merged.

    `rows` comes from a cursor on the server (any number fits into memory); `source` is the mapping's namespace. It must
    be idempotent (the same file again changes nothing) and returns counts for the report, e.g. {"new": 3, "same": 7}.
    """
    _importers[kind] = fn


def record_importer(kind: str) -> RecordImporter | None:
    """Who takes records of that kind."""
    return _importers.get(kind)
