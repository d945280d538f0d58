"""Merkle trees as in RFC 6962: a leaf's digest begins with 0x00, a node's with 0x01; over SHA-256 or SM3 alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

Algorithm = Literal["sha256", "sm3"]
Side = Literal["left", "right"]


def _digest(algorithm: Algorithm, *parts: bytes) -> bytes:
    made = hashlib.new(algorithm)
    for part in parts:
        made.update(part)
    return made.digest()


def leaf(algorithm: Algorithm, data: bytes) -> bytes:
    """The digest of one leaf."""
    return _digest(algorithm, b"\x00", data)


def node(algorithm: Algorithm, left: bytes, right: bytes) -> bytes:
    """The digest of two that stand side by side."""
    return _digest(algorithm, b"\x01", left, right)


class Tree:
    """A tree that grows leaf by leaf and keeps only its peaks: a million leaves need twenty digests of memory."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.count = 0
        self._peaks: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Append a leaf."""
        made = leaf(self.algorithm, data)
        full = self.count
        while full & 1:
            made = node(self.algorithm, self._peaks.pop(), made)
            full >>= 1
        self._peaks.append(made)
        self.count += 1

    def root(self) -> bytes:
        """The root over all leaves so far; of none, the digest of nothing."""
        if not self._peaks:
            return _digest(self.algorithm)
        made = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            made = node(self.algorithm, peak, made)
        return made


def spans(count: int, index: int) -> list[tuple[Side, int, int]]:
    """The stretches of leaves (from, below) whose roots stand beside leaf `index`'s way up, nearest first.

    Raises IndexError.
    """
    if not 0 <= index < count:
        raise IndexError(index)
    low, high = 0, count
    found: list[tuple[Side, int, int]] = []
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)  # the left side is the largest full tree
        if index < middle:
            found.append(("right", middle, high))
            high = middle
        else:
            found.append(("left", low, middle))
            low = middle
    return found[::-1]


def path(algorithm: Algorithm, leaves: Iterable[bytes], count: int, index: int) -> list[tuple[Side, bytes]]:
    """What stands beside the way from leaf `index` of `count` up to the root, nearest first. Raises IndexError.

    The leaves are read once and none is kept: a million under one seal need no memory.
    """
    beside = spans(count, index)
    inside = {start: (below, Tree(algorithm)) for _side, start, below in beside}
    tree, below = Tree(algorithm), 0
    for n, data in enumerate(leaves):
        if n in inside:
            below, tree = inside[n]
        if n < below:
            tree.add(data)
    return [(side, inside[start][1].root()) for side, start, _below in beside]


def root_from(algorithm: Algorithm, data: bytes, beside: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and what stands beside its way lead to."""
    made = leaf(algorithm, data)
    for side, other in beside:
        made = node(algorithm, other, made) if side == "left" else node(algorithm, made, other)
    return made
