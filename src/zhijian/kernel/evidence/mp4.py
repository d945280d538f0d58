"""How long a recording of the ISO family runs (ISO/IEC 14496-12), told by its samples and not by its head. Pure.

Whole files list how long each sample is (`stts`); those that a recorder writes as it goes are fragments (`moof`), each
with the time at which it begins and its samples' lengths. Nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

BOXES = 20_000  # no more are looked at
LARGEST = 4 * 1024 * 1024  # of one box of tables: a minute of sound has some kilobytes
_HOLD = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"}  # their parts are looked at
_READ = {b"mdhd", b"stts", b"trex", b"tfhd", b"tfdt", b"trun"}
_TFHD = ((0x1, 8), (0x2, 4))  # what stands before the default length of a sample, by flag
_TRUN = ((0x200, 4), (0x400, 4), (0x800, 4))  # what stands behind a sample's own length


def _boxes(source: IO[bytes], size: int) -> Iterator[tuple[bytes, bytes]]:
    """Each box of a table in order of the file, and the name of each that begins a track or a fragment's track."""
    at = 0
    for _n in range(BOXES):
        if at + 8 > size:
            return
        source.seek(at)
        head = source.read(16)
        name, length, opens = head[4:8], int.from_bytes(head[:4]), 8
        if length == 1:
            length, opens = int.from_bytes(head[8:16]), 16
        length = length or size - at
        if length < opens or at + length > size:
            return
        if name in _READ:
            source.seek(at + opens)
            yield name, source.read(min(length - opens, LARGEST))
        elif name in (b"trak", b"traf"):
            yield name, b""
        at += opens if name in _HOLD else length


def _n(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size])


def seconds(source: IO[bytes], size: int) -> float:
    """How long the longest track runs; 0 for what lists no samples. Leaves the source anywhere."""
    scale, default, begun, each = 1, 0, 0, 0
    longest = 0.0
    for name, data in _boxes(source, size):
        flags = _n(data, 1, 3)
        long = data[:1] == b"\x01"  # 64 bits instead of 32
        if name == b"mdhd":
            scale = _n(data, 20 if long else 12) or 1
        elif name == b"stts":
            longest = max(longest, _listed(data) / scale)
        elif name == b"trex":
            default = _n(data, 12)
        elif name == b"traf":
            begun, each = 0, default
        elif name == b"tfhd" and flags & 0x8:
            each = _n(data, 8 + sum(wide for flag, wide in _TFHD if flags & flag))
        elif name == b"tfdt":
            begun = _n(data, 4, 8 if long else 4)
        elif name == b"trun":
            begun += _run(data, flags, each)
            longest = max(longest, begun / scale)
    return longest


def _listed(data: bytes) -> int:
    """The lengths of all samples of a table: pairs of how many and how long."""
    pairs = range(8, min(len(data) - 7, 8 + 8 * _n(data, 4)), 8)
    return sum(_n(data, at) * _n(data, at + 4) for at in pairs)


def _run(data: bytes, flags: int, each: int) -> int:
    """How long the samples of one run of a fragment are together."""
    count = _n(data, 4)
    if not flags & 0x100:
        return count * each
    at = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    step = 4 + sum(wide for flag, wide in _TRUN if flags & flag)
    return sum(_n(data, place) for place in range(at, min(len(data) - 3, at + step * count), step))
