"""Texts as pieces of 2 to 4 characters (n-grams), each an exact 64-bit number: no segmenter, no dictionary.

Four UTF-16 units fill 64 bits, so a piece *is* its number and can be read back from it. Spaces and punctuation end a
piece. Every figure counts as 0: prices differ, the words around them do not; and no piece of a phone, order or identity
number gets into a model.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 2, 4
MOST_CHARS = (
    2_000  # what comes after is not read: the platforms' own limit is 3,000, and the matter is at the beginning
)
_GAP = "\0"
Grams = NDArray[np.uint64]


class _Folding(dict[int, str]):
    """str.translate's table, filled as characters come: lower case, full width to half, figures to 0, signs to a gap.

    One character stays one character, so a place in the folded text is the same place in the original.
    """

    def __missing__(self, point: int) -> str:
        letter = unicodedata.normalize("NFKC", chr(point))[:1].lower()[:1] or _GAP
        if letter.isdigit() or letter.isdecimal():
            letter = "0"
        elif not letter.isalnum():
            letter = _GAP
        elif ord(letter) > 0xFFFF:  # rare characters share places of the private-use area: one unit for each
            letter = chr(0xE000 + ord(letter) % 0x1900)
        self[point] = letter
        return letter


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text as it is compared, of the same length (at most MOST_CHARS); \\0 where a piece ends."""
    return text[:MOST_CHARS].translate(_FOLDING)


def units(folded: str) -> NDArray[np.uint64]:
    """A folded text's characters as numbers."""
    return np.frombuffer(folded.encode("utf-16-le"), dtype="<u2").astype(np.uint64)


def grams(folded: str, shortest: int = SHORTEST, longest: int = LONGEST) -> Grams:
    """Every piece of a folded text, by length, then by place; with repetitions, without pieces that hold a gap."""
    return places(folded, shortest, longest)[0]


def places(folded: str, shortest: int = SHORTEST, longest: int = LONGEST) -> tuple[Grams, NDArray[np.int64], Grams]:
    """The pieces as `grams` gives them, the place where each begins, and how long each is."""
    letters = units(folded)
    whole = letters != 0
    found, starts, lengths = [], [], []
    numbers, unbroken = letters, whole
    for n in range(1, longest + 1):
        if n > 1:
            size = max(len(letters) - n + 1, 0)
            numbers = (numbers[:size] << np.uint64(16)) | letters[n - 1 :]
            unbroken = unbroken[:size] & whole[n - 1 :]
        if n >= shortest:
            at = np.flatnonzero(unbroken)
            found.append(numbers[at])
            starts.append(at)
            lengths.append(np.full(len(at), n, dtype=np.uint64))
    return np.concatenate(found), np.concatenate(starts), np.concatenate(lengths)


def gram(word: str) -> int:
    """The number of one piece (a word of at most LONGEST characters)."""
    number = 0
    for letter in fold(word):
        number = number << 16 | ord(letter)
    return number


def text_of(number: int) -> str:
    """A piece, read back from its number."""
    letters = [chr(number >> shift & 0xFFFF) for shift in (48, 32, 16, 0) if number >> shift]
    return "".join(letters)
