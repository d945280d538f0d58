"""Verification codes: random, so that nobody finds a paper by guessing; with a check, so that a slip is told."""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
LENGTH = 12
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None, "\u2011": None, "\u2013": None})


def check_char(body: str) -> str:
    """Luhn over base 32: catches each single wrong character and nearly each swap of neighbours."""
    total, factor = 0, 2
    for char in reversed(body):
        addend = factor * _VALUE[char]
        total += addend // 32 + addend % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def new_code() -> str:
    """A new code: 55 random bits and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + check_char(body)


def read_code(typed: str) -> str | None:
    """The code as stored, from what somebody typed or scanned; None for what cannot be one."""
    seen = "".join(char for char in typed if unicodedata.category(char) != "Cf")  # zero-width marks come with copying
    code = seen.strip().upper().translate(_READ_AS)
    if len(code) != LENGTH or any(c not in _VALUE for c in code):
        return None
    return code if check_char(code[:-1]) == code[-1] else None


def shown_code(code: str) -> str:
    """As it is printed: three groups of four."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
