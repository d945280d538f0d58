"""An electronic service of which only words say that it arrived waits for its proof like the others."""

from django.db import migrations


def without_a_file(apps, schema_editor):
    """What was recorded by words alone waits for what shows the arrival."""
    schema_editor.execute(
        "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true)"
    )
    schema_editor.execute(
        "UPDATE papers_service SET proof_due = true WHERE state = 'served' AND way = 'electronic'"
        " AND files = '[]'::jsonb"
    )


class Migration(migrations.Migration):
    dependencies = [("papers", "0015_superseded")]

    operations = [migrations.RunPython(without_a_file, migrations.RunPython.noop)]
