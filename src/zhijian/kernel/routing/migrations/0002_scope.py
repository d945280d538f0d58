"""The order of a day is seen by the staff of the person's area."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial"), ("matters", "0002_scope")]
    operations = [migrations.RunSQL(protect("routing_dayorder", party=False), migrations.RunSQL.noop)]
