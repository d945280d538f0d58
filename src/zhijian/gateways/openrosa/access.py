"""App passwords: one for each handset, shown once, kept as a keyed digest, ended with the device.

It has 100 bits of chance, so a keyed digest is enough at rest: nobody finds it by trying. Wrong ones are counted all
the same, by the name from the address they come from, so that nobody who tries locks an officer out elsewhere.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.utils import timezone

from zhijian.gateways.openrosa.models import Access
from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.party import limits

APP = "ODK Collect"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no two that look alike
GROUPS, LENGTH = 4, 5
MINUTES, BY_NAME, BY_ADDRESS = 15, 10, 100
SEEN = dt.timedelta(minutes=1)  # how often it is noted that a handset came by


class Wrong(Exception):
    """No credentials, or wrong ones."""


class TooMany(Exception):
    """Too many wrong ones from there."""


def _digest(password: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"collect:{password}".encode(), hashlib.sha256).hexdigest()


def _new() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(GROUPS))


def issue(person: Person, name: str, actor: Actor) -> tuple[Device, str]:
    """A new handset of `person` and its password, which is told here and nowhere again."""
    device = devices.admit(person, name or APP, {}, APP, actor)
    password = _new()
    Access.objects.create(device=device, digest=_digest(password))
    return device, password


def renew(device: Device, actor: Actor) -> str:
    """Another password and another 30 days for the same handset; the one before stops working."""
    password = _new()
    Access.objects.filter(device=device).update(digest=_digest(password), made_at=timezone.now())
    devices.prolong(device, actor)
    return password


def device_of(header: str | None, address: str) -> Device:
    """The handset of an `Authorization: Basic …` header. Raises Wrong, TooMany.

    A revoked one still gets here: what it recorded is taken in, downloads are refused (`tokens.may_download`).
    """
    username, password = _basic(header)
    who = f"{address} {username.casefold()}"
    if limits.tried("collect", who, MINUTES) >= BY_NAME or limits.tried("collect", address, MINUTES) >= BY_ADDRESS:
        raise TooMany
    rows = Access.objects.select_related("device__person").filter(digest=_digest(password))
    found = rows.filter(device__person__username=username).first()
    if found is None:
        limits.count("collect", who, MINUTES)
        limits.count("collect", address, MINUTES)
        raise Wrong
    now, device = timezone.now(), found.device
    if device.last_seen is None or now - device.last_seen > SEEN:
        Device.objects.filter(pk=device.pk).update(last_seen=now)
    return device


def _basic(header: str | None) -> tuple[str, str]:
    scheme, _space, told = (header or "").partition(" ")
    if scheme.lower() != "basic":
        raise Wrong
    try:
        username, colon, password = base64.b64decode(told, validate=True).decode().partition(":")
    except ValueError as error:
        raise Wrong from error
    if not colon:
        raise Wrong
    return username, password
