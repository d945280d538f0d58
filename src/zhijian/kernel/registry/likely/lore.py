"""What a place's people say instead of what is registered: the pack's words (`heard.toml`) and the names of its areas.

Plain data that the pure functions beside it are given; a pack without such words gives an empty lore, and names are
then compared as they stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from zhijian.kernel.packs import Stack, stack
from zhijian.kernel.registry.text import fold


@dataclass(frozen=True, eq=False)
class Lore:
    """The words of a place; known by identity, for what is read by it is remembered.

    `places` maps what an area is called (张店) to its code, "" for what lies above the place.
    """

    words: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def list(self, name: str) -> list[str]:
        """One of the lists of words; empty where the pack has none."""
        return list(self.words.get(name, ()))

    @cached_property
    def _simple(self) -> dict[int, str]:
        pairs = self.words.get("traditional", "")
        return {ord(a): b for a, b in zip(pairs[::2], pairs[1::2], strict=True)}

    def plain(self, text: str) -> str:
        """Half width, simplified characters; brackets and blanks stay."""
        return unicodedata.normalize("NFKC", text).translate(self._simple)

    @cached_property
    def trade_of(self) -> dict[str, str]:
        """Words for what a shop deals in → trade ("other": none that has a code)."""
        return {word: trade for trade, words in self.words.get("trade", {}).items() for word in words}

    @cached_property
    def trade_end(self) -> re.Pattern[str]:
        """What a name ends with that says only what kind of shop it is: 烤鱼店, 餐饮, 店."""
        trades = _either(self.trade_of)
        return re.compile(f"(?P<trade>{trades})?(?P<end>{_either(self.list('ends'))})?$")

    @cached_property
    def place(self) -> re.Pattern[str]:
        """One name of an area at the beginning of a text."""
        return re.compile(f"(?P<name>{_either(self.places)})(?:{_either(self.list('wider'))})?")

    @cached_property
    def form_end(self) -> re.Pattern[str]:
        """Legal forms at the end of a name; a branch's place stands between two of them."""
        forms, places = _either(self.list("forms")), _either(self.places)
        return re.compile(f"(?:{forms})(?:(?:{places})(?:{_either(self.list('wider'))})?)*(?:{forms})?$")

    @cached_property
    def road(self) -> re.Pattern[str]:
        """A street with its house number inside an address without the areas."""
        number = re.escape(self.words.get("number", ""))
        return re.compile(
            rf"(?P<road>[^\W\d_]{{1,10}}?(?:{_either(self.list('roads'))}))(?P<number>\d{{1,5}})?(?:{number or '$'})?"
        )

    @cached_property
    def shapes(self) -> frozenset[tuple[str, str]]:
        """Pairs of characters that look alike."""
        return frozenset((a, b) for group in self.list("shapes") for a in group for b in group if a != b)

    def sound(self, reading: str) -> str:
        """A reading in which what is hard to tell apart by ear is made equal (zhang, zan: zan)."""
        for one, other in self.words.get("sounds", ()):
            if one[0] in "aei":  # how it ends
                reading = reading.removesuffix(one) + other if reading.endswith(one) else reading
            elif reading.startswith(one):
                reading = other + reading.removeprefix(one)
        return reading


def _either(words: Any) -> str:
    """A pattern for one of the words, the longest first; of none: what never matches."""
    return "|".join(re.escape(w) for w in sorted(set(words), key=lambda w: (-len(w), w))) or "(?!)"


def read(place: Stack) -> Lore:
    """The lore of a stack of packs."""
    try:
        words = place.table("heard")
    except FileNotFoundError:
        return Lore()
    names: dict[str, str] = {fold(word): "" for word in words.get("above", ())}
    for area in place.areas.values():
        short = area.short.removesuffix("所") if area.level == "office" else area.short
        for name in (short, short.removesuffix("区")):
            if len(name) > 1:
                names.setdefault(fold(name), area.code)
    return Lore(words, names)


@lru_cache(maxsize=4)
def _of(name: str) -> Lore:
    return read(stack())


def lore() -> Lore:
    """The lore of the installed pack."""
    return _of(stack().name)
