"""Parquet files of the figures' views, all of one moment: for DuckDB here, or for a cluster."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.figures.tables import Source, sources


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction in which every table is read as of the same moment, as the system."""
    if connection.in_atomic_block:  # isolation can't be changed in the middle
        with scoped(SYSTEM):
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with scoped(SYSTEM):
            yield


def write(folder: Path) -> dict[str, int]:
    """Write one file for each view into `folder` (kept from other users of the machine); rows by name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    at = timezone.now()
    with _one_moment():
        counts = {source.name: _write(source, folder) for source in sources().values()}
    (folder / "snapshot.json").write_text(json.dumps({"at": at.isoformat(), "rows": counts}, indent=1))
    return counts


def _write(source: Source, folder: Path) -> int:
    """COPY the view out as CSV, which keeps NULL apart from the empty text, and let DuckDB write it as Parquet."""
    import duckdb

    plain, draft = folder / f".{source.name}.csv", folder / f".{source.name}.parquet"
    names = ", ".join(f'"{c.name}"' for c in source.columns)
    texts = ", ".join(f'"{c.name}"' for c in source.columns if c.kind == "string")
    options = "FORMAT csv, HEADER" + (f", FORCE_QUOTE ({texts})" if texts else "")
    try:
        with plain.open("wb") as out, connection.cursor() as cursor:
            os.chmod(plain, 0o600)
            # COPY of a query through a view is under row security like any other reading.
            with cursor.copy(f'COPY (SELECT {names} FROM "{source.view}") TO STDOUT ({options})') as copy:
                for block in copy:
                    out.write(block)
        with duckdb.connect(":memory:", config={"threads": 2}) as duck:
            types = ", ".join(f"'{c.name}': '{c.duck}'" for c in source.columns)
            duck.execute(
                f"COPY (SELECT * FROM read_csv('{_quoted(plain)}', header=true, delim=',', quote='\"', escape='\"',"
                f" nullstr='', allow_quoted_nulls=false, auto_detect=false, columns={{{types}}}))"
                f" TO '{_quoted(draft)}' (FORMAT parquet)"
            )
            rows = duck.execute(f"SELECT count(*) FROM read_parquet('{_quoted(draft)}')").fetchone()
        draft.replace(folder / f"{source.name}.parquet")
    finally:
        plain.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return int(rows[0]) if rows else 0


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
