"""When each job ran last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0005_simulated_at")]

    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("name", models.CharField(db_collation="C", max_length=100, primary_key=True, serialize=False)),
                ("started", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("good", models.BooleanField()),
            ],
        ),
    ]
