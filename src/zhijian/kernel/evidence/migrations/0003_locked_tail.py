"""The ledger's tail is locked and read by one call: every entry needs both.

The function is VOLATILE, so its query sees what was committed while it waited for the lock.
"""

from django.db import migrations

from zhijian.kernel.accounts.policy import window

SIGNATURE = "zj_ledger_tail(wanted text, OUT seq integer, OUT sha256 text, OUT sm3 text)"
TAIL = """SELECT e.seq::integer, e.sha256::text, e.sm3::text FROM evidence_ledgerentry e
        WHERE e.subject = wanted ORDER BY e.seq DESC LIMIT 1"""
DROP = "DROP FUNCTION zj_ledger_tail(text);"


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_guards")]
    operations = [
        migrations.RunSQL(
            DROP + window(SIGNATURE, TAIL, first="PERFORM pg_advisory_xact_lock(hashtextextended(wanted, 0));"),
            DROP + window(SIGNATURE, TAIL),
        ),
    ]
