"""Of a service stands what it is about, who served it elsewhere, on which ground and where it was published.

What was tried in vain, and a public notice, say when no proof of them is on file; what shows that nobody knows where the
party is has files of its own.
"""

import zhijian.kernel.accounts.crypto
from django.db import migrations, models


def of_before(apps, schema_editor):
    """Rows of before: who was there and refused, what a notice rests on, and which proof is to be added."""
    run = schema_editor.execute
    run("SELECT set_config('zj.lo', '', true), set_config('zj.hi', '~', true), set_config('zj.scopes', '', true)")
    run(
        "UPDATE papers_service SET refused = true WHERE state = 'failed' AND way = 'direct' AND receiver IS NOT NULL"
    )
    run("UPDATE papers_service SET shown_files = files, files = '[]'::jsonb WHERE way = 'notice' AND missing")
    run(
        "UPDATE papers_service SET proof_due = true WHERE state = 'served' AND way = 'notice' AND files = '[]'::jsonb"
    )
    run(
        "UPDATE papers_service s SET proof_due = true WHERE s.state = 'failed' AND s.files = '[]'::jsonb"
        " AND NOT EXISTS (SELECT 1 FROM papers_service o WHERE o.paper_id = s.paper_id AND o.state = 'served'"
        " AND o.way <> 'notice')"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0013_proof_of_service'),
    ]

    operations = [
        migrations.AddField(
            model_name='service',
            name='cause',
            field=models.CharField(blank=True, help_text='what it is about, as it stands on the proof', max_length=200),
        ),
        migrations.AddField(
            model_name='service',
            name='ground',
            field=models.CharField(blank=True, help_text='passed on: the rule that is its ground', max_length=40),
        ),
        migrations.AddField(
            model_name='service',
            name='medium',
            field=models.CharField(blank=True, help_text='public notice: newspaper, site, board', max_length=12),
        ),
        migrations.AddField(
            model_name='service',
            name='refused',
            field=models.BooleanField(default=False, help_text='in vain: somebody was there and did not take it'),
        ),
        migrations.AddField(
            model_name='service',
            name='server',
            field=zhijian.kernel.accounts.crypto.EncryptedText(help_text='entrusted, passed on: who served it there, or passed it on', null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='shown_files',
            field=models.JSONField(default=list, help_text='uids of files: what shows `missing`'),
        ),
        migrations.AddField(
            model_name='service',
            name='unproven',
            field=models.CharField(blank=True, help_text='public notice: which proof of the tries is missing, and why', max_length=300),
        ),
        migrations.AlterField(
            model_name='service',
            name='proof_due',
            field=models.BooleanField(default=False, help_text='it counts, or was in vain, and its proof is not on file'),
        ),
        migrations.RunPython(of_before, migrations.RunPython.noop),
    ]
