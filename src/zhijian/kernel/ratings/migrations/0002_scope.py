"""Ratings are seen by the staff of their area, never by those who are rated; a draw never changes."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect

# Restrictive: it only ever takes rows away. The system, which counts for an officer what he may know, is nobody's.
KEPT_FROM = """
CREATE POLICY kept_from ON ratings_rating AS RESTRICTIVE FOR SELECT USING (
    coalesce(current_setting('zj.actor', true), '') NOT IN
        (coalesce('person:' || officer_id, '-'), coalesce('person:' || second_id, '-'))
);
"""
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ratings_draw FOR EACH ROW EXECUTE FUNCTION zj_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'zhijian_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON ratings_draw FROM zhijian_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ratings", "0001_initial"), ("matters", "0006_kept_from"), ("evidence", "0002_guards")]
    operations = [
        migrations.RunSQL(protect("ratings_rating"), migrations.RunSQL.noop),
        migrations.RunSQL(KEPT_FROM, "DROP POLICY kept_from ON ratings_rating"),
        migrations.RunSQL(protect("ratings_draw", party=False), migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
    ]
