"""The views in the database: made anew by each `zhijian migrate`, so that they always fit the models and the pack."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from zhijian.kernel.figures.tables import Source, sources


def statements(source: Source) -> list[str]:
    """A view runs with the rights of who asks (security_invoker), so that row security holds inside it."""
    return [
        f'DROP VIEW IF EXISTS "{source.view}"',
        f'CREATE VIEW "{source.view}" WITH (security_invoker = true) AS {source.select}',
    ]


def make(using: str) -> list[str]:
    """Make every view whose tables are there; returns their names. Views of kinds that are gone are dropped."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        _drop(cursor)
        made = [source for source in sources().values() if there.issuperset(source.needs)]
        for source in made:
            for statement in statements(source):
                cursor.execute(statement)
    return [source.view for source in made]


def _drop(cursor: Any) -> None:
    cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public' AND starts_with(viewname, 'v_')")
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP VIEW "{name}"')


def before_migrate(using: str, plan: list[Any], **rest: Any) -> None:
    """For the signal `pre_migrate`: a column that a view stands on can't be altered; with nothing to do, all stays."""
    if using == "owner" and plan:
        with connections[using].cursor() as cursor:
            _drop(cursor)


def after_migrate(using: str, **rest: Any) -> None:
    """For the signal `post_migrate`."""
    if using == "owner":
        make(using)
