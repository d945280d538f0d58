"""What phones sent, byte for byte, and the nonces of their tokens."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import Device


class FieldRecord(models.Model):
    """A record from a phone: what happened in the field is a fact.

    Its id was made there. The same id with the same bytes is accepted again; other bytes are a conflict. What the
    server would have refused is kept, flagged and shown to a person.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Kept, to be worked on")
        ACCEPTED = "accepted", _("Accepted")
        HELD = "held", _("Waits for a person")

    uid = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="records")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    received = models.DateTimeField(auto_now_add=True)
    schema = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=30)
    body = models.BinaryField(help_text="the bytes as they came")
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="field_records")
    area = models.CharField(max_length=16, db_collation="C", help_text="whose people look at it when it is held")
    # The id that the phone gave to a place of no file: its next records are about the same place.
    place = models.UUIDField(null=True, help_text="the id that the phone gave to premises of no file")
    flags = models.JSONField(default=list)
    reply = models.JSONField(default=dict, help_text="the answer that was given, given again for the same bytes")

    class Meta:
        indexes = [
            models.Index(fields=["area", "received"], name="held_records", condition=models.Q(state="held")),
            models.Index(fields=["place"], name="field_place", condition=models.Q(place__isnull=False)),
        ]


class Nonce(models.Model):
    """A challenge for a device, good once and for two minutes."""

    nonce = models.CharField(max_length=64, primary_key=True)
    device = models.ForeignKey(Device, models.CASCADE)
    made_at = models.DateTimeField(auto_now_add=True)
