"""Official numbers of entities and licences: how they are written, repaired and checked.

A scheme says how a pack identifies entities. `cn` has the Unified Social Credit Code (USCC, GB 32100-2015) and, for
registrations older than it, the 15-digit registration number. Elsewhere there may be none: then a source's own key
serves. Check digits of USCC decide; those of food licences (JY, SC: ISO 7064 MOD 11,10) only
warn: the standard behind them could not be read whole (regulations.md, section 7).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import mul

from stdnum.cn import uscc as _uscc
from stdnum.iso7064 import mod_11_10

USCC = "uscc"
FORMER = "reg15"  # 15-digit registration number, before the USCC

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_FORM = re.compile(rf"[{_ALPHABET}]{{2}}\d{{6}}[{_ALPHABET}]{{10}}")
_FORMER = re.compile(r"\d{13}[\dA-Z]{2}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.IGNORECASE)
_FOOD = re.compile(r"(JY|SC|YB)(\d{14})")


class BadCode(ValueError):
    """Not a code of the scheme. `why` is a short key that `problems.py` puts into words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is stored; `note` says what had to be mended ("repaired") or is doubtful ("check_digit")."""

    scheme: str
    code: str
    note: str = ""


def _fits(code: str) -> bool:
    """Whether the last character is the check character (GB 32100): python-stdnum's rule, five times as quick.

    A register has 607,000 of them. A test compares it with the library.
    """
    return (_VALUE[code[17]] + sum(map(mul, _USCC_WEIGHTS, map(_VALUE.__getitem__, code)))) % 31 == 0


def read_uscc(typed: str) -> Code:
    """A USCC or a former 15-digit number from a cell that has been folded to half width and upper case.

    O and I, which the alphabet has not, are read as 0 and 1 when that makes the check digit right.
    Raises BadCode: "scientific", "length", "characters", "check_digit".
    """
    if _FORM.fullmatch(typed) and _fits(typed):  # nearly all
        return Code(USCC, typed)
    text = typed.strip(" '’‘`\"").replace(" ", "").replace("-", "")
    if _SCIENTIFIC.fullmatch(text):
        raise BadCode("scientific")
    if len(text) == 15 and _FORMER.fullmatch(text):
        return Code(FORMER, text)
    if len(text) != 18:
        raise BadCode("length")
    mended = text.replace("O", "0").replace("I", "1")
    if not _FORM.fullmatch(mended):
        raise BadCode("characters")
    if not _fits(mended):
        raise BadCode("check_digit")
    return Code(USCC, mended, "" if mended == text else "repaired")


SCHEMES: dict[str, Callable[[str], Code]] = {USCC: read_uscc}


def food_licence_doubt(number: str) -> str:
    """Say "check_digit" for a JY or SC number whose last digit does not fit, "" for any other."""
    found = _FOOD.fullmatch(number)
    if found is None or found.group(1) == "YB" or mod_11_10.is_valid(found.group(2)):
        return ""
    return "check_digit"


# Weights of the organisation code inside the USCC (GB 11714), positions 9 to 16.
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def make_uscc(kind: str, area: str, serial: int) -> str:
    """A valid USCC for made-up data: registering department and class (two characters), six-digit area, a serial.

    >>> read_uscc(make_uscc("91", "370303", 12345)).scheme
    'uscc'
    """
    body = f"{serial:08d}"
    rest = (11 - sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11) % 11
    number = f"{kind}{area}{body}{'X' if rest == 10 else rest}"
    return number + _uscc.calc_check_digit(number)


def make_food_licence(prefix: str, body13: str) -> str:
    """A JY or SC number with its check digit, from the thirteen digits before it; for made-up data."""
    return f"{prefix}{body13}{mod_11_10.calc_check_digit(body13)}"
