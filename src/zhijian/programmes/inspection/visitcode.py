"""The inspection code (检查码): who comes, when, by which lists and which law, signed by the site.

Pure but for the key. A code is the last part of a public page's address: base32 of 64 bytes of Ed25519 over PREFIX and
the rest, and the rest: deflated GB 18030 of a JSON array. Capitals and digits alone, since a QR code holds these in 5.5
bits each.
It has a fixed set of fields, none of which tells what the visit came from.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import zlib
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhijian.config.places import secret

FORMAT = "zhijian.visit-code/1"
PREFIX = f"{FORMAT}\n".encode()  # what is signed here is nothing else
SIGNATURE = 64  # bytes
LONGEST = 2_000  # characters; the largest QR code of these characters holds 3,391
INFLATED = 8_192  # bytes
ENCODING = "gb18030"  # two bytes for a Chinese character, where UTF-8 takes three


@dataclass(frozen=True)
class Told:
    """What a code says, and all that it says."""

    number: str
    kind: str  # routine, special, recheck
    day: dt.date  # the last day on which it is good
    enterprise: str
    people: tuple[tuple[str, str], ...]  # name, number of the certificate
    lists: tuple[str, ...]  # none: chosen at the door
    basis: tuple[str, ...]
    office: str


@cache
def _key() -> Ed25519PrivateKey:
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=PREFIX).derive(secret("visit-code").encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> str:
    """The site's public key, 32 bytes in hex."""
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return _key().public_key().public_bytes(*raw).hex()


def sign(told: Told) -> str:
    """The code's text. The same facts give the same text, so that a phone that holds it gets nothing new."""
    fields = [
        told.number, told.kind, told.day.isoformat(), told.enterprise, told.people, told.lists, told.basis, told.office,
    ]  # fmt: skip
    packed = _deflated(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(ENCODING))
    return base64.b32encode(_key().sign(PREFIX + packed) + packed).decode().rstrip("=")


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


def read(text: str) -> Told | None:
    """What a code says; None for what this site did not sign."""
    if len(text) > LONGEST:
        return None
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        signature, packed = raw[:SIGNATURE], raw[SIGNATURE:]
        _key().public_key().verify(signature, PREFIX + packed)
    except (binascii.Error, ValueError, InvalidSignature):
        return None
    number, kind, day, enterprise, people, lists, basis, office = json.loads(
        zlib.decompressobj(wbits=-15).decompress(packed, INFLATED).decode(ENCODING)
    )
    named = tuple((name, certificate) for name, certificate in people)
    return Told(number, kind, dt.date.fromisoformat(day), enterprise, named, tuple(lists), tuple(basis), office)
