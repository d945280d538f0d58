import datetime as dt
from typing import Any

from django.db import migrations, models

BEFORE = 99  # higher than any ladder


def over_already(apps: Any, schema_editor: Any) -> None:
    """What had run out before anybody was told of such things stands on the to-do pages; nobody is flooded with it."""
    now = dt.datetime.now(dt.UTC)
    late = models.Q(due__lt=now.date()) | models.Q(due_at__lt=now)
    rows = apps.get_model("clock", "Clock").objects.using(schema_editor.connection.alias)
    rows.filter(late, stopped=None).update(told=BEFORE)


class Migration(migrations.Migration):
    dependencies = [("clock", "0004_broken")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="told",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="how far up the ladder of warnings it was told of"
            ),
        ),
        migrations.RunPython(over_already, migrations.RunPython.noop),
    ]
