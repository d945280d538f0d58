"""Personal data at rest: AES-256-GCM, a blind index for the exact value, masks for the eye.

Keys come from the environment or the data home (`ops`), one for each purpose, derived by HKDF, so that a leaked index
key opens nothing.
"""

from __future__ import annotations

import functools
import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import models

from zhijian.config.places import secret

_VERSION = b"\x01"


@functools.lru_cache(maxsize=8)
def _key(purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(secret("personal").encode())


def seal_text(text: str) -> bytes:
    """Encrypt `text`: one version byte, 12 bytes of nonce, ciphertext with tag."""
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(_key("seal")).encrypt(nonce, text.encode(), _VERSION)


def open_text(sealed: bytes) -> str:
    """Decrypt what `seal_text` made. Raises cryptography.exceptions.InvalidTag when it was changed."""
    sealed = bytes(sealed)
    return AESGCM(_key("seal")).decrypt(sealed[1:13], sealed[13:], sealed[:1]).decode()


def blind_index(text: str, purpose: str) -> str:
    """A keyed digest (32 hex digits) by which the exact value can be found without being stored in clear."""
    return hmac.digest(_key("index:" + purpose), text.encode(), "sha256").hex()[:32]


def mask(text: str) -> str:
    """What is shown until somebody opens it: 王** , 138******71."""
    if len(text) >= 7:
        return text[:3] + "*" * (len(text) - 5) + text[-2:]
    return text[:1] + "*" * (len(text) - 1)


class EncryptedText(models.BinaryField):
    """A text column that is stored sealed. It can't be filtered on: keep a blind index beside it."""

    def to_python(self, value: str | None) -> str | None:
        """Text, not base64, as a plain binary column would have it."""
        return value

    def from_db_value(self, value: bytes | None, expression: object, connection: object) -> str | None:
        return None if value is None else open_text(value)

    def get_db_prep_value(self, value: str | bytes | None, connection: object, prepared: bool = False) -> bytes | None:
        if isinstance(value, str):
            value = seal_text(value)
        return super().get_db_prep_value(value, connection, prepared)
