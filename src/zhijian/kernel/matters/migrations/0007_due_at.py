"""The moment of a clock of hours or minutes beside its day, also of the clocks that run already."""

from django.db import migrations, models

RUNNING = """
UPDATE matters_matter m SET due_at = first.due_at
FROM (SELECT DISTINCT ON (matter_id) matter_id, due, due_at FROM clock_clock
      WHERE stopped IS NULL AND due IS NOT NULL ORDER BY matter_id, due, due_at, id) first
WHERE first.matter_id = m.id AND first.due = m.due AND first.due_at IS NOT NULL AND m.closed IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("matters", "0006_kept_from"), ("clock", "0003_about_running")]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="due_at",
            field=models.DateTimeField(
                help_text="the moment on it, of a clock that counts hours or minutes", null=True
            ),
        ),
        migrations.RunSQL(RUNNING, migrations.RunSQL.noop),
    ]
