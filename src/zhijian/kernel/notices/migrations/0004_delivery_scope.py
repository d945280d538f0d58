"""Deliveries hold records of an area: row security as on everything else of it."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_webhooks"), ("matters", "0002_scope")]
    operations = [migrations.RunSQL(protect("notices_delivery", party=False), migrations.RunSQL.noop)]
