"""A visit that an item called for: noted with the item, never with the visit."""

import django.db.models.deletion
from django.db import migrations, models

SEEN = """
    ALTER TABLE complaints_causedvisit ENABLE ROW LEVEL SECURITY;
    ALTER TABLE complaints_causedvisit FORCE ROW LEVEL SECURITY;
    CREATE POLICY scope ON complaints_causedvisit
        USING (EXISTS (SELECT 1 FROM matters_matter item WHERE item.id = of_id));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0006_handling_scope'),
        ('matters', '0007_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='CausedVisit',
            fields=[
                ('matter', models.OneToOneField(help_text='visit', on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='caused_by', serialize=False, to='matters.matter')),
                ('of', models.ForeignKey(help_text='the item', on_delete=django.db.models.deletion.PROTECT, related_name='caused', to='matters.matter')),
            ],
        ),
        migrations.RunSQL(SEEN, migrations.RunSQL.noop),
    ]
