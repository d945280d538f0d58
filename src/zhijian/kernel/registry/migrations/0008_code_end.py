"""The end of a code is found as the end of a phone is."""

from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_map_cells")]

    operations = [
        migrations.AddIndex(
            model_name="entity",
            index=models.Index(Reverse("code"), condition=~models.Q(code=""), name="entity_code_end"),
        ),
    ]
