"""Rounds of a draft as .docx, and the bureau's own templates."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7


class DraftRound(models.Model):
    """A draft went out as .docx, or came back: the file itself is kept, whatever became of it."""

    class Way(models.TextChoices):
        OUT = "out", _("Went out")
        BACK = "back", _("Came back")
        REFUSED = "refused", _("Came back, not taken")

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    paper = models.ForeignKey("papers.Paper", models.PROTECT, related_name="rounds")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=16, db_collation=AREA)
    n = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    file = models.ForeignKey("evidence.File", models.PROTECT, related_name="+")
    template = models.ForeignKey("papers.PaperTemplate", models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, help_text="of the draft's data after this round")
    differs = models.JSONField(default=list, help_text="locked fields that were changed: [{label, ours, theirs}]")
    changed = models.JSONField(default=list, help_text="labels of free fields that were taken over")
    beside = models.JSONField(default=list, help_text="what differs beside the fields: [{ours, theirs}]")
    older = models.PositiveSmallIntegerField(null=True, help_text="the round whose older file came back")
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=80, help_text="the actor's label")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "n"], name="draft_round_once")]


class PaperTemplate(models.Model):
    """An office's own .docx for a kind of paper, from a day on. Outside row security: it holds no matter's data."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    organ = models.CharField(max_length=16, db_collation=AREA)
    version = models.PositiveSmallIntegerField()
    since = models.DateField()
    name = models.CharField(max_length=200)
    blob = models.ForeignKey("evidence.Blob", models.PROTECT, related_name="+")
    fields = models.JSONField(help_text="the field names that it uses")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=80, help_text="the actor's label")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "organ", "version"], name="template_version_once")]
