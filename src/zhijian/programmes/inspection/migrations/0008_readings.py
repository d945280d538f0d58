from django.db import migrations, models


class Migration(migrations.Migration):
    """Room for what was measured of several kinds at one item."""

    dependencies = [("inspection", "0007_clock")]

    operations = [
        migrations.AlterField("answer", "value", models.CharField(blank=True, max_length=200)),
    ]
