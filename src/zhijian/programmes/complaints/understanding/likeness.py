"""Seen before: texts that are nearly the same, and the passages that they share.

How alike two texts are is the share of their pieces of three characters that they have in common (Jaccard): 1 for the
same words, about 0.9 after one changed word in a long sentence. It is estimated from sketches (MinHash, Broder 1997:
the smallest of many hashes agree as often as the sets overlap), and candidates are found by bands of a sketch
(locality-sensitive hashing), so that 100,000 texts need not be compared each with each.

A sketch is made with a secret salt, as a text may be sealed: without the salt nobody can try words against it. That two
sketches are alike shows to whoever holds both, since that is what they are for.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grams import fold, grams

PIECE = 3  # characters
HASHES = 100  # of a sketch: the estimate's standard error is at most 0.05
ROWS = 5  # hashes of a band: of pairs as alike as 0.7 one in 40 is missed, of 0.3 one in 20 is looked at in vain
ALIKE = 0.6
NEAR = 0.15  # a candidate whose estimate lies so far below is not counted exactly: three standard errors
FORMAT = b"\x01"
SKETCH_BYTES = len(FORMAT) + 2 * HASHES
BATCH = 256  # texts hashed in one go: their pieces fit a core's cache
NEIGHBOURS = 16  # in a band's group each text is compared with so many, and with the first: a mass letter stays linear
LEAST_PASSAGE, MOST_PASSAGES = 4, 5

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]
_FIXED = np.random.Generator(np.random.PCG64(1997)).integers(1, 2**63, (2, HASHES), dtype=np.uint64)
_TIMES, _PLUS = _FIXED[0] << np.uint64(1) | np.uint64(1), _FIXED[1]
_LENGTH = np.uint64(8 << 56)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, order=True)
class Pair:
    """Two texts by their places in the list (one < other), and how alike they are, 0 to 1."""

    one: int
    other: int
    likeness: float


@dataclass(frozen=True)
class Passage:
    """What two texts share, as it stands in the first; where it begins in each (characters), and how long it is."""

    text: str
    at_one: int
    at_other: int
    length: int


def pieces(text: str) -> Numbers:
    """A text's different pieces of three characters, sorted; of a text that has none so long, what it has."""
    folded = fold(text)
    found = np.unique(grams(folded, PIECE, PIECE))
    return found if len(found) else np.unique(grams(folded, 1, PIECE - 1))


def likeness(one: str, other: str) -> float:
    """How alike two texts are, counted exactly: 0 to 1; 0 where either says nothing."""
    return _overlap(pieces(one), pieces(other))


def _overlap(one: Numbers, other: Numbers) -> float:
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common) if common else 0.0


def sketch(text: str, salt: bytes) -> bytes:
    """A text's sketch, SKETCH_BYTES long; empty for a text without a letter or figure.

    Only sketches made with the same salt can be compared. Raises ValueError for a salt shorter than 16 bytes.
    """
    return sketches([text], salt)[0]


def sketches(texts: Iterable[str], salt: bytes) -> list[bytes]:
    """The sketches of many texts, in their order: see `sketch`."""
    key = _key(salt)
    out: list[bytes] = []
    waiting: list[Numbers] = []
    for text in texts:
        waiting.append(pieces(text))
        if len(waiting) == BATCH:
            out += _sketched(waiting, key)
            waiting = []
    return out + _sketched(waiting, key)


def _key(salt: bytes) -> tuple[int, int]:
    if len(salt) < 16:
        raise ValueError("the salt needs at least 16 secret bytes")
    digest = hashlib.blake2b(salt, digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def _sketched(sets: Sequence[Numbers], key: tuple[int, int]) -> list[bytes]:
    full = [n for n, one in enumerate(sets) if len(one)]
    out = [b""] * len(sets)
    if full:
        lowest = _lowest(siphash(np.concatenate([sets[n] for n in full]), key), [len(sets[n]) for n in full])
        for n, row in zip(full, lowest, strict=True):
            out[n] = FORMAT + row.astype("<u2").tobytes()
    return out


def siphash(words: Numbers, key: tuple[int, int]) -> Numbers:
    """SipHash-2-4 of many 8-byte words at once (Aumasson and Bernstein 2012): without the key, numbers by chance."""
    low, high = np.uint64(key[0]), np.uint64(key[1])
    v0 = np.full(len(words), low ^ np.uint64(0x736F6D6570736575))
    v1 = np.full(len(words), high ^ np.uint64(0x646F72616E646F6D))
    v2 = np.full(len(words), low ^ np.uint64(0x6C7967656E657261))
    v3 = high ^ np.uint64(0x7465646279746573) ^ words
    state = _rounds((v0, v1, v2, v3), 2)
    state = (state[0] ^ words, state[1], state[2], state[3] ^ _LENGTH)
    v0, v1, v2, v3 = _rounds(state, 2)
    v0, v1, v2, v3 = _rounds((v0 ^ _LENGTH, v1, v2 ^ np.uint64(0xFF), v3), 4)
    return v0 ^ v1 ^ v2 ^ v3


def _rounds(state: tuple[Numbers, Numbers, Numbers, Numbers], times: int) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    v0, v1, v2, v3 = state
    for _ in range(times):
        v0, v2 = v0 + v1, v2 + v3
        v1, v3 = _turned(v1, 13) ^ v0, _turned(v3, 16) ^ v2
        v0 = _turned(v0, 32)
        v2, v0 = v2 + v1, v0 + v3
        v1, v3 = _turned(v1, 17) ^ v2, _turned(v3, 21) ^ v0
        v2 = _turned(v2, 32)
    return v0, v1, v2, v3


def _turned(words: Numbers, by: int) -> Numbers:
    return words << np.uint64(by) | words >> np.uint64(64 - by)


def _lowest(hidden: Numbers, lengths: Sequence[int]) -> NDArray[np.uint16]:
    """The smallest of each of HASHES hashes over each text's pieces; 16 of its bits are kept."""
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    out = np.empty((len(lengths), HASHES), dtype=np.uint16)
    room = np.empty_like(hidden)
    for n in range(HASHES):
        np.multiply(hidden, _TIMES[n], out=room)
        np.add(room, _PLUS[n], out=room)
        out[:, n] = np.minimum.reduceat(room, starts) >> np.uint64(24) & np.uint64(0xFFFF)
    return out


def alike(one: bytes, others: Sequence[bytes], at_least: float = ALIKE) -> list[tuple[int, float]]:
    """The places of the sketches at least so alike to one, with the estimate, the most alike first.

    Raises ValueError for bytes that are no sketch of this version.
    """
    if not one:
        return []
    kept, matrix = _matrix(others)
    share = (matrix == _matrix([one])[1]).mean(axis=1) if len(kept) else np.zeros(0)
    found = np.flatnonzero(share >= at_least - 1e-9)
    return [(int(kept[n]), float(share[n])) for n in found[np.argsort(-share[found], kind="stable")]]


def bands(one: bytes) -> list[int]:
    """A sketch's bands as numbers of 63 bits: of two texts as alike as ALIKE nearly all share one (an index finds it).

    Empty for the sketch of nothing.
    """
    if not one:
        return []
    row = _matrix([one])[1][0]
    parts = [n.to_bytes(2, "little") + row[n * ROWS : (n + 1) * ROWS].tobytes() for n in range(HASHES // ROWS)]
    return [int.from_bytes(hashlib.blake2b(part, digest_size=8).digest(), "little") >> 1 for part in parts]


def pairs(stored: Sequence[bytes], at_least: float = ALIKE) -> list[Pair]:
    """All pairs of sketches that are estimated at least so alike; of a large group of the same, enough to link it."""
    kept, matrix = _matrix(stored)
    one, other, share = _candidates(matrix, at_least)
    return sorted(Pair(int(kept[a]), int(kept[b]), float(s)) for a, b, s in zip(one, other, share, strict=True))


def near(texts: Sequence[str], at_least: float = ALIKE) -> list[Pair]:
    """All pairs of texts at least so alike, counted exactly; of a large group of the same, enough to link it.

    100,000 texts of 100 characters took six seconds and 410 MB on one core (`python -m bench.duplicates`).
    """
    key, sets = _key(b"compared at once, kept nowhere"), [pieces(text) for text in texts]
    made: list[bytes] = []
    for at in range(0, len(sets), BATCH):
        made += _sketched(sets[at : at + BATCH], key)
    kept, matrix = _matrix(made)
    one, other, _ = _candidates(matrix, at_least - NEAR)
    found = []
    for a, b in zip(kept[one].tolist(), kept[other].tolist(), strict=True):
        if (share := _overlap(sets[a], sets[b])) >= at_least:
            found.append(Pair(a, b, share))
    return sorted(found)


def _matrix(stored: Sequence[bytes]) -> tuple[Places, NDArray[np.uint16]]:
    """Which sketches are not empty, and those as rows."""
    kept = [n for n, one in enumerate(stored) if one]
    if any(len(stored[n]) != SKETCH_BYTES or not stored[n].startswith(FORMAT) for n in kept):
        raise ValueError("a sketch of another version: make it again from its text")
    joined = b"".join(stored[n][len(FORMAT) :] for n in kept)
    return np.array(kept, dtype=np.int64), np.frombuffer(joined, dtype="<u2").reshape(-1, HASHES)


def _candidates(matrix: NDArray[np.uint16], at_least: float) -> tuple[Places, Places, NDArray[np.float64]]:
    """Pairs of rows that agree in a whole band and are estimated at least so alike, each once."""
    found: list[Places] = []
    size = len(matrix)
    for band in range(0, HASHES, ROWS):
        a, b = _together(matrix[:, band : band + ROWS])
        good = _share(matrix, a, b) >= at_least - 1e-9
        found.append(a[good] * size + b[good])
    codes = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    one, other = codes // max(size, 1), codes % max(size, 1)
    return one, other, _share(matrix, one, other)


def _together(band: NDArray[np.uint16]) -> tuple[Places, Places]:
    """Rows with the same band: each with the group's first, and with the NEIGHBOURS after it."""
    key = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        key = (key ^ column) * _MIX
        key ^= key >> np.uint64(29)
    order = np.argsort(key, kind="stable").astype(np.int64)
    key = key[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, dtype=np.int64)
    firsts = np.repeat(starts, np.diff(np.append(starts, len(key))))
    far = np.flatnonzero(np.arange(len(key)) - firsts > NEIGHBOURS)
    one, other = [order[firsts[far]]], [order[far]]
    for step in range(1, min(NEIGHBOURS, len(key) - 1) + 1):
        same = np.flatnonzero(key[:-step] == key[step:])
        one.append(order[same])
        other.append(order[same + step])
    return np.concatenate(one), np.concatenate(other)  # stable sorting: within a group the earlier row comes first


def _share(matrix: NDArray[np.uint16], one: Places, other: Places) -> NDArray[np.float64]:
    """How many of the hashes agree, row by row, a bounded part at a time."""
    step = 1 << 16
    parts: list[NDArray[Any]] = [
        (matrix[one[at : at + step]] == matrix[other[at : at + step]]).mean(axis=1) for at in range(0, len(one), step)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def groups(found: Iterable[Pair]) -> list[tuple[int, ...]]:
    """Texts that hang together by pairs, each group in order, the largest first.

    The ends of a chain may be less alike than its links: a group is to be looked at, not merged.
    """
    above: dict[int, int] = {}

    def top(n: int) -> int:
        while above.setdefault(n, n) != n:
            above[n] = n = above[above[n]]
        return n

    for pair in found:
        a, b = sorted((top(pair.one), top(pair.other)))
        above[b] = a
    members: dict[int, list[int]] = {}
    for n in sorted(above):
        members.setdefault(top(n), []).append(n)
    return sorted((tuple(group) for group in members.values()), key=lambda group: (-len(group), group))


def passages(one: str, other: str) -> tuple[Passage, ...]:
    """What two texts share, the longest first: the reason why they are held to be alike.

    At most MOST_PASSAGES of at least LEAST_PASSAGE characters, in the same order in both texts; width, case and figures
    are not told apart.
    """
    matcher = difflib.SequenceMatcher(None, fold(one), fold(other), autojunk=False)
    found = []
    for block in matcher.get_matching_blocks():
        text = one[block.a : block.a + block.size]
        if sum(letter.isalnum() for letter in text) >= LEAST_PASSAGE:
            found.append(Passage(text, block.a, block.b, block.size))
    return tuple(sorted(found, key=lambda passage: (-passage.length, passage.at_one))[:MOST_PASSAGES])
