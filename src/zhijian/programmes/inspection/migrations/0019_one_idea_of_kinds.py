"""What called for a visit was said beside its kind; now the kind says which grounds it may have.

A visit after a complaint or a clue is of that kind; a routine one with another ground was a special one.
"""

from django.db import migrations

FORWARD = """
UPDATE inspection_inspection SET purpose = 'complaint'
    WHERE outside IN ('complaint', 'clue') AND purpose IN ('routine', 'special');
UPDATE inspection_inspection SET purpose = 'special'
    WHERE outside IN ('accident', 'campaign', 'key_item') AND purpose = 'routine';
"""


class Migration(migrations.Migration):

    dependencies = [("inspection", "0018_kinds")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
