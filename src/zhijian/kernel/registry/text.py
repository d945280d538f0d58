"""Names as they are compared, searched and sorted. Pure functions; the import calls them by the hundred thousand."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

# Salt that keeps the bigrams of representatives apart from those of names in one array and one index.
PERSON_SALT = 0x5A3C_C3A5
KEY_LENGTH = 40

# Characters whose reading (and first letter) hangs on the word, and which are frequent in names of firms and people:
# only names that hold one of them pay for pypinyin's dictionary of phrases.
_DEPENDS_ON_WORD = frozenset("行长重乐厦都朝曾单仇解尉查盛会车参藏传校省奇畜系降茄广翟贾调种")


def _readings() -> dict[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


@lru_cache(maxsize=32768)
def _char_reading(char: str) -> str:
    """The first reading of a character without tone (烤 → kao); anything else in lower case."""
    from pypinyin import Style
    from pypinyin.style import convert

    found = _readings().get(ord(char))
    if not found:
        return char.lower()
    return convert(found.split(",")[0], Style.NORMAL, strict=False).replace("ü", "v")


def readings(folded: str) -> list[str]:
    """Pinyin of each character; by phrase where the reading hangs on the word (银行 → yin hang)."""
    if not _DEPENDS_ON_WORD.isdisjoint(folded):
        from pypinyin import lazy_pinyin

        return lazy_pinyin(folded, errors=list)
    return [_char_reading(c) for c in folded]


@lru_cache(maxsize=65536)
def _folded_char(char: str) -> str:
    """What one character becomes when names are compared: width and case away, punctuation and blanks gone."""
    return "".join(c for c in unicodedata.normalize("NFKC", char).upper() if unicodedata.category(c)[0] in "LNM")


def fold(name: str) -> str:
    """A name as it is compared: （）and (), full and half width, case, blanks and punctuation make no difference."""
    return "".join(map(_folded_char, name))


def _signed(value: int) -> int:
    value &= 0xFFFF_FFFF
    return value - 0x1_0000_0000 if value >= 0x8000_0000 else value


@lru_cache(maxsize=262_144)
def _gram(a: str, b: str, salt: int) -> int:
    """Two neighbours as one 32-bit number; characters beyond the BMP may collide, so a search reads the name."""
    return _signed(((ord(a) << 16) ^ ord(b)) ^ salt)


def grams(folded: str, salt: int = 0) -> list[int]:
    """The bigrams of a folded text, each once, in ascending order."""
    return sorted({_gram(a, b, salt) for a, b in pairwise(folded)})


def search_columns(name: str, person: str = "") -> tuple[str, list[int], str, str]:
    """(fold, grams, initials, name_key) of a name, with the bigrams of the person who answers for it mixed in."""
    folded = fold(name)
    read = readings(folded)
    marks = grams(folded)
    if person:
        marks = sorted({*marks, *grams(fold(person), PERSON_SALT)})
    initials = "".join([r[:1] for r in read]).lower()
    return folded[:200], marks, initials[:200], " ".join(read).lower()[:KEY_LENGTH]
