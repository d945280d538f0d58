"""Staging: temporary tables without index or log, which vanish with the transaction, however it ends."""

from __future__ import annotations

from typing import Any

from .rows import NULLABLE, STAGED

_TYPES = {
    "line": "integer",
    "uid": "uuid",
    "grams": "integer[]",
    "extra": "jsonb",
    "scope": "jsonb",
    "data": "jsonb",
    "established": "date",
    "ended": "date",
    "valid_from": "date",
    "valid_until": "date",
    "lat": "numeric(9,6)",
    "lon": "numeric(9,6)",
}
_KEYS = {"entity": "k, code", "premises": "k, entity_k", "licence": "k, entity_k, premises_k", "record": "entity_k"}
_BESIDE = {"entity": ("representative", "address"), "premises": ("contact", "address")}  # what `grams` hold, too
_TEXT = 'text COLLATE "C"'


class Stage:
    """The staging tables of one import, on one open transaction."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.drop()
        self.rows = dict.fromkeys(STAGED, 0)
        for kind, columns in STAGED.items():
            # Text compares by code point: keys are joined on, never shown.
            typed = ", ".join(f'"{c}" {_TYPES.get(c, _TEXT)}' for c in columns)
            cursor.execute(f"CREATE TEMP TABLE stage_{kind} ({typed}) ON COMMIT DROP")

    def drop(self) -> None:
        """Drop what an earlier import in the same transaction may have left (a commit would have)."""
        made = [f"{part}_{kind}" for kind in STAGED for part in ("stage", "dup", "merged", "match")]
        self.cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{name}' for name in made)}")

    def add(self, payloads: dict[str, bytes]) -> None:
        """COPY what a worker has made of a batch."""
        for kind, data in payloads.items():
            columns = ", ".join(f'"{c}"' for c in STAGED[kind])
            with self.cursor.copy(f"COPY stage_{kind} ({columns}) FROM STDIN") as copy:
                copy.write(data)
            self.rows[kind] += data.count(b"\n")

    def analyse(self) -> None:
        """Tell the planner how big the tables are and how the keys are spread."""
        for kind, columns in _KEYS.items():
            if self.rows[kind]:
                self.cursor.execute(f"ANALYZE stage_{kind} ({columns})")

    def merge_duplicates(self, kind: str) -> tuple[int, list[tuple[str, int, int, int]]]:
        """Make one row of several with the same key: the last one, what it leaves empty filled from those before.

        Returns how many rows went into others, and (key, first row, last row, how many) of the first 1,000 keys.
        """
        self.cursor.execute(
            f"CREATE TEMP TABLE dup_{kind} ON COMMIT DROP AS "
            f"SELECT k, min(line) AS first, max(line) AS last, count(*) AS n "
            f"FROM stage_{kind} GROUP BY k HAVING count(*) > 1"
        )
        if not self.cursor.rowcount:
            return 0, []
        merged = ", ".join(f'{_merged(c, _BESIDE.get(kind, ()))} AS "{c}"' for c in STAGED[kind])
        self.cursor.execute(
            f"CREATE TEMP TABLE merged_{kind} ON COMMIT DROP AS "
            f"SELECT {merged} FROM stage_{kind} s JOIN dup_{kind} USING (k) GROUP BY k"
        )
        self.cursor.execute(f"DELETE FROM stage_{kind} s USING dup_{kind} d WHERE s.k = d.k")
        before = self.cursor.rowcount
        self.cursor.execute(f"INSERT INTO stage_{kind} SELECT * FROM merged_{kind}")
        gone = before - self.cursor.rowcount
        self.rows[kind] -= gone
        self.cursor.execute(f"SELECT k, first, last, n FROM dup_{kind} ORDER BY first LIMIT 1000")
        return gone, self.cursor.fetchall()


def _merged(column: str, beside: tuple[str, ...]) -> str:
    """The aggregate that gives a merged row's value of one column."""
    if column == "k":
        return "k"
    if column == "extra":
        each = "unnest(array_agg(extra ORDER BY line)) AS e, jsonb_each(e)"
        return f"coalesce((SELECT jsonb_object_agg(key, value) FROM {each}), '{{}}')"
    if column == "grams":  # arrays of different lengths do not aggregate
        return "(array_agg(grams::text ORDER BY line DESC))[1]::integer[]"
    if column == "fold" and beside:  # emptied where person or address come from another row: see `Merge._refresh`
        elsewhere = " OR ".join(f"{_last(other)} = ''" for other in beside)
        return f"CASE WHEN {elsewhere} THEN '' ELSE {_last(column)} END"
    if column in ("line", "uid", "door_code", "initials", "name_key", "scope"):
        return _last(column)
    filled = "IS NOT NULL" if column in NULLABLE else "<> ''"
    empty = "" if column in NULLABLE else ", ''"
    first = f'(array_agg("{column}" ORDER BY line DESC) FILTER (WHERE "{column}" {filled}))[1]'
    return f"coalesce({first}{empty})" if empty else first


def _last(column: str) -> str:
    return f'(array_agg("{column}" ORDER BY line DESC))[1]'
