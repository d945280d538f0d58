"""Lists may be for the places at which something of a kind is registered, whatever their trade (equipment)."""

from django.db import migrations, models

KINDS = models.JSONField(default=list, help_text="kinds of what is registered at the premises, as equipment")


class Migration(migrations.Migration):
    dependencies = [("inspection", "0025_published_anew")]

    operations = [
        migrations.AddField("checklist", "registers", KINDS),
        migrations.AddField("listrule", "registers", KINDS.clone()),
    ]
