from django.db import migrations

# To ask for more time leads to a state of its own: on every list and to-do one sees what waits for an answer.
ASKING = """
UPDATE matters_matter m SET state = %s FROM inspection_rectification r
WHERE r.matter_id = m.id AND r.asked_until IS NOT NULL AND m.kind = 'rectification' AND m.state = %s
"""


class Migration(migrations.Migration):
    dependencies = [("inspection", "0008_readings"), ("matters", "0005_newest_by_opened")]
    operations = [migrations.RunSQL([(ASKING, ["asking", "ordered"])], [(ASKING, ["ordered", "asking"])])]
