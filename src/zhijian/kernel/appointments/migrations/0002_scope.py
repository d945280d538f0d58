"""Slots are seen by the staff of their area; a booking by them and by its enterprise."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_initial"), ("matters", "0002_scope")]
    operations = [
        migrations.RunSQL(protect("appointments_slot", party=False), migrations.RunSQL.noop),
        migrations.RunSQL(protect("appointments_booking"), migrations.RunSQL.noop),
    ]
