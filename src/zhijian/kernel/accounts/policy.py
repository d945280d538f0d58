"""The text of the row-security policy, once, for every table that has `area` and `entity_id`."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

VISIBLE = """(
    (area >= current_setting('zj.lo', true) AND area < current_setting('zj.hi', true)
     AND (current_setting('zj.scopes', true) = '' OR zj_in_scope(area, current_setting('zj.scopes', true))))
    OR entity_id = nullif(current_setting('zj.entity', true), '')::bigint
)"""


OURS = VISIBLE.split("    OR entity_id")[0] + ")"  # the same without the party's own rows


def protect(table: str, *, party: bool = True) -> str:
    """SQL that forces row security on `table`: unset settings show no row, and none can be moved out of scope.

    `party` False: rows that no enterprise ever sees, in a table without `entity_id`.
    """
    seen = VISIBLE if party else OURS
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY scope ON {table} USING {seen} WITH CHECK {seen};
    """


def window(signature: str, query: str, first: str = "") -> str:
    """SQL of a narrow window through row security: a function that runs one query as if everything were in scope.

    `signature` names the function, its argument and its OUT columns; `first` is done before the query. The scope is set
    and set back inside the body, since an ordinary role may not attach custom settings to a function.
    """
    return f"""
        CREATE FUNCTION {signature} RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
        DECLARE
            low text := coalesce(current_setting('zj.lo', true), '');
            high text := coalesce(current_setting('zj.hi', true), '');
            several text := coalesce(current_setting('zj.scopes', true), '');
        BEGIN
            {first}
            PERFORM set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true);
            RETURN QUERY {query};
            PERFORM set_config('zj.lo', low, true), set_config('zj.hi', high, true),
                set_config('zj.scopes', several, true);
        END $$;
    """


def owner_sees_all(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Put the whole city in scope of the owner's new connection (a receiver of Django's `connection_created`).

    Row security binds the owner too. A migration that changes rows would find none, and say nothing.
    """
    if connection.alias == "owner":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('zj.lo', '', false), set_config('zj.hi', '~', false), "
                "set_config('zj.scopes', '', false)"
            )
