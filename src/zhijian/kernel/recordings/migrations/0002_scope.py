"""Films and cameras are seen by the staff of their area only."""

from django.db import migrations

from zhijian.kernel.accounts.policy import protect


class Migration(migrations.Migration):
    dependencies = [("recordings", "0001_initial")]
    operations = [
        migrations.RunSQL(protect("recordings_camera", party=False), migrations.RunSQL.noop),
        migrations.RunSQL(protect("recordings_recording", party=False), migrations.RunSQL.noop),
    ]
