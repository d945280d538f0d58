"""Entries of a matter that are the house's own (`ledger.record(inner=True)`): no enterprise reads them, whatever else it
may read of the matter. Restrictive: it only ever takes rows away."""

from django.db import migrations

POLICY = """
CREATE POLICY inner_ones ON evidence_ledgerentry AS RESTRICTIVE FOR SELECT USING (
    coalesce(current_setting('zj.entity', true), '') = '' OR NOT (data ? 'inner')
);
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0008_recordings")]
    operations = [migrations.RunSQL(POLICY, "DROP POLICY inner_ones ON evidence_ledgerentry")]
