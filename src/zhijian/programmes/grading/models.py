"""The risk grade of a place: a matter that lasts as long as the place is graded, each decision kept for ever beside it.

What was computed stands in the record and changes with every visit; what a person confirmed stands in `Held`, which is
only added to: points, tables, grade, reasons as they were on the day.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.matters.models import Matter


class Grade(models.TextChoices):
    """Risk grades: A the lowest risk, D the highest."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"


class Group(models.TextChoices):
    """By which table of static points a place is graded."""

    MAKING = "making", _("Food production")
    SALE = "sale", _("Food sale")
    SERVICE = "service", _("Food service")


class Counted(models.Model):
    """What was computed, with the reason of every point and the rows of the tables that gave it."""

    computed = models.CharField(_("Computed grade"), max_length=1, choices=Grade)
    points = models.DecimalField(_("Risk points"), max_digits=5, decimal_places=1)
    static = models.DecimalField(_("Static points"), max_digits=5, decimal_places=1)
    dynamic = models.DecimalField(_("Dynamic points"), max_digits=5, decimal_places=1)
    lines = models.JSONField(default=list, help_text="[{part, code, points, name, value, known, seen}]")
    tables = models.JSONField(default=list, help_text="[{what, rule, article, since, unverified}]: the rows used")
    unknown = models.PositiveSmallIntegerField(_("Facts not entered"), default=0)
    catering = models.CharField(_("Annual grade of food service"), max_length=1, blank=True)
    score = models.DecimalField(_("Score of the year"), max_digits=3, decimal_places=1, null=True)
    face = models.CharField(max_length=12, blank=True)

    class Meta:
        abstract = True


class Grading(Counted):
    """A place's grade: what is in force, what is computed now, and how many visits are due."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="grading")
    group = models.CharField(_("Kind of food business"), max_length=8, choices=Group)
    grade = models.CharField(_("Grade in force"), max_length=1, choices=Grade, blank=True)
    since = models.DateField(_("In force since"), null=True)
    decided = models.CharField(max_length=1, blank=True, help_text="what was computed when a person last decided")
    known = models.JSONField(default=dict, help_text="{factor: number or choice}: what staff entered of the place")
    computed_on = models.DateField(null=True)
    needed = models.PositiveSmallIntegerField(_("Visits a year"), default=0)
    usual = models.PositiveSmallIntegerField(default=0, help_text="the usual most of the grade")
    made = models.PositiveSmallIntegerField(_("Made this year"), default=0)
    left = models.PositiveSmallIntegerField(_("Still due this year"), default=0)
    review = models.TextField(_("Why a review is asked for"), blank=True)
    answer = models.TextField(_("Answer to the review"), blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["grade"], name="grading_grade"),
            models.Index(fields=["computed"], name="grading_computed"),
        ]

    @property
    def goes_by(self) -> str:
        """The grade by which visits are due: the one in force, until there is one the computed one."""
        return self.grade or self.computed


class Held(Counted):
    """A grade as a person confirmed it. Only added to; it holds until the next one begins."""

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="held")
    grade = models.CharField(_("Grade"), max_length=1, choices=Grade)
    since = models.DateField()
    reason = models.CharField(max_length=400, blank=True, help_text="why it differs from the computed one")
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [models.Index(fields=["grading", "-id"], name="held_newest")]


class Grave(models.TextChoices):
    """What raises a grade, besides what visits find."""

    PENALTY = "penalty", _("Penalty for a breach of food safety law")
    FAILED_SAMPLE = "failed_sample", _("Sample that failed")
    INCIDENT = "incident", _("Food safety incident")
    REFUSAL = "refusal", _("Inspection refused")


class Event(models.Model):
    """What raises the grade, as staff entered it. Only added to: a row that `strikes` another takes it back."""

    grading = models.ForeignKey(Grading, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=Grave)
    on = models.DateField()
    word = models.CharField(max_length=200, help_text="the document: number, what it was about")
    strikes = models.OneToOneField("self", models.PROTECT, null=True, related_name="struck_by")
    by_name = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [models.Index(fields=["grading", "on"], name="event_of_grading")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.get_kind_display()} {self.word}"  # type: ignore[attr-defined]
