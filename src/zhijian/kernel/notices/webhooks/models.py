"""Where webhooks go, what was sent, and the secrets of either direction."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7
from zhijian.kernel.notices.webhooks.signing import new_secret

OVERLAP = dt.timedelta(days=1)  # both secrets hold while the other side changes over


class Secrets(models.Model):
    """A secret and the one before it, which holds for another day."""

    secret = EncryptedText(default=new_secret)
    old_secret = EncryptedText(null=True)
    old_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def valid(self) -> list[str]:
        """The secrets that hold now, the newest first."""
        both = self.old_secret is not None and self.old_until is not None and timezone.now() < self.old_until
        return [self.secret, self.old_secret] if both else [self.secret]  # type: ignore[list-item]

    def rotate(self) -> str:
        """Make a new secret; the present one holds for another day."""
        made = new_secret()
        self.old_secret, self.old_until = self.secret, timezone.now() + OVERLAP
        self.secret = made  # type: ignore[assignment]
        self.save()
        return made


class Endpoint(Secrets):
    """An address of another body's software that is told things; `name` is what our code knows it by."""

    name = models.CharField(max_length=60, unique=True)
    url = models.URLField(max_length=300)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one endpoint; its id is the same for each try, so that the other side takes it once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    uid = models.UUIDField(unique=True, default=uuid7)
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="deliveries", db_index=False)
    area = models.CharField(max_length=16, blank=True, db_collation="C")
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=80, blank=True, help_text='whom to tell when it is given up ("owed:7")')
    body = EncryptedText(help_text="JSON, byte for byte as it is signed")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_list"),
            models.Index(fields=["next_try"], condition=models.Q(state="waiting"), name="delivery_queue"),
        ]

    @property
    def message(self) -> str:
        """The webhook-id."""
        return f"msg_{self.uid.hex}"
