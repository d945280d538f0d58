"""Who asks after a paper is told when what was signed is in doubt: a flag of its matter that names the signed digest."""

from django.db import migrations

from zhijian.kernel.accounts.policy import window

COLUMNS = """OUT kind text, OUT number text, OUT organ text, OUT entity text, OUT at timestamptz, OUT state text,
        OUT digest text, OUT signed_digest text, OUT sealed boolean, OUT training boolean, OUT signed integer,
        OUT void_at timestamptz, OUT replaced_by text, OUT file_sha256 text"""
QUERY = """SELECT p.kind::text, p.number::text, p.organ::text, coalesce(e.name, '')::text, coalesce(p.printed_at, p.at),
            p.state::text, p.digest::text, p.signed_digest::text, p.sealed, p.training,
            jsonb_array_length(p.signatures), p.void_at, coalesce(r.number, '')::text,
            coalesce(f.blob_id, '')::text{more}
        FROM papers_paper p
        JOIN matters_matter m ON m.id = p.matter_id
        LEFT JOIN registry_entity e ON e.id = p.entity_id
        LEFT JOIN papers_paper r ON r.replaces_id = p.id
        LEFT JOIN evidence_file f ON f.id = p.file_id
        WHERE p.code = wanted"""
DOUBTED = ",\n            m.flags @> jsonb_build_array(jsonb_build_object('signed', p.signed_digest))"
DROP = "DROP FUNCTION zj_paper_by_code(text);"


def _window(columns: str, more: str) -> str:
    return DROP + window(f"zj_paper_by_code(wanted text, {columns})", QUERY.format(more=more))


class Migration(migrations.Migration):
    dependencies = [("papers", "0010_withdrawn_services"), ("matters", "0006_kept_from")]
    operations = [migrations.RunSQL(_window(f"{COLUMNS}, OUT doubted boolean", DOUBTED), _window(COLUMNS, ""))]
