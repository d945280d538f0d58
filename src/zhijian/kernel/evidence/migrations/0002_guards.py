"""The ledger is append-only by grant and by trigger; ledger and files are under forced row security."""

from django.db import migrations

from zhijian.kernel.accounts.policy import VISIBLE, protect, window

# The next link of a chain must be found even by an actor who may not read the subject's entries: numbers and digests only.
TAIL = window(
    "zj_ledger_tail(wanted text, OUT seq integer, OUT sha256 text, OUT sm3 text)",
    """SELECT e.seq::integer, e.sha256::text, e.sm3::text FROM evidence_ledgerentry e
        WHERE e.subject = wanted ORDER BY e.seq DESC LIMIT 1""",
)

LEDGER = f"""
    CREATE FUNCTION zj_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evidence_ledgerentry
        FOR EACH ROW EXECUTE FUNCTION zj_append_only();
    CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON evidence_ledgerentry
        FOR EACH STATEMENT EXECUTE FUNCTION zj_append_only();
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evidence_seal
        FOR EACH ROW EXECUTE FUNCTION zj_append_only();
    CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON evidence_seal
        FOR EACH STATEMENT EXECUTE FUNCTION zj_append_only();
    -- Personal values may be erased, never changed.
    CREATE TRIGGER erase_only BEFORE UPDATE ON evidence_ledgerpersonal
        FOR EACH ROW EXECUTE FUNCTION zj_append_only();

    ALTER TABLE evidence_ledgerentry ENABLE ROW LEVEL SECURITY;
    ALTER TABLE evidence_ledgerentry FORCE ROW LEVEL SECURITY;
    -- What somebody did himself he may read, wherever it was: he may write it there, and INSERT … RETURNING reads.
    CREATE POLICY reading ON evidence_ledgerentry FOR SELECT USING (
        {VISIBLE} OR (actor = current_setting('zj.actor', true) AND actor <> 'public'));
    CREATE POLICY writing ON evidence_ledgerentry FOR INSERT WITH CHECK (true);

    DO $$ BEGIN
        IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'zhijian_app') THEN
            REVOKE UPDATE, DELETE, TRUNCATE ON evidence_ledgerentry, evidence_seal FROM zhijian_app;
            REVOKE UPDATE, TRUNCATE ON evidence_ledgerpersonal FROM zhijian_app;
        END IF;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial"), ("matters", "0002_scope")]
    operations = [
        migrations.RunSQL(TAIL, "DROP FUNCTION zj_ledger_tail(text)"),
        migrations.RunSQL(LEDGER, migrations.RunSQL.noop),
        migrations.RunSQL(protect("evidence_file"), migrations.RunSQL.noop),
    ]
