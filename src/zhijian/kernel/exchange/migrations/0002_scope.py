"""What is owed is seen by the staff of its area only; no enterprise ever sees it."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect

TABLES = ("owed", "batch", "batchrow", "arrival", "arrivalline", "taken")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial"), ("matters", "0002_scope")]
    operations = [
        migrations.RunSQL(protect(f"exchange_{table}", party=False), migrations.RunSQL.noop) for table in TABLES
    ]
