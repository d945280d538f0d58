"""A clock: one time limit of one matter, from the day it started until it was kept, broken or dropped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Clock(models.Model):
    """(rule, started, due, stopped, suspensions). `basis` is the row of the rule as it stood when the clock started."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="clocks")
    rule = models.CharField(max_length=100)
    about = models.CharField(
        max_length=40, blank=True, default="", db_default="",
        help_text="what of the matter it measures, where it is not the matter itself: the uid of a paper",
    )  # fmt: skip
    area = models.CharField(max_length=16, db_collation="C", help_text="the matter's area, for lists of what is late")
    started = models.DateTimeField()
    due = models.DateField(null=True, help_text="last legal day; null while suspended or where the rule sets no limit")
    due_at = models.DateTimeField(null=True, help_text="last moment, for limits in hours only")
    stopped = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False, help_text="counted through an unpublished year")
    suspensions = models.JSONField(default=list, help_text="[{since, until, reason, document}], times in UTC")
    basis = models.JSONField(help_text="the rule's row, see RuleRow.as_data, with how the last day moves")
    fixed = models.BooleanField(default=False, help_text="a person set the day (within the law); it is not counted")
    told = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="how far up the ladder of warnings it was told of"
    )
    broken = models.BooleanField(
        default=False, db_default=False, help_text="it ran out before it was stopped; to keep it was the bureau's duty"
    )
    broken_ground = models.CharField(
        max_length=24, blank=True, default="", db_default="", help_text="why, of the list of the day; empty until said"
    )
    broken_reason = models.TextField(blank=True, help_text="why, in the words of the person in charge")
    broken_said_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "rule", "about"], condition=Q(stopped=None), name="clock_once_open"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "due"], condition=Q(stopped=None), name="clock_late_area"),
            models.Index(fields=["due"], condition=Q(stopped=None), name="clock_late"),
            models.Index(fields=["rule", "due"], condition=Q(stopped=None), name="clock_rule"),
            models.Index(fields=["matter"], condition=Q(stopped=None) & ~Q(about=""), name="clock_about"),
            models.Index(fields=["area", "-id"], condition=Q(broken=True, broken_ground=""), name="clock_unsaid"),
            models.Index(fields=["area", "-id"], condition=Q(broken=True) & ~Q(broken_ground=""), name="clock_said"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.due or '…'}"

    @property
    def open(self) -> bool:
        """True until it is stopped."""
        return self.stopped is None

    @property
    def suspended(self) -> bool:
        """True while the last suspension lasts."""
        return self.stopped is None and any(s["until"] is None for s in self.suspensions)
