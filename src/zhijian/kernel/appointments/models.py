"""Slots that an office or an officer offers, what was booked of them, and the secret addresses of calendars."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter


class Slot(models.Model):
    """A stretch of a day that an office offers for one kind of appointment, with so many places.

    Row security shows it to the staff of its area; an enterprise is shown what is free by code that knows its matter.
    """

    uid = models.UUIDField(unique=True, default=uuid7)
    area = models.CharField(max_length=16, db_collation=AREA)
    kind = models.CharField(max_length=40)
    officer = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, related_name="slots", db_index=False,
        help_text="whose time it is; empty: the office's",
    )  # fmt: skip
    place = models.CharField(max_length=200, blank=True, help_text="where; empty: at the enterprise's own place")
    day = models.DateField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was withdrawn")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("begins")), name="slot_ends_after"),
            models.CheckConstraint(condition=models.Q(capacity__gte=1, capacity__lte=200), name="slot_capacity"),
        ]
        indexes = [
            models.Index(fields=["area", "day", "id"], name="slot_area_day"),
            models.Index(fields=["officer", "day"], name="slot_officer_day"),
        ]


class Booking(models.Model):
    """One place of a slot, taken for an enterprise; mostly about one of its matters."""

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        MOVED = "moved", _("Moved to another time")
        CANCELLED = "cancelled", _("Cancelled")

    uid = models.UUIDField(unique=True, default=uuid7)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    area = models.CharField(max_length=16, db_collation=AREA)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name="bookings")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="bookings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    moved_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="moved_to")


class Feed(models.Model):
    """A secret address under which a person's own calendar program reads his calendar; it can be revoked.

    Only a digest of the secret is stored. Outside row security, since it is how the scope of the request is found.
    """

    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)
