"""Forced row security on the outbox: staff of the area, the receiver, and the enterprise for what is told to it."""

from django.db import migrations

# Unlike a matter, a notice to staff about an enterprise's matter is none of the enterprise's business; and a notice
# reaches its receiver wherever his posts are.
VISIBLE = """(
    (area >= current_setting('zj.lo', true) AND area < current_setting('zj.hi', true)
     AND (current_setting('zj.scopes', true) = '' OR zj_in_scope(area, current_setting('zj.scopes', true))))
    OR (to_kind = 'entity' AND entity_id = nullif(current_setting('zj.entity', true), '')::bigint)
    OR (to_kind = 'person' AND 'person:' || person_id = current_setting('zj.actor', true))
)"""
POLICY = f"""
    ALTER TABLE notices_notice ENABLE ROW LEVEL SECURITY;
    ALTER TABLE notices_notice FORCE ROW LEVEL SECURITY;
    CREATE POLICY scope ON notices_notice USING {VISIBLE} WITH CHECK {VISIBLE};
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("matters", "0002_scope")]
    operations = [migrations.RunSQL(POLICY, migrations.RunSQL.noop)]
