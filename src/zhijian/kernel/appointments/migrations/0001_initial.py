# The rows of this room.

import django.db.models.deletion
import zhijian.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('matters', '0006_kept_from'),
        ('registry', '0010_mention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=zhijian.kernel.ids.uuid7, unique=True)),
                ('area', models.CharField(db_collation='C', max_length=16)),
                ('kind', models.CharField(max_length=40)),
                ('place', models.CharField(blank=True, help_text="where; empty: at the enterprise's own place", max_length=200)),
                ('day', models.DateField()),
                ('begins', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('capacity', models.PositiveSmallIntegerField()),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, help_text='why it was withdrawn', max_length=300)),
                ('officer', models.ForeignKey(db_index=False, help_text="whose time it is; empty: the office's", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=zhijian.kernel.ids.uuid7, unique=True)),
                ('area', models.CharField(db_collation='C', max_length=16)),
                ('state', models.CharField(choices=[('booked', 'Booked'), ('moved', 'Moved to another time'), ('cancelled', 'Cancelled')], default='booked', max_length=10)),
                ('made_by', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='registry.entity')),
                ('matter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='matters.matter')),
                ('moved_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_to', to='appointments.booking')),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='appointments.slot')),
            ],
        ),
        migrations.AddIndex(
            model_name='slot',
            index=models.Index(fields=['area', 'day', 'id'], name='slot_area_day'),
        ),
        migrations.AddIndex(
            model_name='slot',
            index=models.Index(fields=['officer', 'day'], name='slot_officer_day'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='slot_ends_after'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__gte', 1), ('capacity__lte', 200)), name='slot_capacity'),
        ),
    ]
