"""The order in which one walks: street by street, house by house. What a street looks like is the pack's (`street`)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from zhijian.kernel.packs import stack
from zhijian.kernel.registry.text import fold, readings

NUMBER = re.compile(r"\d+")
Walk = tuple[bool, str, str, int, str]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def street_of(address: str) -> tuple[str, int]:
    """Street and house number of an address; an empty street where none can be told, 0 where there is no number."""
    text = " ".join(unicodedata.normalize("NFKC", address).split())
    found = _pattern(stack().setting("street", r"^(?P<street>[^\d]*)(?P<number>\d+)?")).search(text)
    if found is None:
        return "", 0
    number = NUMBER.search(found["number"] or "")
    return (found["street"] or "").strip(" ,."), int(number[0]) if number and len(number[0]) < 10 else 0


def walk(area: str, address: str, name: str) -> Walk:
    """What places are sorted by: those with a street first, by office, street (its reading), number and sign."""
    street, number = street_of(address)
    folded = fold(street)
    return (not folded, area, " ".join(readings(folded)), number, name)
