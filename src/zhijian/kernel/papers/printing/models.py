"""Printing many papers in one go."""

from __future__ import annotations

from django.db import models

from zhijian.kernel.ids import uuid7


class PrintRun(models.Model):
    """One PDF of many papers for the printer. Holds keys only, so it stands outside row security; its maker's alone."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    papers = models.JSONField(help_text="keys, in the order in which they are printed")
    done = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    path = models.CharField(max_length=120, blank=True, help_text="in the storage; swept after some days")
    at = models.DateTimeField(auto_now_add=True, db_index=True)
