"""Papers of phones whose clock was wrong: dated by the right time, with what stands on them beside it."""

from django.db import migrations

CITY = "SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true);"
MEND = """
UPDATE papers_paper p SET printed_at = p.at, at = p.at - i.clock_ahead
FROM inspection_inspection i
WHERE i.matter_id = p.matter_id AND i.clock_ahead IS NOT NULL AND p.printed_at IS NULL
  AND p.at = i.ended + i.clock_ahead AND p.data ? 'record';
"""
BACK = """
UPDATE papers_paper p SET at = p.printed_at, printed_at = NULL
FROM inspection_inspection i WHERE i.matter_id = p.matter_id AND p.printed_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("inspection", "0009_asking"), ("papers", "0008_printed_at")]
    operations = [migrations.RunSQL(CITY + MEND, CITY + BACK)]
