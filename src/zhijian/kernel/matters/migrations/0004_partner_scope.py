"""A partner department sees, of its area, only the matters that wait for a step of its own."""

from django.db import migrations

POLICY = """
CREATE POLICY partner ON matters_matter FOR SELECT USING (
    partner AND coalesce(current_setting('zj.partner', true), '') <> ''
    AND zj_in_scope(area, current_setting('zj.partner', true))
);
CREATE POLICY partner_locks ON matters_matter FOR UPDATE USING (
    partner AND coalesce(current_setting('zj.partner', true), '') <> ''
    AND zj_in_scope(area, current_setting('zj.partner', true))
) WITH CHECK (false);
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_matter_partner")]
    operations = [
        migrations.RunSQL(POLICY, "DROP POLICY partner ON matters_matter; DROP POLICY partner_locks ON matters_matter")
    ]
