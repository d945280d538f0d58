"""Merkle trees as in RFC 6962: a leaf's digest begins with 0x00, a node's with 0x01; over SHA-256 or SM3 alike."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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


def path(algorithm: Algorithm, leaves: Sequence[bytes], index: int) -> list[tuple[Side, bytes]]:
    """What stands beside the way from leaf `index` up to the root, nearest first. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level = [leaf(algorithm, data) for data in leaves]
    beside: list[tuple[Side, bytes]] = []
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            beside.append(("left" if other < index else "right", level[other]))
        pairs = [node(algorithm, level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]  # an odd one out goes up as it is
        index //= 2
    return beside


def root_from(algorithm: Algorithm, data: bytes, beside: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and what stands beside its way lead to."""
    made = leaf(algorithm, data)
    for side, other in beside:
        made = node(algorithm, other, made) if side == "left" else node(algorithm, made, other)
    return made
