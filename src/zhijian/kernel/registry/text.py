"""Names as they are compared, searched and sorted. Pure functions; the import calls them by the hundred thousand."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

# Salts that keep the bigrams of persons and addresses apart from those of names, in one array and one index.
PERSON_SALT = 0x5A3C_C3A5
ADDRESS_SALT = 0x35C9_6B1D
KEY_LENGTH = 40

# Characters whose reading (and first letter) hangs on the word, and which are frequent in names of firms and people:
# only names that hold one of them pay for pypinyin's dictionary of phrases.
_DEPENDS_ON_WORD = frozenset("行长重乐厦都朝曾单仇解尉查盛会车参藏传校省奇畜系降茄广翟贾调种")


class _Memo(dict[int, str]):
    """A table for str.translate that is filled as characters are met."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, code: int) -> str:
        made = self[code] = self.make(chr(code))
        return made


def _char_reading(char: str) -> str:
    """The first reading of a character without tone (烤 → kao); anything else in lower case."""
    from pypinyin import Style
    from pypinyin.pinyin_dict import pinyin_dict
    from pypinyin.style import convert

    found = pinyin_dict.get(ord(char))
    if not found:
        return char.lower()
    return convert(found.split(",")[0], Style.NORMAL, strict=False).replace("ü", "v")


def _folded_char(char: str) -> str:
    """What one character becomes when names are compared: width and case away, punctuation and blanks gone."""
    return "".join(c for c in unicodedata.normalize("NFKC", char).upper() if unicodedata.category(c)[0] in "LNM")


_READING = _Memo(_char_reading)
_INITIAL = _Memo(lambda char: _char_reading(char)[:1])
_FOLDED = _Memo(_folded_char)


@lru_cache(maxsize=65_536)
def _reading_in_word(around: str, place: int) -> str:
    """The reading of the character at `place` as pypinyin's dictionary of phrases has it."""
    from pypinyin import lazy_pinyin

    # `errors` may return a list (one entry a character), which the package's own types do not say.
    return lazy_pinyin(around, errors=list)[place].lower()  # type: ignore[arg-type]


def readings(folded: str) -> list[str]:
    """Pinyin of each character; by its neighbours where the reading hangs on the word (银行 → yin hang)."""
    found = [_READING[ord(c)] for c in folded]
    if not _DEPENDS_ON_WORD.isdisjoint(folded):
        for i, char in enumerate(folded):
            if char in _DEPENDS_ON_WORD:
                start = max(0, i - 2)
                found[i] = _reading_in_word(folded[start : i + 3], i - start)
    return found


def fold(name: str) -> str:
    """A name as it is compared: （）and (), full and half width, case, blanks and punctuation make no difference."""
    return name.translate(_FOLDED)


def grams(folded: str, salt: int = 0) -> list[int]:
    """The bigrams of a folded text, each once, in ascending order: two UTF-16 units as one signed 32-bit number."""
    units = memoryview(folded.encode("utf-16-le")).cast("H")
    numbers = {((a << 16) | b) ^ salt for a, b in pairwise(units)}
    return sorted([n - 0x1_0000_0000 if n > 0x7FFF_FFFF else n for n in numbers])


def search_columns(name: str, person: str = "", address: str = "") -> tuple[str, list[int], str, str]:
    """(fold, grams, initials, name_key) of a name, with the bigrams of person and address mixed in.

    (pg_trgm would need a locale in which Chinese characters are letters, which a server need not have.)
    """
    folded = fold(name)
    marks = grams(folded)
    if person:
        marks += grams(fold(person), PERSON_SALT)
    if address:
        marks += grams(fold(address), ADDRESS_SALT)
    if person or address:
        marks = sorted(set(marks))
    if _DEPENDS_ON_WORD.isdisjoint(folded):
        initials, read = folded.translate(_INITIAL), readings(folded[:KEY_LENGTH])
    else:
        read = readings(folded)
        initials = "".join([r[:1] for r in read])
    return folded[:200], marks, initials[:200], " ".join(read)[:KEY_LENGTH]
