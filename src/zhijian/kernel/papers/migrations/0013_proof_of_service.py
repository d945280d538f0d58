"""A service that counts, but whose signed proof is not on file, says so; of a notice the day of what shows its ground."""

import django.db.models.deletion
from django.db import migrations, models


def without_a_file(apps, schema_editor):
    """What was recorded by a typed name alone still waits for its signed proof."""
    schema_editor.execute(
        "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true)"
    )
    schema_editor.execute(
        "UPDATE papers_service SET proof_due = true WHERE state = 'served' AND files = '[]'::jsonb"
        " AND way IN ('direct', 'left', 'entrusted', 'passed_on')"
    )


def printed_anew(apps, schema_editor):
    """A typed name stood where the signature belongs: the proofs are made again when somebody next opens them."""
    schema_editor.execute("UPDATE papers_paper SET rendered = '' WHERE kind = 'service_receipt' AND rendered <> ''")


class Migration(migrations.Migration):
    dependencies = [("papers", "0012_own_template")]

    operations = [
        migrations.AddField("service", "shown_on", models.DateField(help_text="public notice: of which day is what shows `missing`", null=True)),
        migrations.AddField("service", "proof_due", models.BooleanField(default=False, help_text="it counts, but its signed proof is not on file yet")),
        migrations.AlterField("service", "confirmation", models.ForeignKey(help_text="to whose address it was sent; of a letter fixed when it is posted", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="services", to="papers.addressconfirmation")),
        migrations.RunPython(without_a_file, migrations.RunPython.noop),
        migrations.RunPython(printed_anew, migrations.RunPython.noop),
        migrations.AddIndex("service", models.Index(condition=models.Q(("proof_due", True)), fields=["area"], name="service_proof_due")),
    ]
