import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0011_awaits_examination")]

    operations = [
        migrations.AddField("paper", "template", models.ForeignKey(db_index=False, help_text="the office's own, in whose words it is printed; none: the official layout", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="papers.papertemplate")),
    ]
