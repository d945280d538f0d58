"""Of a file that came back is kept what differs beside its fields, and of which older round it was."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0016_proof_of_arrival'),
    ]

    operations = [
        migrations.AddField(
            model_name='draftround',
            name='beside',
            field=models.JSONField(default=list, help_text='what differs beside the fields: [{ours, theirs}]'),
        ),
        migrations.AddField(
            model_name='draftround',
            name='older',
            field=models.PositiveSmallIntegerField(help_text='the round whose older file came back', null=True),
        ),
    ]
