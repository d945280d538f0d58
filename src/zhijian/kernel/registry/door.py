"""The code on the door: ten characters that can be read aloud, typed and checked (Crockford base 32 and a check)."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
LENGTH = 10


def _check_char(body: str) -> str:
    """Luhn over base 32: catches every single wrong character and nearly every swap of neighbours."""
    total, factor = 0, 2
    for char in reversed(body):
        addend = factor * _VALUE[char]
        total += addend // 32 + addend % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def new_door_code() -> str:
    """A random code: 45 bits and a check character; guessing one of 100,000 takes some 350 million tries."""
    bits = secrets.randbits(45)
    body = "".join(ALPHABET[(bits >> (5 * i)) & 31] for i in range(LENGTH - 1))
    return body + _check_char(body)


def read_door_code(typed: str) -> str | None:
    """The code as stored, from what a person typed or scanned; None when it cannot be a door code."""
    code = typed.strip().upper().translate(_READ_AS)
    if len(code) != LENGTH or any(c not in _VALUE for c in code):
        return None
    return code if _check_char(code[:-1]) == code[-1] else None


def shown_door_code(code: str) -> str:
    """As it is printed: in two groups of five."""
    return f"{code[:5]}-{code[5:]}"
