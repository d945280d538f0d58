"""Outer numbers and calls are rows of an area that no enterprise ever sees: forced row security."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("evidence", "0002_guards")]
    operations = [
        migrations.RunSQL(protect("complaints_order", party=False), migrations.RunSQL.noop),
        migrations.RunSQL(protect("complaints_contact", party=False), migrations.RunSQL.noop),
    ]
