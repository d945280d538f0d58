"""Supervision orders and requests for joint handling: what is asked about a matter, by when, and what was answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.matters.models import Matter


class Grade(models.TextChoices):
    """How closely the leaders look at it."""

    ORDINARY = "ordinary", _("Ordinary")
    LISTED = "listed", _("Listed by the leaders")


class SupervisionOrder(models.Model):
    """An order about a matter, its parent. Who looks after `by_area` orders, accepts and sends back."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="supervision")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="supervisions", help_text="the matter's parent")
    by_area = models.CharField(max_length=16, db_collation=AREA, help_text="the jurisdiction that orders")
    ordered_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    grade = models.CharField(_("grade of the order"), max_length=10, choices=Grade, default=Grade.ORDINARY)
    what = models.TextField(_("to be done or reported"))
    answer_by = models.DateField(_("to be answered by"), null=True)
    seen_at = models.DateTimeField(_("signed as seen"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    first_at = models.DateTimeField(null=True, help_text="of the first answer, by which it was in time or not")
    in_time = models.BooleanField(_("first answered in time"), null=True)
    times_back = models.PositiveSmallIntegerField(_("times sent back"), default=0)
    overdue = models.BooleanField(_("was overdue"), default=False)
    why = models.TextField(_("why it was sent back or withdrawn"), blank=True)

    class Meta:
        indexes = [models.Index(fields=["by_area"], name="supervision_by_area")]


class JointHandling(models.Model):
    """What one office asks of another about a matter, its parent, which that office can't open.

    It holds everything that the other office needs; `by_area` is where the matter lies, which is where it was asked.
    """

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="joint_handling")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="joint_handlings", help_text="the matter's parent")
    by_area = models.CharField(max_length=16, db_collation=AREA, help_text="the office that asks")
    asked_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    of_kind = models.CharField(max_length=40)
    of_number = models.CharField(_("number of the matter"), max_length=60, blank=True)
    what = models.TextField(_("asked for"))
    excerpt = EncryptedText(null=True, help_text="words of the matter that they may read")
    who_came = EncryptedText(null=True, help_text="name and telephone, where they need to know")
    who_reason = models.TextField(_("why they need to know who came"), blank=True)
    answer_by = models.DateField(_("to be answered by"), null=True)
    answer = models.TextField(_("contribution"), blank=True)
    answered_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    in_time = models.BooleanField(_("first answered in time"), null=True)
    times_back = models.PositiveSmallIntegerField(_("times sent back"), default=0)
    overdue = models.BooleanField(_("was overdue"), default=False)
    why = models.TextField(_("why it was declined, sent back or withdrawn"), blank=True)
    waits = models.BooleanField(default=False, help_text="answered, to be judged by whoever asked")

    class Meta:
        indexes = [models.Index(fields=["by_area"], condition=models.Q(waits=True), name="joint_handling_waits")]
