"""The views make way for migrations, and are there again after them."""

from __future__ import annotations

from django.db import connections

from zhijian.kernel.figures import make_views


def views() -> set[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public' AND starts_with(viewname, 'v_')")
        return {name for (name,) in cursor.fetchall()}


def test_a_column_under_a_view_can_be_altered_by_a_migration(fresh_database):
    before = views()
    assert {"v_inspection", "v_rating", "v_return_call"} <= before
    make_views.before_migrate("owner", plan=[])
    make_views.before_migrate("default", plan=[("something", False)])
    assert views() == before, "nothing is to be done: they stay"
    make_views.before_migrate("owner", plan=[("something", False)])
    assert views() == set()
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE inspection_answer ALTER COLUMN item TYPE varchar(30)")
    make_views.after_migrate("owner")
    assert views() == before
