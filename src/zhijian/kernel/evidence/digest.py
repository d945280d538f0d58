"""Digests over canonical JSON: the same record gives the same bytes on the phone, on the server and in court.

Canonical: keys sorted by code point, no spaces, UTF-8, integers and strings only (a decimal is a string, since the
floats of two languages do not print alike).
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any


class NotCanonical(ValueError):
    """The value holds something that has no canonical form (a float, a key that is no string)."""


def _check(value: Any, path: str = "$") -> None:
    if isinstance(value, float | Decimal):
        raise NotCanonical(f"{path}: a decimal must be a string, not {value!r}")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{path}: key {key!r} is not a string")
            _check(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]")


def canonical(value: Any) -> bytes:
    """The canonical JSON of `value`. Raises NotCanonical."""
    _check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def sm3_hex(data: bytes) -> str:
    """SM3 (GB/T 32905) as 64 hex digits."""
    return hashlib.new("sm3", data).hexdigest()
