"""The password of a handset that works with Collect, and what came from it, byte for byte."""

from __future__ import annotations

from django.db import models

from zhijian.kernel.accounts.models import Device
from zhijian.kernel.evidence.models import Blob


class Access(models.Model):
    """The app password of one handset, shown once. Never the person's own; it ends with the device."""

    device = models.OneToOneField(Device, models.PROTECT, primary_key=True, related_name="collect")
    digest = models.CharField(max_length=64, unique=True, help_text="keyed digest of the password")
    made_at = models.DateTimeField(auto_now=True)


class Submission(models.Model):
    """A filled-in form as it came. Nothing here is ever changed; once it is whole, a record of the field is made of it.

    Its id is that of the form's instance: the same one again is the same submission.
    """

    uid = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="submissions")
    received = models.DateTimeField(auto_now_add=True, db_index=True)
    form = models.CharField(max_length=400, help_text="codes of its lists")
    version = models.CharField(max_length=40)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+", help_text="the XML")


class Attachment(models.Model):
    """A file of a submission, under the name by which the form calls it. Files may come in several requests."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    received = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "name"], name="attachment_once")]
