"""Sets of routing rules, only added to."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import zhijian.kernel.when
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0007_caused_visits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RouteSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('rows', models.JSONField(default=list, help_text='fields of routing.matching.Row, in their order')),
                ('reason', models.CharField(max_length=300)),
                ('by_name', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField(default=zhijian.kernel.when.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['since', 'id'], name='route_set_since')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='route_set_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='routeset',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fee89867ed0cb1dcd3e7095773710263017ac352', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a9e7f', table='complaints_routeset', when='BEFORE')),
        ),
    ]
