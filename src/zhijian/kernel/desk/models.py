"""What the desk itself must remember: how often signing in failed."""

from __future__ import annotations

from django.db import models


class SignInFailure(models.Model):
    """Wrong passwords of an account or from an address (a keyed digest of either), counted by the minute."""

    who = models.CharField(max_length=32)
    minute = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="sign_in_failure_once")]
