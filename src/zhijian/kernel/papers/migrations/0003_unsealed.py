from django.db import migrations, models


class Migration(migrations.Migration):
    """Papers that wait for the seal are found without reading those that have it."""

    dependencies = [("papers", "0002_scope")]

    operations = [
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                condition=models.Q(("sealed", False), ("state", "issued")),
                fields=["kind", "area"],
                name="paper_unsealed",
            ),
        ),
    ]
