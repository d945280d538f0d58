"""Files by content: the original byte for byte, what is shown is a re-encoded copy linked to it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ids import uuid7


class Blob(models.Model):
    """Bytes, stored once by their SHA-256 below `sha256/ab/…`; never changed, never served inline."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    sm3 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=80)
    stored_at = models.DateTimeField(auto_now_add=True)


class File(models.Model):
    """A blob as it belongs to a matter: which photo, of what, when, where, by whom."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        VOICE = "voice", _("Voice note")
        RECORDING = "recording", _("Body-camera film")
        SIGNATURE = "signature", _("Signature")
        PAPER = "paper", _("Paper")
        ATTACHMENT = "attachment", _("Attachment")

    uid = models.UUIDField(unique=True, default=uuid7)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="files")
    expected = models.CharField(max_length=64, blank=True, help_text="SHA-256 told by the phone")
    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="files")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=16, db_collation="C")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)
    original = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    # What was drawn on a photo (arrows, blurred faces) is a picture of its own; the photo stays as it was taken.
    drawn_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="drawings")
    item = models.CharField(max_length=20, blank=True, help_text="the checklist item that it shows")
    taken_at = models.DateTimeField(null=True)
    tz_offset = models.SmallIntegerField(null=True, help_text="minutes east of UTC on the phone")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    accuracy = models.PositiveIntegerField(null=True, help_text="metres")
    made_by = models.CharField(max_length=80, help_text="the actor's label")
    caption = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    aside_at = models.DateTimeField(null=True, help_text="when the phone said that its bytes will not come")

    class Meta:
        indexes = [models.Index(fields=["expected"], name="file_expected", condition=models.Q(blob=None))]
