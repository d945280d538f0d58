"""Keys of other platforms, what they gave and said by this door, and the endpoints that we ask ourselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.exchange.models import Owed
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter


class Key(models.Model):
    """An API key of a platform: shown once, kept as a keyed digest. `pace`: requests a second for each web process."""

    uid = models.UUIDField(unique=True, default=uuid7)
    platform = models.CharField(max_length=40)
    name = models.CharField(_("what for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, help_text="keyed digest of the key")
    ending = models.CharField(max_length=4, help_text="its last letters, to tell it from others")
    pace = models.PositiveIntegerField(default=200)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=80)
    last_used = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["platform"], name="o311_key_platform")]


class Peer(models.Model):
    """An endpoint of a platform that we ask: its orders are pulled, our answers and registrations posted there.

    `pulled`: up to which moment its requests were seen; the next look begins somewhat earlier (`pulling.OVERLAP`).
    `swept`: when several days were looked at again. `service`: under which of its services we register there.
    """

    platform = models.CharField(max_length=40, unique=True)
    url = models.URLField(max_length=300)
    jurisdiction = models.CharField(max_length=60, blank=True)
    api_key = EncryptedText()
    pulls = models.BooleanField(default=True)
    posts = models.BooleanField(default=True)
    service = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    pulled = models.DateTimeField()
    swept = models.DateTimeField(null=True)
    ran_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)


class Request(models.Model):
    """A service request as it came, pulled or posted; taken by the exchange's road under its number.

    `uid` is the token. `number` is theirs where they told one, else ours. `mark` is a keyed digest of what was sent.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken")
        UNFIT = "unfit", _("Cannot be taken")

    uid = models.UUIDField(unique=True, default=uuid7)
    platform = models.CharField(max_length=40)
    number = models.CharField(max_length=80)
    service = models.CharField(max_length=40)
    mark = models.CharField(max_length=32)
    body = EncryptedText(help_text="JSON: the values that the exchange takes, and what else was told")
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    why = models.CharField(max_length=300, blank=True, help_text="why it could not be taken")
    received = models.DateTimeField()
    changed = models.DateTimeField(help_text="when the other side should look at it again")
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, related_name="open311")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["platform", "number"], name="o311_number_once")]
        indexes: ClassVar = [
            models.Index(fields=["platform", "mark", "received"], name="o311_same"),
            models.Index(fields=["platform", "received", "id"], name="o311_received"),
            models.Index(fields=["platform", "changed", "id"], name="o311_changed"),
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="o311_waiting"),
            models.Index(fields=["id"], condition=models.Q(state="unfit"), name="o311_unfit"),
        ]


class Media(models.Model):
    """A picture of a request: uploaded with it, or named by an address from which a job fetches it."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="media")
    url = models.CharField(max_length=1000, blank=True)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True, help_text="why there is no picture of it")
    attached = models.BooleanField(default=False)


class Update(models.Model):
    """A service request update: `ours` tell of an answer, of giving back, of beginning anew; the others came from them.

    `code` is the update's own number on the side that made it: the same one is the same update.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="updates")
    platform = models.CharField(max_length=40)
    ours = models.BooleanField()
    code = models.CharField(max_length=80)
    status = models.CharField(max_length=20)
    text = EncryptedText()
    at = models.DateTimeField()
    heard = models.BooleanField(default=False, help_text="theirs: it was made known to whoever handles the order")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["platform", "ours", "code"], name="o311_update_once")]
        indexes: ClassVar = [
            models.Index(fields=["platform", "ours", "at", "id"], name="o311_update_list"),
            models.Index(fields=["id"], condition=models.Q(ours=False, heard=False), name="o311_unheard"),
        ]


class Posted(models.Model):
    """A registration that was answered by a token: its number is still to be asked for."""

    owed = models.OneToOneField(Owed, models.PROTECT, primary_key=True, related_name="open311")
    token = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)
