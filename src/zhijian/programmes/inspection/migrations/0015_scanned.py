from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspection", "0014_who_was_there")]

    operations = [
        migrations.AddField(
            "inspection",
            "scanned",
            models.DateTimeField(help_text="when our own code was last scanned, once a day", null=True),
        ),
    ]
