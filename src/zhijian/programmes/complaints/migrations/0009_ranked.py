"""Who is meant is ranked as items come. Those that are here already are ranked when somebody looks, as before."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("complaints", "0008_routes"), ("matters", "0007_due_at")]

    operations = [
        migrations.AddField(
            model_name="trace",
            name="meant",
            field=models.JSONField(
                default=list, help_text="who may be meant, the likeliest first (complaints.proposals)"
            ),
        ),
        migrations.AddField("trace", "ranked", models.DateTimeField(null=True, default=timezone.now)),
        migrations.AlterField("trace", "ranked", models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="trace",
            name="ranked_from",
            field=models.CharField(blank=True, help_text="what was told, and how the register stood", max_length=120),
        ),
        migrations.AddIndex(
            model_name="trace",
            index=models.Index(condition=models.Q(("ranked", None)), fields=["matter"], name="trace_to_rank"),
        ),
    ]
