"""Files that may be one and the same, found by rules, and what a person said of each pair."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ids import uuid7
from zhijian.kernel.registry.models.files import Entity


class Twin(models.Model):
    """Two files of what may be one enterprise, with the reasons. That they are not the same is remembered for good.

    Outside row security like the register: each side may belong to another office.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        APART = "apart", _("not the same")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    one = models.ForeignKey(Entity, models.PROTECT, related_name="+", db_index=False)  # the smaller key
    other = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    area = models.CharField(max_length=16, db_collation="C")
    other_area = models.CharField(max_length=16, db_collation="C")
    reasons = ArrayField(models.CharField(max_length=16))  # codes of `alike.REASONS`
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True, default="")
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="twin_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="twin_in_order"),
        ]
        indexes = [
            models.Index(fields=["state", "area", "id"], name="twin_area"),
            models.Index(fields=["state", "other_area", "id"], name="twin_other_area"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}"


class TwinLook(models.Model):
    """How far the search for pairs has come; one row."""

    mark = models.BigIntegerField(default=0)  # the oldest transaction that still ran: what was written since is new
    whole_at = models.DateTimeField(null=True)  # when everything was looked at

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
