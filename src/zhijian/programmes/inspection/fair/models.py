"""The yearly plan of inspections: its lines by office and item, the places of each line, and what the public reads."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when


class YearPlan(models.Model):
    """The plan of an office, a district or the city for a year (年度检查计划). One stands for each area and year."""

    matter = models.OneToOneField("matters.Matter", models.PROTECT, primary_key=True, related_name="year_plan")
    of_area = models.CharField(max_length=16, db_collation="C", help_text="the matter's own, for the constraint")
    year = models.PositiveSmallIntegerField(_("year"))
    stands = models.BooleanField(default=True, help_text="false once it was withdrawn")
    submitted_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    published_on = models.DateField(_("published on"), null=True)
    changed_on = models.DateField(null=True, help_text="the last change after it was published")

    class Meta:
        app_label = "inspection"
        constraints = [
            models.UniqueConstraint(fields=["of_area", "year"], condition=models.Q(stands=True), name="year_plan_once")
        ]

    def __str__(self) -> str:
        return f"{self.of_area} {self.year}"


class PlanLine(models.Model):
    """So many visits by an office for an item of the list. The item's words are kept as they were."""

    plan = models.ForeignKey(YearPlan, models.CASCADE, related_name="lines")
    area = models.CharField(max_length=16, db_collation="C", help_text="of the office that makes the visits")
    item = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    basis = models.CharField(max_length=300, blank=True)
    visits = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        app_label = "inspection"
        ordering = ["area", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "area", "item"], name="plan_line_once")]

    def __str__(self) -> str:
        return self.title


class PlanPlace(models.Model):
    """Premises that a line names, with how many visits each is to get in the year."""

    line = models.ForeignKey(PlanLine, models.CASCADE, related_name="places")
    premises = models.ForeignKey("registry.Premises", models.PROTECT, related_name="plan_places")
    area = models.CharField(max_length=16, db_collation="C")
    visits = models.PositiveSmallIntegerField(default=1)

    class Meta:
        app_label = "inspection"
        constraints = [models.UniqueConstraint(fields=["line", "premises"], name="plan_place_once")]

    def __str__(self) -> str:
        return f"{self.premises_id} × {self.visits}"


class PublishedPlan(models.Model):
    """What the public may read of a plan: a table of its own, outside row security."""

    area = models.CharField(max_length=16, db_collation="C")
    year = models.PositiveSmallIntegerField()
    published_on = models.DateField()
    changed_on = models.DateField(null=True)
    lines = models.JSONField(default=list, help_text="[{office, title, basis, visits, places}]")

    class Meta:
        app_label = "inspection"
        constraints = [models.UniqueConstraint(fields=["area", "year"], name="published_plan_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.year}"


class KeptApart(models.Model):
    """Planned visits of one place that somebody did not want to be one, and why. Only added to."""

    premises = models.ForeignKey("registry.Premises", models.PROTECT, related_name="kept_apart")
    area = models.CharField(max_length=16, db_collation="C")
    matters = ArrayField(models.BigIntegerField(), help_text="the visits, in order")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        app_label = "inspection"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="kept_apart_reason")]

    def __str__(self) -> str:
        return f"{self.premises_id}: {self.reason}"
