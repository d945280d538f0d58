"""Column types of the registry: the number of the transaction that wrote a row."""

from __future__ import annotations

from typing import Any

from django.db import models


class CurrentTransaction(models.Func):
    """`pg_current_xact_id()`: the 64-bit number of the transaction that writes the row; never wraps."""

    function = "pg_current_xact_id"
    arity = 0


class TransactionIdField(models.Field):
    """The transaction (xid8) that wrote a row last. Set by the database only: default on insert, trigger on update."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", CurrentTransaction())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Expressions (the database default) pass as they are; a number goes as text, which xid8 accepts."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return str(value)
