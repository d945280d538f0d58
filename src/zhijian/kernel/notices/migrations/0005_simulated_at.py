"""The simulator notes the moment that is told of: now, or the one of a planted history."""

from django.db import migrations, models

import zhijian.kernel.when


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_delivery_scope")]
    operations = [
        migrations.AlterField(
            "simulatedmessage", "at", models.DateTimeField(default=zhijian.kernel.when.now)
        ),
    ]
