"""What an import changes stands in the history, all of it: numbers, contact, area, trade, grade and days, too.

Before, only what makes a registration was kept. What a person changes has its own entry, so the fields that are new here
are written for imports alone (`zj.run`). Who is rung, and whom, is masked: the history is never changed, and a number
of a household's owner is his own.
"""

from __future__ import annotations

from django.db import migrations, models

MASK = (
    "CASE WHEN length({c}) >= 7 THEN left({c}, 3) || repeat(''*'', length({c}) - 5) || right({c}, 2) "
    "ELSE left({c}, 1) || repeat(''*'', greatest(length({c}) - 1, 0)) END"
)
OF_IMPORT = "nullif(current_setting(''zj.run'', true), '''') IS NOT NULL"


def always(what: str, column: str, name: bool = False) -> str:
    """A value whose change is kept, whoever wrote it. Inside a quoted string: quotes are doubled."""
    searched = "o.fold, o.grams" if name else "'''', NULL::integer[]"
    return (
        f"(''{what}'', coalesce(o.{column}::text, ''''), coalesce(n.{column}::text, ''''), {searched}, "
        f"o.{column} IS DISTINCT FROM n.{column})"
    )


def imported(what: str, column: str, shown: str = "coalesce({c}::text, '''')", more: str = "") -> str:
    """A value whose change is kept where an import wrote it."""
    old, new = (shown.format(c=f"{row}.{column}") for row in "on")
    changed = f"o.{column} IS DISTINCT FROM n.{column}" + (f" OR o.{more} IS DISTINCT FROM n.{more}" if more else "")
    return f"(''{what}'', {old}, {new}, '''', NULL::integer[], {OF_IMPORT} AND ({changed}))"


PIN = "coalesce(o.lat || '', '' || o.lon, '''')"
ENTITY = [
    always("name", "name", name=True),
    *[always(c, c) for c in ("code", "representative", "address", "status")],
    imported("number", "phone", MASK),
    *[imported(c, c) for c in ("area", "kind", "industry", "established", "ended")],
]
PREMISES = [
    always("sign", "name", name=True),
    always("place_address", "address"),
    imported("phone", "phone", MASK),
    imported("contact", "contact", MASK),
    imported("place_area", "area"),
    imported("place_status", "status"),
    *[imported(c, c) for c in ("trade", "risk")],
    imported("pin", "lat", more="lon").replace("coalesce(o.lat::text, '''')", PIN).replace(
        "coalesce(n.lat::text, '''')", PIN.replace("o.l", "n.l")
    ),
]  # fmt: skip
LICENCE = [
    always("scope", "scope"),
    always("licence_status", "status"),
    always("valid_until", "valid_until"),
    imported("valid_from", "valid_from"),
    imported("issued_by", "issued_by"),
]


def function(kind: str, entity: str, premises: str, licence: str, values: list[str], watched: str) -> str:
    """SQL of the function of one table; `values` gives (what, old, new, fold, grams, changed) from o and n."""
    columns = ", ".join(f"o.{c}" for c in watched.split())
    others = columns.replace("o.", "n.")
    return f"""
CREATE OR REPLACE FUNCTION registry_history_{kind}() RETURNS trigger LANGUAGE plpgsql AS $fn$
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
    CROSS JOIN LATERAL (VALUES {", ".join(values)}) v (what, old, new, fold, grams, changed)
    WHERE v.changed
    ORDER BY n.id, v.what, l.line DESC';
  RETURN NULL;
END $fn$;
"""


SQL = (
    function(
        "entity", "n.id", "NULL::bigint", "NULL::bigint", ENTITY,
        "name code representative address status phone area kind industry established ended",
    )
    + function(
        "premises", "n.entity_id", "n.id", "NULL::bigint", PREMISES,
        "name address phone contact area status trade risk lat lon",
    )
    + function(
        "licence", "n.entity_id", "n.premises_id", "n.id", LICENCE, "scope status valid_until valid_from issued_by"
    )
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("registry", "0016_numbers_in_one_form")]
    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.AlterField(
            "registrationchange",
            "what",
            models.CharField(
                choices=[
                    ("name", "name"),
                    ("code", "code"),
                    ("representative", "representative"),
                    ("address", "address"),
                    ("status", "status"),
                    ("sign", "sign over the door"),
                    ("place_address", "address of the place"),
                    ("scope", "licensed scope"),
                    ("licence_status", "status of the licence"),
                    ("valid_until", "valid until"),
                    ("number", "telephone of the enterprise"),
                    ("area", "area"),
                    ("kind", "kind"),
                    ("industry", "industry"),
                    ("established", "established"),
                    ("ended", "ended"),
                    ("phone", "business phone"),
                    ("contact", "contact"),
                    ("place_area", "area of the place"),
                    ("place_status", "whether it is open"),
                    ("trade", "trade"),
                    ("risk", "risk grade"),
                    ("pin", "place on the map"),
                    ("valid_from", "valid from"),
                    ("issued_by", "issued by"),
                ],
                max_length=16,
            ),
        ),
    ]
