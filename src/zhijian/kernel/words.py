"""Small words of a language: lists, joined by 、 in Chinese and by commas in English, and quotation marks."""

from __future__ import annotations

import os
from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext as _


def listed(parts: Iterable[object], most: int | None = None) -> str:
    """Parts of a list in the active language; beyond the first `most` it is said how many there are."""
    said = [str(part) for part in parts]
    shown = said if most is None or len(said) <= most else said[:most]
    text = _(", ").join(shown)
    return text if len(shown) == len(said) else _("{list} and {n} more").format(list=text, n=len(said) - len(shown))


def quoted(text: str) -> str:
    """A text in the quotation marks of the active language."""
    return _("“{text}”").format(text=text)


def terminal_language() -> str:
    """The terminal's language where it names one of ours (LC_ALL, LC_MESSAGES, LANG), else the place's."""
    said = next((v for k in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(k))), "")
    try:
        return translation.get_supported_language_variant(said.split(".")[0].replace("_", "-") or "-")
    except LookupError:
        return translation.get_language() or "en"
