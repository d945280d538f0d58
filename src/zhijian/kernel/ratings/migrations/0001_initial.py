# The rows of this room.

import django.db.models.deletion
import zhijian.kernel.accounts.crypto
import zhijian.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('evidence', '0005_aside'),
        ('matters', '0006_kept_from'),
        ('registry', '0010_mention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area', models.CharField(db_collation='C', max_length=16)),
                ('seed', models.CharField(max_length=64)),
                ('percent', models.PositiveSmallIntegerField()),
                ('population', models.JSONField(help_text='uids of the matters, sorted')),
                ('chosen', models.JSONField(help_text='uids of those drawn, in the order of the draw')),
                ('made_at', models.DateTimeField()),
                ('seal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sample', to='evidence.seal')),
            ],
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=zhijian.kernel.ids.uuid7, unique=True)),
                ('area', models.CharField(db_collation='C', max_length=16)),
                ('stars', models.PositiveSmallIntegerField(choices=[(1, 'Very dissatisfied'), (2, 'Dissatisfied'), (3, 'Neither'), (4, 'Satisfied'), (5, 'Very satisfied')])),
                ('words', zhijian.kernel.accounts.crypto.EncryptedText(null=True)),
                ('rated_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(null=True)),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='registry.entity')),
                ('matter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rated', to='matters.matter')),
                ('officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ReturnCall',
            fields=[
                ('matter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='return_call', serialize=False, to='matters.matter')),
                ('cause', models.CharField(choices=[('bad', 'A bad rating'), ('sample', 'Drawn for the sample')], max_length=6, verbose_name='cause')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries in vain')),
                ('last_try', models.DateField(null=True, verbose_name='last try')),
                ('satisfied', models.CharField(blank=True, choices=[('satisfied', 'Satisfied'), ('basically', 'Basically satisfied'), ('not', 'Not satisfied'), ('silent', 'Would not say')], max_length=10, verbose_name='answer')),
                ('words', zhijian.kernel.accounts.crypto.EncryptedText(null=True)),
                ('about', models.OneToOneField(help_text='the matter it asks about', on_delete=django.db.models.deletion.PROTECT, related_name='called_back', to='matters.matter')),
                ('rating', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='ratings.rating')),
            ],
        ),
        migrations.AddIndex(
            model_name='rating',
            index=models.Index(fields=['area', '-id'], name='rating_newest'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='rating_stars'),
        ),
    ]
