"""A refusal at the door is kept with its attempt, not over the record of the visit before; findings may become moot."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0011_could_not_be_inspected")]
    operations = [
        migrations.AddField(
            model_name="attempt",
            name="refused_reason",
            field=models.TextField(blank=True, default="", help_text="why its record bears no signature of the other side"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attempt",
            name="witness",
            field=models.CharField(blank=True, default="", help_text="who signed for that", max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attempt",
            name="no_witness",
            field=models.CharField(blank=True, default="", help_text="why nobody did", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="rectification",
            name="dropped",
            field=models.TextField(blank=True, default="", help_text="why it cannot be put right any more"),
            preserve_default=False,
        ),
    ]
