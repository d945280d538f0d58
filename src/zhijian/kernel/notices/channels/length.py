"""How long messages are, and how they are made to fit before a provider has to cut them. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

# The alphabet of plain text messages (3GPP TS 23.038, 6.2.1) and its extension, whose characters count twice.
_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
MORE = "…"


@dataclass(frozen=True)
class Length:
    """How long a text message is: its units, and the messages that it is billed as."""

    units: int
    parts: int


def sms_length(text: str) -> Length:
    """Units and parts of a text: 160 or 153 each in the plain alphabet, otherwise 70 or 67 (UTF-16 code units)."""
    if all(c in _PLAIN or c in _DOUBLE for c in text):
        units, whole, part = len(text) + sum(c in _DOUBLE for c in text), 160, 153
    else:
        units, whole, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return Length(units, 1 if units <= whole else math.ceil(units / part))


def shortened(text: str, longest: int) -> str:
    """The text, or as much of it as fits into `longest` characters with "…" at its end."""
    return text if len(text) <= longest else text[: max(longest - 1, 0)].rstrip() + MORE


def fit_bytes(text: str, most: int) -> str:
    """The text, or its first whole lines that fit into `most` bytes of UTF-8, the last one "…".

    A single line that is too long is cut within itself.
    """
    if len(text.encode()) <= most:
        return text
    room = most - len(("\n" + MORE).encode())
    kept: list[str] = []
    for line in text.split("\n"):
        size = len("\n".join([*kept, line]).encode())
        if size > room:
            break
        kept.append(line)
    if not kept:
        return text.encode()[:room].decode(errors="ignore") + MORE
    return "\n".join([*kept, MORE])
