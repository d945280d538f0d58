"""Bearer tokens of ten minutes, given for a challenge that the phone's key signed."""

from __future__ import annotations

import datetime as dt
import secrets

from django.core import signing
from django.utils import timezone

from zhijian.gateways.field.models import Nonce
from zhijian.kernel.accounts.actor import Actor, actor_of
from zhijian.kernel.accounts.devices import signed
from zhijian.kernel.accounts.models import Device

SECONDS = 600
NONCE_SECONDS = 120
SALT = "zhijian.field.token"


class TokenError(Exception):
    """No token, a stale one, or one of a device that is not enrolled any more."""


def challenge(device: Device) -> str:
    """A nonce for the device to sign; good once, for two minutes."""
    nonce = secrets.token_urlsafe(32)
    Nonce.objects.filter(device=device, made_at__lt=timezone.now() - dt.timedelta(seconds=NONCE_SECONDS)).delete()
    Nonce.objects.create(nonce=nonce, device=device)
    return nonce


def issue(device: Device, nonce: str, signature: str) -> str:
    """A token for the signed nonce. Raises TokenError."""
    fresh = timezone.now() - dt.timedelta(seconds=NONCE_SECONDS)
    used, _ = Nonce.objects.filter(nonce=nonce, device=device, made_at__gte=fresh).delete()
    if not used or not signed(device, nonce, signature):
        raise TokenError
    Device.objects.filter(pk=device.pk).update(last_seen=timezone.now())
    return signing.dumps(subject_of(device), salt=SALT, compress=False)


def subject_of(device: Device) -> str:
    """What a token stands for: the device with the key that proved it; a renewed one has another."""
    return f"{device.uid}/{str(device.public_key.get('x', ''))[:16]}"


def device_from_token(header: str | None) -> Device:
    """The device of an `Authorization: Bearer …` header. Raises TokenError.

    A revoked device still gets here: its records are accepted, its downloads are not (`may_download`).
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenError
    try:
        told = str(signing.loads(token, salt=SALT, max_age=SECONDS))
    except signing.BadSignature as error:
        raise TokenError from error
    device = Device.objects.select_related("person").filter(uid=told.partition("/")[0]).first()
    if device is None or subject_of(device) != told:
        raise TokenError
    return device


def actor_from_token(header: str | None) -> Actor:
    """The actor behind the header: the device's person, with his posts of today. Raises TokenError."""
    device = device_from_token(header)
    return actor_of(device.person, device=str(device.uid))


def may_download(device: Device) -> bool:
    """Whether the grant still lets reference data go to the phone."""
    return device.revoked_at is None and device.person.is_active and timezone.now() <= device.grant_until
