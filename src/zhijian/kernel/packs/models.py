"""What the bureau adds to the packs by itself: its own values, its sign-offs, and years of the calendar.

None of these rows is ever changed or deleted: a correction is a new row.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

# A second guard beside the code: the rows are history.
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class LocalRule(models.Model):
    """A value that the bureau set where the shipped row says `local = true`; the same fields as a shipped row.

    Neither limit nor value: from `since` on the shipped value holds again.
    """

    rule = models.CharField(max_length=100)
    since = models.DateField()
    until = models.DateField(null=True)
    limit = models.CharField(max_length=40, blank=True)
    value = models.JSONField(null=True)
    basis = models.CharField(max_length=300)
    article = models.CharField(max_length=100, blank=True)
    reason = models.TextField()
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(auto_now_add=True)
    replaces = models.CharField(max_length=64, help_text="digest of the shipped row; a change of it is a conflict")

    class Meta:
        triggers = [APPEND_ONLY]
        indexes = [models.Index(fields=["rule", "since", "id"], name="local_rule_since")]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="local_rule_days"),
            models.CheckConstraint(condition=~Q(reason=""), name="local_rule_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.since}"


class RuleSignoff(models.Model):
    """Somebody of the bureau read the law and found an unverified row right. Holds while the row says the same."""

    class What(models.TextChoices):
        RULE = "rule"
        ITEM = "item"

    what = models.CharField(max_length=10, choices=What.choices)
    key = models.CharField(max_length=160, help_text="rule@since@pack, or checklist@version@item")
    digest = models.CharField(max_length=64)
    note = models.TextField(help_text="what was read, and where")
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [APPEND_ONLY]
        constraints = [models.UniqueConstraint(fields=["what", "key", "digest"], name="signoff_once")]

    def __str__(self) -> str:
        return self.key


class CalendarYear(models.Model):
    """A year's days off as the State Council (or whoever decides) published them, entered by an administrator.

    The latest row of a year holds; it replaces the year of packs and library whole.
    """

    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=120, help_text="document number and date of the notice")
    off = models.JSONField(help_text="[{from, to, name}]: days off, weekends inside included")
    work = models.JSONField(help_text="[date]: weekend days worked instead")
    statutory = models.JSONField(help_text="[date]: statutory holidays proper; empty where not stated")
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [APPEND_ONLY]
        indexes = [models.Index(fields=["year", "id"], name="calendar_year_latest")]

    def __str__(self) -> str:
        return str(self.year)
