"""Which officer wears which camera, and the films that came from them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ids import uuid7


class Camera(models.Model):
    """A camera by the number that it writes into its files, and who wore it from when to when."""

    device = models.CharField(max_length=40)
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    area = models.CharField(max_length=16, db_collation="C")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "since"], name="camera_device_since")]


class Recording(models.Model):
    """A film as it came: once, by its content. It waits until a person says which visit it shows."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be filed")
        FILED = "filed", _("Filed")
        ASIDE = "aside", _("Shows no visit")

    uid = models.UUIDField(unique=True, default=uuid7)
    blob = models.OneToOneField("evidence.Blob", models.PROTECT, related_name="recording")
    name = models.CharField(max_length=200)
    device = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=16, db_collation="C")
    began_at = models.DateTimeField(null=True, help_text="by the right clock; empty where the file does not tell")
    ended_at = models.DateTimeField(null=True)
    offset_s = models.IntegerField(default=0, help_text="seconds by which the camera's clock was ahead")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    file = models.OneToOneField("evidence.File", models.PROTECT, null=True, related_name="recording")
    taken_in_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["area", "state", "-taken_in_at"], name="recording_list")]
