"""What was decided is only added to, and is seen by whoever sees the grade's matter."""

from django.db import migrations

TABLES = ("grading_held", "grading_event")
SEEN = "EXISTS (SELECT 1 FROM matters_matter m WHERE m.id = grading_id)"  # under the matters' own policy
POLICY = "".join(
    f"""
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY scope ON {table} USING ({SEEN}) WITH CHECK ({SEEN});
    """
    for table in TABLES
)
ONLY_ADDED = f"""
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'zhijian_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON {", ".join(TABLES)} FROM zhijian_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("grading", "0001_initial"), ("evidence", "0002_guards")]
    operations = [
        migrations.RunSQL(POLICY, migrations.RunSQL.noop),
        migrations.RunSQL(ONLY_ADDED, migrations.RunSQL.noop),
    ]
