"""How often something may be tried: counted by the minute under a keyed digest of who tries, whatever that is."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils import timezone

from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.desk.models import SignInFailure


def count(purpose: str, who: str, minutes: int) -> int:
    """Count one try and return how many there were within `minutes`, this one included.

    The row stays locked until the request ends: those who try at once are counted one after another.
    """
    now = timezone.now()
    key = blind_index(who, f"party {purpose}")
    row, made = SignInFailure.objects.get_or_create(who=key, minute=now.replace(second=0, microsecond=0))
    if not made:
        SignInFailure.objects.filter(pk=row.pk).update(times=F("times") + 1)
    return tried(purpose, who, minutes)


def tried(purpose: str, who: str, minutes: int) -> int:
    """How many tries there were within `minutes`."""
    since = timezone.now() - dt.timedelta(minutes=minutes)
    rows = SignInFailure.objects.filter(who=blind_index(who, f"party {purpose}"), minute__gt=since)
    return rows.aggregate(n=Sum("times"))["n"] or 0


def address_of(request: HttpRequest) -> str:
    """Where a request comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))
