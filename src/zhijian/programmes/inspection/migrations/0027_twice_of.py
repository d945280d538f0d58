"""A visit that both officers recorded is one visit: the second record names the first."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0026_registers"), ("matters", "0007_due_at")]

    operations = [
        migrations.AddField(
            model_name="inspection",
            name="twice_of",
            field=models.ForeignKey(
                db_index=False,
                help_text="the visit of which it is one more record; it is no visit of its own",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recorded_again",
                to="matters.matter",
            ),
        ),
        migrations.AddIndex(
            model_name="inspection",
            index=models.Index(
                condition=models.Q(twice_of__isnull=False), fields=["twice_of"], name="inspection_twice"
            ),
        ),
    ]
