"""What did not pass must not run until it passes; pieces that were told so before bear it from now on."""

from django.db import migrations, models


def failed_before(apps, schema_editor):
    """Their day is counted anew by the nightly job."""
    schema_editor.execute(
        "UPDATE equipment_equipment SET failed_on = inspected_on, failed_what = 'inspection'"
        " WHERE conclusion = 'failed' AND inspected_on IS NOT NULL"
    )


class Migration(migrations.Migration):
    dependencies = [("equipment", "0003_in_time_by_the_day")]

    operations = [
        migrations.AddField(
            model_name="equipment",
            name="failed_on",
            field=models.DateField(
                help_text="until it passes: it must not run", null=True, verbose_name="did not pass on"
            ),
        ),
        migrations.AddField(
            model_name="equipment",
            name="failed_what",
            field=models.CharField(
                blank=True, choices=[("inspection", "inspection"), ("testing", "testing")], max_length=10,
                verbose_name="what it did not pass",
            ),
        ),
        migrations.AddField(
            model_name="equipment",
            name="failed_report",
            field=models.CharField(blank=True, max_length=60, verbose_name="report of it"),
        ),
        migrations.RunPython(failed_before, migrations.RunPython.noop),
    ]
