"""Enrolling a phone, and the short tokens that it works with afterwards."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import papers
from zhijian.kernel.accounts.actor import actor_of
from zhijian.kernel.accounts.models import Device, EnrolCode, Person
from zhijian.kernel.evidence import ledger

CODE_MINUTES = 10
CODE_TRIES = 5
GRANT_DAYS = 30


class BadKey(ValueError):
    """Not the public key of an ECDSA P-256 pair."""


def _digest(person: Person, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"enrol:{person.pk}:{code}".encode(), hashlib.sha256).hexdigest()


def issue_code(person: Person) -> str:
    """A new one-time code of six digits for `person`'s own desk; earlier ones stop working."""
    person.enrol_codes.filter(used_at=None).delete()
    code = f"{secrets.randbelow(1_000_000):06d}"
    EnrolCode.objects.create(
        person=person,
        digest=_digest(person, code),
        expires=timezone.now() + dt.timedelta(minutes=CODE_MINUTES),
    )
    return code


def _use_code(person: Person, code: str) -> bool:
    row = person.enrol_codes.select_for_update().filter(used_at=None, expires__gt=timezone.now()).first()
    if row is None or row.tries >= CODE_TRIES:
        return False
    if not hmac.compare_digest(row.digest, _digest(person, code)):
        EnrolCode.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        return False
    EnrolCode.objects.filter(pk=row.pk).update(used_at=timezone.now())
    return True


def enrol(username: str, password: str, code: str, public_key: dict[str, Any], name: str, app: str) -> Device | None:
    """Enrol a phone with password and second factor; None, whichever of the three factors was wrong."""
    try:
        key_of(public_key)
    except BadKey:
        return None
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        make_password(password)  # takes as long as a wrong password does, so that names can't be probed
        return None
    # The code is counted first, so that guessing passwords uses up its tries.
    if not _use_code(person, code) or not person.check_password(password):
        return None
    device = Device.objects.create(
        person=person,
        name=name[:80],
        public_key=public_key,
        app=app[:20],
        grant_until=timezone.now() + dt.timedelta(days=GRANT_DAYS),
    )
    ledger.record(
        "device.enrolled",
        actor=actor_of(person),
        subject=f"account:{person.pk}",
        area=person.home_id or "",
        data={"device": str(device.uid), "name": device.name},
    )
    return device


def revoke(device: Device, actor: Any) -> None:
    """A lost phone: no more downloads; what it recorded while the grant was valid is still accepted, flagged."""
    device.revoked_at = timezone.now()
    device.save(update_fields=["revoked_at"])
    papers.release(device, "revoked", actor=actor)
    ledger.record(
        "device.revoked",
        actor=actor,
        subject=f"account:{device.person_id}",
        area=device.person.home_id or "",
        data={"device": str(device.uid), "name": device.name},
    )


def key_of(jwk: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """The public key of a JWK. Raises BadKey for anything but an ECDSA P-256 point."""
    try:
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            raise BadKey
        x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[c] + "=="), "big") for c in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, TypeError, ValueError) as error:
        raise BadKey from error


def signed(device: Device, message: str, signature: str) -> bool:
    """Whether `signature` (base64 of r‖s, as WebCrypto makes it) over `message` is the device's."""
    try:
        raw = base64.b64decode(signature)
        half = len(raw) // 2
        der = utils.encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        key_of(device.public_key).verify(der, message.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, BadKey):
        return False
    return True


ledger.entry_kind("device.enrolled", label=_("Phone enrolled: {name}"))
ledger.entry_kind("device.revoked", label=_("Phone revoked: {name}"))
