"""Row security on papers, and the one narrow window through which the public looks at them: by verification code."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect, window

# Who holds a paper must be able to check it, whoever he is: exact code only, and only what stands on its face.
BY_CODE = window(
    """zj_paper_by_code(wanted text,
        OUT kind text, OUT number text, OUT organ text, OUT entity text, OUT at timestamptz, OUT state text,
        OUT digest text, OUT signed_digest text, OUT sealed boolean, OUT training boolean, OUT signed integer,
        OUT void_at timestamptz, OUT replaced_by text, OUT file_sha256 text)""",
    """SELECT p.kind::text, p.number::text, p.organ::text, coalesce(e.name, '')::text, p.at,
            p.state::text, p.digest::text, p.signed_digest::text, p.sealed, p.training,
            jsonb_array_length(p.signatures), p.void_at, coalesce(r.number, '')::text,
            coalesce(f.blob_id, '')::text
        FROM papers_paper p
        LEFT JOIN registry_entity e ON e.id = p.entity_id
        LEFT JOIN papers_paper r ON r.replaces_id = p.id
        LEFT JOIN evidence_file f ON f.id = p.file_id
        WHERE p.code = wanted""",
)


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial"), ("matters", "0002_scope")]
    operations = [
        migrations.RunSQL(protect("papers_paper"), migrations.RunSQL.noop),
        migrations.RunSQL(BY_CODE, "DROP FUNCTION zj_paper_by_code(text)"),
    ]
