"""Pre-sealed blanks, one row for each sheet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7


class Blank(models.Model):
    """One blank sheet that bears the seal already: who holds it, and what became of it."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        USED = "used", _("Used")
        SPOILED = "spoiled", _("Spoiled")
        RETURNED = "returned", _("Returned unused")

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    organ = models.CharField(max_length=16, db_collation=AREA)
    area = models.CharField(max_length=16, db_collation=AREA, help_text="of the holder's own office")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="+")
    serial = models.CharField(max_length=40)
    holder = models.ForeignKey("accounts.Person", models.PROTECT, related_name="blanks")
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80, help_text="the actor's label")
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organ", "kind", "serial"], name="blank_serial_once"),
            models.CheckConstraint(
                condition=models.Q(state="held") | models.Q(changed_at__isnull=False), name="blank_fate_has_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="used") | models.Q(matter__isnull=False), name="blank_used_for_a_matter"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="spoiled") | ~models.Q(reason=""), name="blank_spoiled_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "state", "kind"], name="blank_holder"),
            models.Index(fields=["area", "issued_at"], name="blank_issued"),
            models.Index(fields=["area", "changed_at"], name="blank_changed"),
            models.Index(fields=["area", "holder"], name="blank_held", condition=models.Q(state="held")),
        ]
