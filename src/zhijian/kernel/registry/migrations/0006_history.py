"""Changes of registration are written by the database, so that no writer can forget them; and are never changed.

Statement triggers with transition tables: an update of 600,000 rows writes its changes in one go, and one that changes
nothing costs nothing. An import says which run it is (`zj.run`, `zj.as_of`); the row of the file is found in its own
staging tables, which are there as long as it runs.
"""

from __future__ import annotations

from django.db import migrations


def trigger(table: str, kind: str, entity: str, premises: str, licence: str, values: str, watched: str) -> str:
    """SQL of the function and trigger of one table; `values` gives (what, old, new, fold, grams) from o and n."""
    columns = ", ".join(f"o.{c}" for c in watched.split())
    others = columns.replace("o.", "n.")
    return f"""
CREATE FUNCTION registry_history_{kind}() RETURNS trigger LANGUAGE plpgsql AS $fn$
DECLARE
  lines text := '(SELECT NULL::bigint AS id, NULL::bigint AS line) l';
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) THEN
    RETURN NULL;
  END IF;
  IF to_regclass('pg_temp.match_{kind}') IS NOT NULL AND to_regclass('pg_temp.stage_{kind}') IS NOT NULL THEN
    lines := '(SELECT m.id, s.line FROM pg_temp.match_{kind} m JOIN pg_temp.stage_{kind} s USING (k)) l';
  END IF;
  EXECUTE 'INSERT INTO registry_registrationchange
      (entity_id, premises_id, licence_id, what, old, new, fold, grams, day, run_id, line, at)
    SELECT DISTINCT ON (n.id, v.what) {entity}, {premises}, {licence}, v.what, v.old, v.new, v.fold, v.grams,
      nullif(current_setting(''zj.as_of'', true), '''')::date, nullif(current_setting(''zj.run'', true), '''')::bigint,
      l.line, now()
    FROM new_rows n JOIN old_rows o ON o.id = n.id AND ({columns}) IS DISTINCT FROM ({others})
    LEFT JOIN ' || lines || ' ON l.id = n.id
    CROSS JOIN LATERAL (VALUES {values}) v (what, old, new, fold, grams)
    WHERE v.old IS DISTINCT FROM v.new
    ORDER BY n.id, v.what, l.line DESC';
  RETURN NULL;
END $fn$;
CREATE TRIGGER history AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION registry_history_{kind}();
"""


def value(what: str, column: str, name: bool = False) -> str:
    """One row of VALUES. Inside a quoted string: quotes are doubled. A name keeps what it was searched by."""
    searched = "o.fold, o.grams" if name else "'''', NULL::integer[]"
    return f"(''{what}'', o.{column}::text, n.{column}::text, {searched})"


ENTITY = ", ".join(
    [value("name", "name", name=True), *[value(c, c) for c in ("code", "representative", "address", "status")]]
)
PREMISES = ", ".join([value("sign", "name", name=True), value("place_address", "address")])
LICENCE = ", ".join(
    [value("scope", "scope"), value("licence_status", "status"), value("valid_until", "valid_until")]
).replace("o.valid_until::text, n.valid_until::text", "coalesce(o.valid_until::text, ''''), coalesce(n.valid_until::text, '''')")

SQL = (
    trigger(
        "registry_entity", "entity", "n.id", "NULL::bigint", "NULL::bigint", ENTITY,
        "name code representative address status",
    )
    + trigger("registry_premises", "premises", "n.entity_id", "n.id", "NULL::bigint", PREMISES, "name address")
    + trigger(
        "registry_licence", "licence", "n.entity_id", "n.premises_id", "n.id", LICENCE, "scope status valid_until"
    )
    + """
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'zhijian_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON registry_registrationchange FROM zhijian_app;
  END IF;
END $$;
"""
)  # fmt: skip
UNDO = """
DROP TRIGGER history ON registry_entity;
DROP TRIGGER history ON registry_premises;
DROP TRIGGER history ON registry_licence;
DROP FUNCTION registry_history_entity, registry_history_premises, registry_history_licence;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_joins_and_history")]
    operations = [migrations.RunSQL(SQL, UNDO)]
