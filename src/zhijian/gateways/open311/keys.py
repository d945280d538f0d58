"""API keys: issued on the page of interfaces, shown once, kept as keyed digests, revoked; each has its pace."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import threading
import time

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from zhijian.gateways.open311.models import Key
from zhijian.kernel.party import limits

SEEN = dt.timedelta(minutes=1)  # how often it is noted that a key was used
MINUTES, WRONG = 15, 100  # so many wrong keys from one address, then it is told to wait
FRESH = 2.0  # seconds that a process trusts what it read of a key: so long it may take until a revoked one is refused
_lock = threading.Lock()
_spent: dict[int, tuple[int, int]] = {}  # key -> second, requests within it; of this process
_read: dict[str, tuple[float, Key]] = {}  # digest of a good key -> when it was read; of this process


class NoKey(Exception):
    """No key was sent."""


class WrongKey(Exception):
    """A key that is none of ours, or was revoked."""


class TooFast(Exception):
    """More than the key's pace, or too many wrong keys from there."""


def digest(key: str) -> str:
    """What is kept of a key: it has 160 bits of chance, so that nobody finds it by trying."""
    return hmac.new(settings.SECRET_KEY.encode(), f"open311:{key}".encode(), hashlib.sha256).hexdigest()


def issue(platform: str, name: str, by: str, pace: int = 200) -> tuple[Key, str]:
    """A new key of a platform, told here and nowhere again."""
    key = secrets.token_hex(20)
    row = Key.objects.create(
        platform=platform, name=name[:60], digest=digest(key), ending=key[-4:], pace=pace, made_by=by
    )
    return row, key


def revoke(row: Key) -> None:
    """The key is good no longer: here at once, in other processes within FRESH seconds."""
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    _read.pop(row.digest, None)


def told(request: HttpRequest) -> str:
    """The key of a request: `api_key`, as the specification has it, or the password of Basic, or Bearer."""
    given = request.POST.get("api_key") or request.GET.get("api_key") or ""
    scheme, _space, rest = request.headers.get("Authorization", "").partition(" ")
    if not given and scheme.lower() == "bearer":
        return rest.strip()
    if not given and scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return given


def key_in(request: HttpRequest) -> Key:
    """The key by which a request comes. Raises NoKey, WrongKey, TooFast."""
    given, address = told(request), limits.address_of(request)
    if not given:
        raise NoKey
    found = _good(digest(given))
    if found is None:
        if limits.tried("open311", address, MINUTES) >= WRONG:
            raise TooFast
        limits.count("open311", address, MINUTES)
        raise WrongKey
    _walk(found)
    now = timezone.now()
    if found.last_used is None or now - found.last_used > SEEN:
        Key.objects.filter(pk=found.pk).update(last_used=now)
        found.last_used = now
    return found


def _good(kept: str) -> Key | None:
    """The key of that digest, unless it was revoked; read anew after FRESH seconds. A wrong one is never remembered."""
    read, found = _read.get(kept, (0.0, None))
    if found is None or time.monotonic() - read >= FRESH:
        found = Key.objects.filter(digest=kept, revoked_at=None).first()
        if found is None:
            _read.pop(kept, None)
        else:
            _read[kept] = (time.monotonic(), found)
    return found


def _walk(key: Key) -> None:
    """Count a request of this second. In memory: a counter in the database would make each wait for the others."""
    second = int(time.monotonic())
    with _lock:
        since, n = _spent.get(key.pk, (second, 0))
        n = n + 1 if since == second else 1
        _spent[key.pk] = (second, n)
    if n > key.pace:
        raise TooFast
