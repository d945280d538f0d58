"""Row security on robots, counts and preferences; text messages that went out before are counted by office and month."""

from django.conf import settings
from django.db import migrations

from zhijian.kernel.accounts.policy import protect

# A preference is nobody's business but the person's own, and the system's, which tells him.
OWN = "('person:' || person_id = current_setting('zj.actor', true) OR current_setting('zj.actor', true) = 'system')"
PREFERENCE = f"""
    ALTER TABLE notices_preference ENABLE ROW LEVEL SECURITY;
    ALTER TABLE notices_preference FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON notices_preference USING {OWN} WITH CHECK {OWN};
"""


def count_what_went_out(apps, schema_editor):
    """What was sent before has its length, and no price."""
    schema_editor.execute(
        "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true)"
    )
    schema_editor.execute(
        "UPDATE notices_notice SET billed = area WHERE channel = 'sms' AND parts > 0 AND sent_at IS NOT NULL"
    )
    schema_editor.execute(
        "INSERT INTO notices_smsmonth (area, month, messages, parts, cost)"
        " SELECT billed, date_trunc('month', sent_at AT TIME ZONE %s)::date, count(*), sum(parts), 0"
        " FROM notices_notice WHERE billed <> '' GROUP BY 1, 2",
        [settings.TIME_ZONE],
    )


class Migration(migrations.Migration):
    dependencies = [("notices", "0007_channels"), ("matters", "0002_scope")]
    operations = [
        migrations.RunSQL(protect("notices_robot", party=False), migrations.RunSQL.noop),
        migrations.RunSQL(protect("notices_smsmonth", party=False), migrations.RunSQL.noop),
        migrations.RunSQL(PREFERENCE, migrations.RunSQL.noop),
        migrations.RunPython(count_what_went_out, migrations.RunPython.noop),
    ]
