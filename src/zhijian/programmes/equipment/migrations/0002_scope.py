"""Maintenance visits are rows of an area: forced row security, as for all such tables."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect


class Migration(migrations.Migration):
    dependencies = [("equipment", "0001_initial"), ("evidence", "0002_guards")]
    operations = [migrations.RunSQL(protect("equipment_maintenance", party=False), migrations.RunSQL.noop)]
