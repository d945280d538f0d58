"""The catalogue of special equipment: what a category is called, in the active language."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import get_language

from zhijian.kernel.packs import stack
from zhijian.programmes.equipment.models import Equipment, Group

TABLE = "codes/equipment"


@cache
def _names(pack: str) -> dict[str, Any]:
    return stack().table(TABLE) if stack().files(f"{TABLE}.toml") else {}


def name_of(category: str, language: str = "") -> str:
    """A category in words: its own, or that of the class above it; the code where the place has no catalogue."""
    names = _names(stack().name)
    language = "en" if (language or get_language() or "").startswith("en") else "zh-hans"
    for code in (category, category[:2] + "00", category[:1] + "000"):
        if code in names:
            return str(names[code].get(language) or next(iter(names[code].values())))
    return str(Group(category[:1]).label) if category[:1] in Group.values else category


def known(code: str) -> bool:
    """Whether a piece's code begins with a class of the catalogue (its first two figures), where the place has one.

    Not with a category of it: which of those there are is not verified everywhere.
    """
    names = _names(stack().name)
    return not names or code[:2] + "00" in names


def title_of(record: Equipment) -> str:
    """How a piece is called in lists, in the place's language: what it is, its number there, where it stands."""
    what = record.name or name_of(record.category, stack().language)
    return " ".join(filter(None, [what, record.inner_no, record.place]))[:200]
