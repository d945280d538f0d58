"""How alike two names, streets or numbers are, from 0 to 1; each knows the errors that are made with it. Pure."""

from __future__ import annotations

from functools import lru_cache

from zhijian.kernel.registry.codes import BadCode, read_uscc
from zhijian.kernel.registry.likely.clues import LOCAL, local
from zhijian.kernel.registry.likely.lore import Lore
from zhijian.kernel.registry.text import readings

HEARD, SEEN = 0.3, 0.35  # of a whole error: a character that sounds, or looks, like the right one
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def likeness(one: str, other: str, lore: Lore) -> float:
    """1 less the errors that lie between two folded texts, as a share of the longer one; never below 0.

    A character that sounds like the right one is a third of an error.
    """
    if one == other:
        return 1.0 if one else 0.0
    if not one or not other:
        return 0.0
    return max(0.0, 1 - _distance(one, other, lore) / max(len(one), len(other)))


def _distance(one: str, other: str, lore: Lore) -> float:
    """Edit distance: a character more or less counts 1, two that change places 1, another one what `_cost` says."""
    before: list[float] = []
    row = [float(n) for n in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        last, before = before, row
        row = [float(i)]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (0 if a == b else _cost(a, b, lore)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


@lru_cache(maxsize=65_536)
def _cost(a: str, b: str, lore: Lore) -> float:
    """What it counts that `b` stands for `a`; remembered, for it is asked half a million times a minute."""
    if heard(a, b, lore):
        return HEARD
    return SEEN if (a, b) in lore.shapes else 1.0


def heard(a: str, b: str, lore: Lore) -> bool:
    """Whether two characters sound alike; letters and digits do not."""
    return not a.isascii() and not b.isascii() and lore.sound(_reading(a)) == lore.sound(_reading(b))


@lru_cache(maxsize=8_192)
def _reading(char: str) -> str:
    return readings(char)[0]


def same_phone(one: str, other: str) -> bool:
    """Whether two numbers are one, with or without the code of the area."""
    a, b = local(one), local(other)
    return len(a) >= LOCAL and a == b


def near_phone(one: str, other: str) -> bool:
    """Whether two numbers differ by two digits that changed places, or by one digit."""
    a, b = local(one), local(other)
    if len(a) != len(b) or len(a) < LOCAL or a == b:
        return False
    wrong = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(wrong) == 1:
        return True
    return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]


def swapped(digits: str) -> list[str]:
    """Every number that becomes this one when two neighbours change places."""
    made = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(len(digits) - 1)]
    return [one for one in dict.fromkeys(made) if one != digits]


def repaired(code: str) -> list[str]:
    """Valid codes (USCC) that one wrong sign, or two neighbours that changed places, lie away; none of a valid one."""
    try:
        read_uscc(code)
    except BadCode:
        if len(code) != 18:
            return []
    else:
        return []
    made = swapped(code)
    made += [code[:i] + sign + code[i + 1 :] for i in range(18) for sign in _ALPHABET if sign != code[i]]
    return [one for one in dict.fromkeys(made) if _valid(one)]


def _valid(code: str) -> bool:
    try:
        return read_uscc(code).code == code
    except BadCode:
        return False
