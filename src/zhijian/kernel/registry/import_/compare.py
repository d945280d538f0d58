"""What an update would change, field by field: how many rows, how many values would be replaced, and a few examples."""

from __future__ import annotations

import json
from typing import Any

from .rows import NULLABLE

EXAMPLES = 3
_NONE = "''"
_EMPTY = {"extra": "'{}'", "scope": "'[]'"}


def compare(cursor: Any, args: dict[str, Any], kind: str, source: str, new: dict[str, str]) -> list[dict[str, Any]]:
    """Changes of one table: [{kind, field, n, replaced, known, examples: [{of, old, new}]}], the greatest first.

    `source` are staged rows joined to the register's (`t`); `new` has the expression that will stand in each column.
    `replaced` counts values that were there before; filling what was empty overwrites nothing.
    """
    counted = ", ".join(
        f"count(*) FILTER (WHERE {_differs(c, e)}), count(*) FILTER (WHERE {_differs(c, e)} AND {_filled(c)})"
        for c, e in new.items()
    )
    cursor.execute(f"SELECT count(*), {counted} FROM {source}", args)
    known, *numbers = cursor.fetchone()
    found = []
    for (column, expression), n, replaced in zip(new.items(), numbers[::2], numbers[1::2], strict=True):
        if n:
            examples = _examples(cursor, args, kind, source, column, expression)
            told = {"kind": kind, "field": column, "n": n, "replaced": replaced, "known": known, "examples": examples}
            found.append(told)
    return sorted(found, key=lambda told: -told["n"])


def _differs(column: str, expression: str) -> str:
    return f't."{column}" IS DISTINCT FROM ({expression})'


def _filled(column: str) -> str:
    if column in NULLABLE or column.endswith("_id"):
        return f't."{column}" IS NOT NULL'
    return f't."{column}" <> {_EMPTY.get(column, _NONE)}'


def _examples(
    cursor: Any, args: dict[str, Any], kind: str, source: str, column: str, expression: str
) -> list[dict[str, str]]:
    """The first rows of the file that change this field; such as replace something before such as fill."""
    of = "t.number" if kind == "licence" else "t.name"
    old, new = (_shown(column, e) for e in (f't."{column}"', expression))
    cursor.execute(
        f"SELECT {of}, {old}, {new} FROM {source} WHERE {_differs(column, expression)} "
        f"ORDER BY NOT ({_filled(column)}), s.line LIMIT {EXAMPLES}",
        args,
    )
    rows = cursor.fetchall()
    if column == "extra":
        rows = [(of, *_parts(before, after)) for of, before, after in rows]
    return [{"of": of, "old": before or "", "new": after or ""} for of, before, after in rows]


def _shown(column: str, expression: str) -> str:
    """The value as text; of a link the name of what it leads to."""
    if column.endswith("_id"):
        table = f"registry_{column.removesuffix('_id')}"
        return f"(SELECT x.name FROM {table} x WHERE x.id = ({expression}))"
    return f"({expression})::text"


def _parts(before: str, after: str) -> tuple[str, str]:
    """Of two sets of other columns, what differs."""
    old, new = json.loads(before), json.loads(after)
    keys = [key for key in new if old.get(key) != new[key]]
    texts = ("; ".join(f"{key}: {side[key]}" for key in keys if key in side) for side in (old, new))
    return next(texts)[:200], next(texts)[:200]
