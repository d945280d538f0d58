"""The matter (事项): one concrete table that holds everything a list needs.

The programme's own facts stand in a one-to-one record keyed by it, so lists and counts touch one table, and clocks,
timeline, files, papers and notices hang on it with real foreign keys (architecture, The Matter).
"""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import uuid7


class Matter(models.Model):
    """Whatever the bureau does about somebody: an inspection, a complaint, a case…"""

    class Urgency(models.IntegerChoices):
        NORMAL = 0, _("Normal")
        URGENT = 1, _("Urgent")
        CRITICAL = 2, _("Critical")

    uid = models.UUIDField(unique=True, default=uuid7)
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="matters", db_index=False)
    premises = models.ForeignKey("registry.Premises", models.PROTECT, null=True, related_name="matters")
    area = models.CharField(max_length=16, db_collation="C")
    state = models.CharField(max_length=30)
    assignee = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    second = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    urgency = models.SmallIntegerField(choices=Urgency.choices, default=Urgency.NORMAL)
    opened = models.DateTimeField()
    due = models.DateField(null=True, help_text="the nearest open clock's day; kept by the clock")
    due_at = models.DateTimeField(null=True, help_text="the moment on it, of a clock that counts hours or minutes")
    closed = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    partner = models.BooleanField(default=False, help_text="waits for a step of a partner department; kept by steps")
    kept_from = ArrayField(
        models.CharField(max_length=80),
        default=list,
        help_text="labels of actors who must not see it, whatever their posts (回避); row security keeps it from them",
    )
    flags = models.JSONField(default=list, help_text="what a person must look at: [{code, …}], see the field gateway")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], condition=~models.Q(number=""), name="matter_number")
        ]
        indexes = [
            models.Index(fields=["entity", "-opened", "-id"], name="matter_entity_newest"),
            models.Index(fields=["assignee", "due"], condition=models.Q(closed=None), name="matter_todo"),
            models.Index(fields=["second", "due"], condition=models.Q(closed=None), name="matter_todo_second"),
            models.Index(fields=["kind", "area", "-opened", "-id"], name="matter_newest"),
            models.Index(fields=["kind", "-opened", "-id"], name="matter_newest_city"),
            models.Index(fields=["kind", "state", "area", "due"], condition=models.Q(closed=None), name="matter_open"),
            models.Index(fields=["due", "area"], condition=models.Q(closed=None), name="matter_late"),
            models.Index(fields=["kind", "state", "due", "id"], condition=models.Q(closed=None), name="matter_board"),
            models.Index(
                fields=["kind", "state", "-opened", "-id"],
                condition=models.Q(closed__isnull=False),
                name="matter_board_over",
            ),
            models.Index(fields=["area", "-id"], condition=~models.Q(flags=[]), name="matter_in_doubt"),
            models.Index(fields=["area", "due"], condition=models.Q(partner=True), name="matter_partner"),
        ]

    came_from: str = ""  # the area in which it lay before the step that is being done; set by `perform`
    happening: dt.datetime | None = None  # when the step that is being done happened; set by `perform` for its guards

    def __str__(self) -> str:
        return self.number or self.title

    @property
    def day(self) -> dt.date:
        """The legal day as guards see it: of the step that is being done (it may be told later), else today."""
        return calendar.legal_day(self.happening) if self.happening else calendar.today()

    @property
    def file_entity_id(self) -> int | None:
        """The enterprise in whose file the entries, files and papers of the matter stand: nobody's where the matter is
        kept from it (who reported it might be guessed)."""
        return None if f"entity:{self.entity_id}" in self.kept_from else self.entity_id
