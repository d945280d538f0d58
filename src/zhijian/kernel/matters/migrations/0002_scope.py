"""Row-level security, forced, from the first migration: the range of the area code, the party's entity (stack.md)."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect

# Only ever a filter on rows that the range has found already, when somebody holds posts in several places.
IN_SCOPE = """
CREATE FUNCTION zj_in_scope(area text, scopes text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT 1 FROM unnest(string_to_array(scopes, ',')) AS s(r)
        WHERE area COLLATE "C" >= split_part(r, ':', 1) COLLATE "C"
          AND area COLLATE "C" < split_part(r, ':', 2) COLLATE "C"
    )
$$
"""

# A sequence for each kind, organ and year, made when its first number is asked for; owned by the owner of the tables.
NEXT_NUMBER = """
CREATE FUNCTION zj_next_number(kind text, organ text, year integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    name text := 'zj_number_' || md5(kind || '/' || organ || '/' || year);
BEGIN
    LOOP
        BEGIN
            RETURN nextval(name::regclass);
        EXCEPTION WHEN undefined_table THEN
            BEGIN
                EXECUTE format('CREATE SEQUENCE %I', name);
            EXCEPTION WHEN duplicate_table OR unique_violation THEN
                NULL;  -- somebody else made it meanwhile
            END;
        END;
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial")]
    operations = [
        migrations.RunSQL(IN_SCOPE, "DROP FUNCTION zj_in_scope(text, text)"),
        migrations.RunSQL(NEXT_NUMBER, "DROP FUNCTION zj_next_number(text, text, integer)"),
        migrations.RunSQL(protect("matters_matter"), migrations.RunSQL.noop),
    ]
