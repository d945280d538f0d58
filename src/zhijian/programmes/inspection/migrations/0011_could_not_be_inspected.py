"""Visits that could not be made leave "closed", where they were counted, rated and drawn as if they had been."""

from django.db import migrations

CITY = "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true);"
# What was put right after a re-check in vain keeps `hindered`, too, but was visited before: it has its end.
APART = """
UPDATE matters_matter m SET state = 'hindered' FROM inspection_inspection i
WHERE i.matter_id = m.id AND m.kind = 'inspection' AND m.state = 'closed' AND i.hindered <> '' AND i.ended IS NULL;
"""
TOGETHER = "UPDATE matters_matter SET state = 'closed' WHERE kind = 'inspection' AND state = 'hindered';"


class Migration(migrations.Migration):
    dependencies = [("inspection", "0010_right_time_of_papers")]
    operations = [migrations.RunSQL(CITY + APART, CITY + TOGETHER)]
