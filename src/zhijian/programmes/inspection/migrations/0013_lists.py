import django.db.models.deletion
from django.db import migrations, models

# A visit that was recorded went by one list: that list's result is the visit's.
BY_LIST = """
INSERT INTO inspection_bylist (inspection_id, checklist_id, place, result, items_checked, failed, failed_key)
SELECT matter_id, checklist_id, 0, result, items_checked, failed, failed_key FROM inspection_inspection
WHERE checklist_id IS NOT NULL AND ended IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("inspection", "0012_refused_at_the_door")]

    operations = [
        migrations.AddField("checklist", "short", models.CharField(blank=True, default="", help_text="before its items' numbers, beside other lists", max_length=6), preserve_default=False),
        migrations.AddField("checklist", "licences", models.JSONField(default=list, help_text="kinds of licences, or kind:beginning of the number")),
        migrations.AddField("checklist", "industries", models.JSONField(default=list, help_text="beginnings of codes of industries")),
        migrations.AddField("publishedresult", "lists", models.JSONField(default=list, help_text="[{title, result}] of each list, where there were several")),
        migrations.AlterField("inspection", "checklist", models.ForeignKey(help_text="the list that was asked for; without one, all that are for the place", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="inspection.checklist")),
        migrations.CreateModel(
            name="ByList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(default=0, help_text="its place among the lists of the visit")),
                ("result", models.CharField(blank=True, choices=[("compliant", "Compliant"), ("basically_compliant", "Basically compliant"), ("non_compliant", "Non-compliant")], max_length=20)),
                ("items_checked", models.PositiveSmallIntegerField(default=0)),
                ("failed", models.PositiveSmallIntegerField(default=0)),
                ("failed_key", models.PositiveSmallIntegerField(default=0)),
                ("inspection", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lists", to="inspection.inspection")),
                ("checklist", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="inspection.checklist")),
            ],
            options={
                "ordering": ["place"],
                "constraints": [models.UniqueConstraint(fields=["inspection", "checklist"], name="by_list_once")],
            },
        ),
        migrations.RunSQL(BY_LIST, migrations.RunSQL.noop),
    ]
