"""The order of somebody's day, as it was worked out or put by hand. One a person and day; the newest is kept."""

from __future__ import annotations

from django.db import models

from zhijian.kernel.accounts.models import AREA


class DayOrder(models.Model):
    """In which order a person goes to a day's matters. Row security shows it to the staff of his area."""

    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="day_orders", db_index=False)
    day = models.DateField()
    area = models.CharField(max_length=16, db_collation=AREA, help_text="of his home")
    order = models.JSONField(help_text="[matter's uid]")
    ways = models.JSONField(null=True, help_text="by roads: {keys, seconds, metres}; null: straight lines")
    by_hand = models.BooleanField(default=False)
    made_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_order_a_day")]
        indexes = [models.Index(fields=["area", "day"], name="day_order_area")]
