"""The line that an ended complaint makes, and the counts of the lines that are shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.matters.models import Matter


class Tally(models.Model):
    """How many lines are shown: of a shop, and of an office for each kind of problem. Kept with each line, so that
    the public's pages count nothing. Outside row security: whatever stands here is public. `category` is empty in the
    row of a shop, `entity` in that of a kind.
    """

    area = models.CharField(max_length=16, db_collation=AREA)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="+")
    premises = models.ForeignKey("registry.Premises", models.PROTECT, null=True, related_name="+")
    category = models.CharField(max_length=24, blank=True)
    n = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "entity", "premises", "category"], name="complaint_tally_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(
                fields=["area", "-n", "-id"], name="complaint_tally_shops",
                condition=models.Q(entity__isnull=False, category="", n__gt=0),
            ),
            models.Index(
                fields=["-n", "-id"], name="complaint_tally_city",
                condition=models.Q(entity__isnull=False, category="", n__gt=0),
            ),
            models.Index(
                fields=["area", "category"], name="complaint_tally_kinds", condition=models.Q(entity=None, n__gt=0)
            ),
        ]  # fmt: skip


class Line(models.Model):
    """What is to be published of one complaint: a kind of problem and an outcome, nothing else."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="complaint_line")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="lines", help_text="the complaint, never shown")
    category = models.CharField(_("kind of problem"), max_length=24, blank=True)
    settled = models.BooleanField(_("settled"), default=False)
    objection = models.TextField(_("objection of the shop"), blank=True)
    answer = models.TextField(_("answer to the objection"), blank=True)
    shown_on = models.DateField(_("shown since"), null=True)
    in_shop = models.ForeignKey(
        Tally, models.PROTECT, null=True, related_name="+", db_index=False, help_text="the counts in which it stands"
    )
    in_kind = models.ForeignKey(Tally, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["of", "-matter"], name="complaint_line_newest")]
