"""What an import would change, field by field."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_code_end")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="findings",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
