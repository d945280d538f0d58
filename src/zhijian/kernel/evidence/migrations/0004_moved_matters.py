"""An enterprise reads the entries of its own matters, also those written while the matter stood with another row.

After a merge the entries keep the row under which they happened, since the ledger is never rewritten; the matter itself
says whose they are now.
"""

from django.db import migrations

from zhijian.kernel.accounts.policy import VISIBLE

OWN = "actor = current_setting('zj.actor', true) AND actor <> 'public'"
MINE = "nullif(current_setting('zj.entity', true), '')::bigint"
MATTER = f"""{MINE} IS NOT NULL AND EXISTS (
    SELECT FROM matters_matter m WHERE m.id = matter_id AND m.entity_id = {MINE})"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_locked_tail"), ("matters", "0002_scope")]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY reading ON evidence_ledgerentry USING ({VISIBLE} OR ({OWN}) OR ({MATTER}))",
            f"ALTER POLICY reading ON evidence_ledgerentry USING ({VISIBLE} OR ({OWN}))",
        )
    ]
