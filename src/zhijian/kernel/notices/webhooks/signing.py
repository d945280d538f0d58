"""Signatures of the Standard Webhooks specification (standardwebhooks.com, 1.0): v1, HMAC-SHA256. Pure."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import secrets
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"
TOLERANCE = dt.timedelta(minutes=5)  # the specification's advice, against replays
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class BadSignature(Exception):
    """Not signed by whoever it claims to be from, or too old; says which."""


def new_secret() -> str:
    """A new secret of 32 random bytes (the specification asks for 24 to 64)."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The key inside a secret. Raises ValueError for what is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of Standard Webhooks") from error
    if not 24 <= len(key) <= 64:
        raise ValueError("a secret holds 24 to 64 bytes")
    return key


def sign(secret: str, message: str, at: dt.datetime, body: bytes) -> str:
    """One signature: "v1," and the base64 of the HMAC over id, timestamp (seconds) and body."""
    material = f"{message}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), material, "sha256")).decode()


def headers(valid: Iterable[str], message: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """The three headers; while a secret is being changed, both sign."""
    signed = " ".join(sign(secret, message, at, body) for secret in valid)
    return {ID: message, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: signed}


def verify(valid: Iterable[str], given: Mapping[str, str], body: bytes, now: dt.datetime) -> str:
    """The message's id, if one of the valid secrets signed it within five minutes. Raises BadSignature."""
    message, stamp, signed = (given.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not message or not signed or not stamp.isdecimal() or len(stamp) > 12 or len(message) > 200:
        raise BadSignature("headers are missing")
    at = dt.datetime.fromtimestamp(int(stamp), dt.UTC)
    if abs(now - at) > TOLERANCE:
        raise BadSignature("the timestamp is more than five minutes away")
    wanted = [sign(secret, message, at, body).encode() for secret in valid]
    offered = [part.encode() for part in signed.split(" ")[:10]]
    if not any(hmac.compare_digest(one, other) for one in wanted for other in offered):
        raise BadSignature("no signature fits")
    return message
