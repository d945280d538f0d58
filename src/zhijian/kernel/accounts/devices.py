"""Enrolling a phone, and the short tokens that it works with afterwards."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

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


@dataclass(frozen=True)
class Renewal:
    """That the phone is enrolled already: which row it is, and its old key's signature over the new one."""

    device: UUID
    proof: str


def renewal_text(device: Any, public_key: dict[str, Any]) -> str:
    """What the old key signs so that the new one takes its place."""
    return f"renew:{device}:{public_key.get('x', '')}"


def enrol(
    username: str,
    password: str,
    code: str,
    public_key: dict[str, Any],
    name: str,
    app: str,
    renewal: Renewal | None = None,
) -> Device | None:
    """Enrol a phone with password and second factor; None, whichever of the three factors was wrong.

    A `renewal` that the handset's old key proves goes on with the same row: the old key ends, name and reserved numbers
    stay. One that was revoked, or is not his, is a new phone.
    """
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
    if (device := _same(person, renewal, public_key)) is not None:
        device.public_key, device.app = public_key, app[:20]
        device.save(update_fields=["public_key", "app"])
        prolong(device, actor_of(person))
        return device
    return admit(person, name, public_key, app, actor_of(person))


def admit(person: Person, name: str, public_key: dict[str, Any], app: str, actor: Any) -> Device:
    """A new phone of `person`, with a grant. Without a key ({}) another gateway knows it by its own means."""
    device = Device.objects.create(
        person=person,
        name=_apart(person, name),
        public_key=public_key,
        app=app[:20],
        grant_until=timezone.now() + dt.timedelta(days=GRANT_DAYS),
    )
    _note("device.enrolled", device, actor)
    return device


def prolong(device: Device, actor: Any) -> None:
    """Another grant for the same phone, from now on."""
    device.renewed_at = timezone.now()
    device.grant_until = device.renewed_at + dt.timedelta(days=GRANT_DAYS)
    device.save(update_fields=["renewed_at", "grant_until"])
    _note("device.renewed", device, actor)


def _same(person: Person, renewal: Renewal | None, public_key: dict[str, Any]) -> Device | None:
    """The row of the handset that renews, locked, when its old key says so."""
    if renewal is None:
        return None
    rows = Device.objects.select_for_update(of=("self",)).filter(uid=renewal.device, person=person, revoked_at=None)
    device = rows.first()
    text = renewal_text(renewal.device, public_key)
    return device if device is not None and signed(device, text, renewal.proof) else None


def _apart(person: Person, wanted: str, but: Device | None = None) -> str:
    """The wanted name, with a number behind it where another of his phones bears it already."""
    wanted = wanted.strip()[:70] or str(_("phone"))
    rows = Device.objects.filter(person=person, revoked_at=None)
    taken = set((rows.exclude(pk=but.pk) if but is not None else rows).values_list("name", flat=True))
    names = (wanted if n == 1 else f"{wanted} ({n})" for n in count(1))
    return next(name for name in names if name not in taken)


def rename(device: Device, name: str, actor: Any) -> None:
    """Give it a name that tells it from his others."""
    was, device.name = device.name, _apart(device.person, name, device)
    if device.name != was:
        device.save(update_fields=["name"])
        _note("device.renamed", device, actor, was=was)


def _note(kind: str, device: Device, actor: Any, **more: str) -> None:
    ledger.record(
        kind,
        actor=actor,
        subject=f"account:{device.person_id}",
        area=device.person.home_id or "",
        data={"device": str(device.uid), "name": device.name, **more},
    )


def revoke(device: Device, actor: Any) -> None:
    """A lost phone: no more downloads; what it recorded while the grant was valid is still accepted, flagged."""
    device.revoked_at = timezone.now()
    device.save(update_fields=["revoked_at"])
    papers.release(device, why="switched_off", actor=actor)
    _note("device.revoked", device, actor)


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
ledger.entry_kind("device.renewed", label=_("Phone renewed: {name}"))
ledger.entry_kind("device.renamed", label=_("Phone {was} is called {name} now"))
ledger.entry_kind("device.revoked", label=_("Phone revoked: {name}"))
