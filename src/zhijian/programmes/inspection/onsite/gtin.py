"""Codes of products (GTIN: EAN-13, EAN-8, UPC-A, ITF-14), told by their length and held by their check digit. Pure.

The phone judges alike (`web/field/src/gtin.ts`); `tests/fixtures/gtin.json` holds both sides.
"""

from __future__ import annotations

import re

LENGTHS = (8, 12, 13, 14)


def digits_of(typed: str) -> str:
    """The digits of what was typed; spaces and dashes of a print go."""
    return re.sub(r"[\s\-–]", "", typed)


def check_digit(head: str) -> int:
    """What completes the code to a whole ten: weights 3 and 1 from the right (GS1 General Specifications, 7.9).

    >>> check_digit("690123456789")
    2
    """
    total = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(head)))
    return -total % 10


def wrong_with(code: str) -> str:
    """What is wrong with a code: `digits`, `length` or `check`; empty for a whole one."""
    if not re.fullmatch(r"[0-9]+", code):
        return "digits"
    if len(code) not in LENGTHS:
        return "length"
    return "" if check_digit(code[:-1]) == int(code[-1]) else "check"


def gtin(code: str) -> str:
    """The same product under one key, however long its code was printed."""
    return code.zfill(14)
