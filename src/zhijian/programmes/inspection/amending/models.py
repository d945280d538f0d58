"""The versions of a visit that others took the place of."""

from __future__ import annotations

import pgtrigger
from django.db import models


class EarlierVersion(models.Model):
    """What a visit's record said before it was amended. The phone's bytes are kept beside it, its papers are void.

    Only added to: the version in force stands in the visit itself.
    """

    inspection = models.ForeignKey("inspection.Inspection", models.PROTECT, related_name="earlier")
    n = models.PositiveSmallIntegerField(help_text="1: as it was sent first")
    record_id = models.UUIDField(unique=True, help_text="the phone's record")
    record_digest = models.CharField(max_length=64)
    told = models.JSONField(help_text="result, findings, statement, answers: as the visit and its rows told them")
    amended_at = models.DateTimeField()
    amended_by = models.CharField(max_length=80, help_text="the actor's label")
    amended_by_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["n"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.UniqueConstraint(fields=["inspection", "n"], name="earlier_version_once")]

    def __str__(self) -> str:
        return f"{self.inspection_id} v{self.n}"
