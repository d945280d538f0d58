"""The right time of a paper beside the one that stands on it; who holds it compares with what is printed."""

from django.db import migrations, models

from zhijian.kernel.accounts.policy import window

SHOWN = """zj_paper_by_code(wanted text,
        OUT kind text, OUT number text, OUT organ text, OUT entity text, OUT at timestamptz, OUT state text,
        OUT digest text, OUT signed_digest text, OUT sealed boolean, OUT training boolean, OUT signed integer,
        OUT void_at timestamptz, OUT replaced_by text, OUT file_sha256 text)"""
QUERY = """SELECT p.kind::text, p.number::text, p.organ::text, coalesce(e.name, '')::text, {at},
            p.state::text, p.digest::text, p.signed_digest::text, p.sealed, p.training,
            jsonb_array_length(p.signatures), p.void_at, coalesce(r.number, '')::text,
            coalesce(f.blob_id, '')::text
        FROM papers_paper p
        LEFT JOIN registry_entity e ON e.id = p.entity_id
        LEFT JOIN papers_paper r ON r.replaces_id = p.id
        LEFT JOIN evidence_file f ON f.id = p.file_id
        WHERE p.code = wanted"""


def _again(at: str) -> str:
    return window(SHOWN, QUERY.format(at=at)).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("papers", "0007_printing_and_blanks")]
    operations = [
        migrations.AddField(
            model_name="paper",
            name="printed_at",
            field=models.DateTimeField(help_text="stands on it instead, where its maker's clock was wrong", null=True),
        ),
        migrations.AlterField(
            model_name="paper",
            name="at",
            field=models.DateTimeField(help_text="when it was made (a phone may have been offline), by the right time"),
        ),
        migrations.RunSQL(_again("coalesce(p.printed_at, p.at)"), _again("p.at")),
    ]
