"""What was never reported on before is not asked about now: it is long over. From here on somebody sees to it."""

from django.db import migrations, models


def let_the_old_rest(apps, schema_editor):
    """Messages without a report of the time before are settled: their list begins empty."""
    schema_editor.execute(
        "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true)"
    )
    schema_editor.execute(
        "UPDATE notices_notice SET settled_at = now() WHERE arrival = 'unknown' AND settled_at IS NULL"
    )


class Migration(migrations.Migration):
    dependencies = [("notices", "0009_access")]
    operations = [
        migrations.RunPython(let_the_old_rest, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("arrival", "unknown"), ("settled_at", None)), fields=["-id"],
                name="notice_unreported",
            ),
        ),
    ]
