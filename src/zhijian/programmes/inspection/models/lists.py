"""Checklists in their versions, and for which places each is."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models

from zhijian.kernel import when


class Checklist(models.Model):
    """A checklist in one version. It never changes; a new version begins later and goes by the day of the visit."""

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    short = models.CharField(max_length=6, blank=True, help_text="before its items' numbers, beside other lists")
    number = models.CharField(max_length=120, blank=True, help_text="the official document's number")
    basis = models.CharField(max_length=300, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    applies = models.JSONField(default=list, help_text="trades of premises")
    licences = models.JSONField(default=list, help_text="kinds of licences, or kind:beginning of the number")
    industries = models.JSONField(default=list, help_text="beginnings of codes of industries")
    registers = models.JSONField(default=list, help_text="kinds of what is registered at the premises, as equipment")
    source = models.CharField(max_length=200, blank=True)
    content = models.JSONField(help_text="sections and items, as the phone gets them")
    digest = models.CharField(max_length=64)
    ruled: ListRule | None = None  # the office's own rule of the day that was asked for, see `applying.in_force`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="checklist_version")]

    def __str__(self) -> str:
        return self.title

    @property
    def rule(self) -> Checklist | ListRule:
        """What says for which places it is: the office's own rule where there is one, else the workbook."""
        return self.ruled or self

    @property
    def items(self) -> dict[str, dict]:
        """Every item by its number."""
        return {item["no"]: item for section in self.content["sections"] for item in section["items"]}

    @property
    def data(self) -> dict[str, Any]:
        """What `joining.join` takes."""
        told = {name: getattr(self, name) for name in ("version", "title", "short", "number", "basis")}
        return {"id": self.code, **told, "sections": self.content["sections"]}


class ListRule(models.Model):
    """For which places a list is, as the bureau set it from a day on, beside what its workbooks say. Only added to.

    Of several the one that begins last holds, of the same day the one that was made last. `back`: from that day on
    the workbook's own rule holds again.
    """

    code = models.CharField(max_length=60, help_text="of the list, whatever its version")
    since = models.DateField()
    back = models.BooleanField(default=False)
    applies = models.JSONField(default=list, help_text="trades of premises")
    licences = models.JSONField(default=list, help_text="kinds of licences, or kind:beginning of the number")
    industries = models.JSONField(default=list, help_text="beginnings of codes of industries")
    registers = models.JSONField(default=list, help_text="kinds of what is registered at the premises, as equipment")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [models.Index(fields=["code", "since", "id"], name="list_rule_since")]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="list_rule_reason")]

    def __str__(self) -> str:
        return f"{self.code} {self.since}"


class ListReach(models.Model):
    """How many open premises of each area a list reached when it was last counted. Made anew by a job."""

    code = models.CharField(max_length=60, unique=True)
    areas = models.JSONField(default=dict, help_text="{area: premises}")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code
