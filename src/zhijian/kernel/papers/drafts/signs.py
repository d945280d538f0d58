"""Signs of the fonts Symbol and Wingdings (w:sym, bullets) as the fonts of papers have them. No Django."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

SIGNS: dict[str, dict[int, str]] = {
    "symbol": {0xB7: "·", 0xB4: "×", 0xB8: "÷", 0xB1: "±", 0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xB0: "°", 0xA5: "∞"},
    "wingdings": {
        0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "□", 0x72: "□", 0x75: "◆", 0x76: "◆", 0xA1: "○",
        0xA7: "■", 0xA8: "□", 0x9F: "·", 0xD8: "▶", 0xFC: "√", 0xFB: "×", 0xFE: "☑", 0xFD: "☒",
    },
    "wingdings 2": {0x50: "√", 0x4F: "×", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□", 0x2A: "□", 0x30: "□"},
}  # fmt: skip


def sign_of(font: str, code: int) -> str:
    """A sign of a font by its number; empty where papers have none for it."""
    if not font:
        return SIGNS["symbol"].get(code & 0xFF) or SIGNS["wingdings"].get(code & 0xFF, "")
    return SIGNS.get(font.lower(), {}).get(code & 0xFF, "")


def sign(sym: Any) -> str:
    """What a w:sym shows; empty where papers have no such sign."""
    try:
        return sign_of(sym.get(qn("w:font")) or "", int(sym.get(qn("w:char")) or "", 16))
    except ValueError:
        return ""
