"""Many new rows of a model by one statement: a JSON text that PostgreSQL unfolds.

`bulk_create` composes each value into the statement by Python, which costs more than writing it. Rows keep their order,
and get their ids from the column's own default (seals of the ledger rely on it).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, connections, models
from psycopg import Binary
from psycopg.types.json import Json, Jsonb


def insert_all(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model that are not there yet. Signals are not sent, as by `bulk_create`."""
    if not rows:
        return
    model, real = type(rows[0]), connections["default"]  # the proxy's lookup costs a twentieth of the time
    own = model._meta.pk
    fields = [f for f in model._meta.concrete_fields if f is not own or f.is_relation]
    told = []
    for row in rows:
        for field in fields:
            if field.is_relation and field.is_cached(row) and (other := field.get_cached_value(row)) is not None:
                setattr(row, field.attname, other.pk)  # it may have been written since it was put there
        told.append({f.column: f.get_db_prep_save(f.pre_save(row, True), real) for f in fields})
    names = ", ".join(f'"{f.column}"' for f in fields)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {names} FROM json_populate_recordset(NULL::"{table}", %s::json)'
            f' RETURNING "{own.column}"',
            [json.dumps(told, ensure_ascii=False, default=_plain)],
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding, row._state.db = pk, False, "default"


def _plain(value: Any) -> Any:
    """A value as PostgreSQL reads it from a text. Raises TypeError for what it would not."""
    if isinstance(value, Json | Jsonb):
        return value.obj
    if isinstance(value, Binary):
        return "\\x" + bytes(value.obj).hex()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{value!r} is no column's value")
