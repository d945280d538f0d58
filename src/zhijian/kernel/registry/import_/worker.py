"""What runs in a checking process: one compiled checker, kept from batch to batch. No Django: it starts at once."""

from __future__ import annotations

from .mapping import Header, Mapping
from .rows import Checked, RowChecker

Areas = list[tuple[str, str, str, str]]  # code, name, short name, parent
Batch = list[tuple[int, str, list[str]]]  # row, sheet, cells

_kept: list[RowChecker] = []


def check(mapping: Mapping, header: Header, areas: Areas, batch: Batch) -> Checked:
    """Check a batch of rows of a table with that header."""
    if not _kept or _kept[0].header != header or _kept[0].mapping != mapping:
        _kept[:] = [RowChecker(mapping, header, areas)]
    return _kept[0].check(batch)
