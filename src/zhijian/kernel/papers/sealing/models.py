"""Requests for the seal, and what came of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7


class SealRequest(models.Model):
    """Somebody asks for the seal on one paper. `uid` is the key under which an e-seal service seals it once only."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        GRANTED = "granted", _("Being sealed")
        SEALED = "sealed", _("Sealed")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("The e-seal service did not do it")

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    paper = models.ForeignKey("papers.Paper", models.PROTECT, related_name="seal_requests")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=16, db_collation=AREA)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    note = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, help_text="stands on the paper as the day of the seal")
    answer = models.CharField(max_length=300, blank=True, help_text="why it was refused, or what the service said")
    provider = models.CharField(max_length=20, blank=True)
    serial = models.CharField(max_length=80, blank=True, help_text="the service's own number of this seal")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper"], condition=models.Q(state__in=["asked", "granted"]), name="seal_request_one_open"
            )
        ]
        indexes = [
            models.Index(
                fields=["area", "id"], condition=models.Q(state__in=["asked", "granted", "failed"]), name="seal_asked"
            )
        ]
