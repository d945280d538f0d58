"""Where a figure is computed: the live database, or Parquet files with DuckDB. Both give the same numbers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from django.db import connection

from zhijian.kernel.figures.tables import sources

Row = tuple[Any, ...]


class Engine(Protocol):
    """Compiles Ibis expressions and runs them."""

    dialect: str

    def rows(self, sql: str) -> list[Row]:
        """Run a query that `compile_for` made."""


def compile_for(engine: Engine, expression: Any) -> str:
    """An Ibis expression as the engine's SQL."""
    return compiled(expression, engine.dialect)


def compiled(expression: Any, dialect: str) -> str:
    """An Ibis expression as SQL."""
    import ibis

    return str(ibis.to_sql(expression, dialect=dialect))


class Live:
    """PostgreSQL through Django's own cursor, in the running transaction with its scope.

    Ibis never gets the connection: it would change the session's zone and can roll back what it did not begin.
    """

    dialect = "postgres"

    def rows(self, sql: str) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()


class Snapshot:
    """DuckDB over the files of `snapshot.write`. It knows no row security: the viewer's ranges are in the SQL."""

    dialect = "duckdb"

    def __init__(self, folder: Path, threads: int = 2) -> None:
        import duckdb

        self.connection = duckdb.connect(":memory:", config={"threads": threads})
        for source in sources().values():
            file = folder / f"{source.name}.parquet"
            if file.exists():
                path = str(file).replace("'", "''")
                self.connection.execute(f"CREATE VIEW \"{source.view}\" AS SELECT * FROM read_parquet('{path}')")

    def rows(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()


def number(value: Any) -> int | Decimal:
    """A count or a sum as Python keeps it: engines differ in the type that they return."""
    if value is None:
        return 0
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() else exact
