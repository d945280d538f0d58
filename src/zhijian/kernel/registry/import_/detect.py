"""Which mapping a table is for: the one whose columns its headings name best. No Django."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from .mapping import HEADER_ROWS, Mapping, find_header, known_words, missing_headers
from .sources import Refused, Row, Source, is_misread


def detect(source: Source, mappings: Iterable[Mapping]) -> Mapping:
    """The mapping that the first sheet with a known header is for. Raises Refused when none fits."""
    known = list(mappings)
    nearest: tuple[int, Mapping, list[tuple[int, list[str]]]] | None = None
    for head in _heads(source):
        fitting = [(score, m) for m in known if (score := _score(m, head)) > 0]
        if fitting:
            source.read = 0  # what was looked at is not yet read
            return max(fitting, key=lambda pair: pair[0])[1]
        for mapping in known:
            likeness = max(len(known_words(mapping, cells)) for _, cells in head)
            if nearest is None or likeness > nearest[0]:
                nearest = (likeness, mapping, head)
    if nearest is None:
        raise Refused("empty")
    if not nearest[0]:
        found = _first(nearest[2])
        if is_misread(source, found):
            raise Refused("odd_encoding", found=found)
        raise Refused("unknown_table", found=found, known=[m.title for m in known])
    lacking = missing_headers(nearest[1], nearest[2]).detail
    raise Refused("no_fit", title=nearest[1].title, **lacking)


def _first(head: list[tuple[int, list[str]]]) -> list[str]:
    """The filled cells of the row that has most of them."""
    cells = max((cells for _, cells in head), key=lambda cells: sum(1 for c in cells if c.strip()))
    return [c.strip() for c in cells if c.strip()]


def _score(mapping: Mapping, head: list[tuple[int, list[str]]]) -> int:
    """How many of the headings the mapping knows; 0 when a column that it needs is missing."""
    header = find_header(mapping, head)
    return len(known_words(mapping, header.shown)) if header else 0


def _heads(source: Source) -> Iterator[list[tuple[int, list[str]]]]:
    """The first filled rows of each sheet."""

    def sheet(row: Row) -> str:
        return row.sheet

    for _, group in groupby(source.rows(), key=sheet):
        head = [(row.number, row.cells) for row in islice(group, HEADER_ROWS)]
        if any(c.strip() for _, cells in head for c in cells):
            yield head
    source.read = 0
