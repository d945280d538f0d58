"""What kind of thing a column holds, told by its values: to name two columns that were swapped. No Django."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .convert import clean, half_width
from .mapping import Header, Mapping

MOSTLY = 0.8  # of the filled cells
# The shape of what a converter reads.
EXPECTED = {"identity": "code", "licence_no": "licence", "name": "name", "date": "date", "phone": "phone"}

_CODE = re.compile(r"[0-9A-Z]{2}\d{6}[0-9A-Z]{10}|\d{15}")
_LICENCE = re.compile(r"(JY|SC|YB)\d{14}|[\u4e00-\u9fff]{1,3}[A-Z]{1,3}\d{6,12}")
_DATE = re.compile(r"(19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|(19|20)\d{6}")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}")
_SHAPES = {"code": _CODE, "licence": _LICENCE, "date": _DATE, "phone": _PHONE}


def shape(cell: str) -> str:
    """The kind of one value; "name" for words, "" for nothing that can be told."""
    text = half_width(clean(cell)).upper().replace(" ", "")
    for kind, pattern in _SHAPES.items():
        if pattern.fullmatch(text):
            return kind
    return "name" if sum(map(str.isalpha, text)) * 2 > len(text) else ""


def column_shape(rows: Sequence[Sequence[str]], place: int) -> str:
    """The kind that most filled cells of a column share, "" when they share none."""
    found = Counter(shape(row[place]) for row in rows if place < len(row) and row[place].strip())
    kind, count = found.most_common(1)[0] if found else ("", 0)
    return kind if count >= MOSTLY * sum(found.values()) else ""


def swapped_pair(mapping: Mapping, header: Header, rows: Sequence[Sequence[str]], wrong: str) -> dict[str, str] | None:
    """What to say when the column headed `wrong` and another hold each other's kind of value; None otherwise."""
    expected: dict[int, str] = {}
    for column in (c for section in mapping.sections for c in section.columns if c.how in EXPECTED):
        for found in header.find(column.sources):
            expected.setdefault(found, EXPECTED[column.how])
    place = next((i for i in expected if header.shown[i] == wrong), None)
    holds = column_shape(rows, place) if place is not None else ""
    if place is None or not holds or holds == expected[place]:
        return None
    for other, wanted in expected.items():
        if other != place and wanted == holds and column_shape(rows, other) == expected[place]:
            return {"column": wrong, "holds": holds, "other": header.shown[other], "other_holds": expected[place]}
    return None
