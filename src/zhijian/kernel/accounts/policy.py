"""The text of the row-security policy, once, for every table that has `area` and `entity_id`."""

VISIBLE = """(
    (area >= current_setting('zj.lo', true) AND area < current_setting('zj.hi', true)
     AND (current_setting('zj.scopes', true) = '' OR zj_in_scope(area, current_setting('zj.scopes', true))))
    OR entity_id = nullif(current_setting('zj.entity', true), '')::bigint
)"""


def protect(table: str) -> str:
    """SQL that forces row security on `table`: unset settings show no row, and none can be moved out of scope."""
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY scope ON {table} USING {VISIBLE} WITH CHECK {VISIBLE};
    """
