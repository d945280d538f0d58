"""A partner department reads the issued papers of the matters that wait for it, and of no others."""

from django.db import migrations

POLICY = """
CREATE POLICY partner ON papers_paper FOR SELECT USING (
    coalesce(current_setting('zj.partner', true), '') <> '' AND state <> 'draft'
    AND EXISTS (
        SELECT FROM matters_matter m WHERE m.id = matter_id AND m.partner
        AND zj_in_scope(m.area, current_setting('zj.partner', true))
    )
);
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0008_printed_at"), ("matters", "0004_partner_scope")]
    operations = [migrations.RunSQL(POLICY, "DROP POLICY partner ON papers_paper")]
