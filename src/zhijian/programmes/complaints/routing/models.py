"""The sets of rows by which items are routed. A row of this table is one whole set."""

from __future__ import annotations

import pgtrigger
from django.db import models

from zhijian.kernel import when


class RouteSet(models.Model):
    """By which rows items are routed that arrived from a day on. Only added to.

    Of several the one that begins last holds, of the same day the one that was made last.
    """

    since = models.DateField()
    rows = models.JSONField(default=list, help_text="fields of routing.matching.Row, in their order")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [models.Index(fields=["since", "id"], name="route_set_since")]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="route_set_reason")]

    def __str__(self) -> str:
        return f"{self.since}"
