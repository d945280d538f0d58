"""Sound in a WebM file, told by its elements (EBML, RFC 8794; Matroska, RFC 9559). Nothing is decoded. Pure."""

from __future__ import annotations

from typing import IO

HEADER, DOCTYPE, SEGMENT, CLUSTER, TRACKS, TRACK = 0x1A45DFA3, 0x4282, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE
TRACK_TYPE, CODEC, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0x83, 0x86, 0xA3, 0xA0, 0xA1
INFO, SCALE, CLUSTER_AT = 0x1549A966, 0x2AD7B1, 0xE7
_OPENED = {HEADER, SEGMENT, CLUSTER, TRACKS, TRACK}  # their parts are looked at one by one
_ENDLESS = {SEGMENT, CLUSTER}  # a recorder does not know their size when it begins them
ELEMENTS = 20_000  # a minute of sound in frames of 20 ms has 3,000; no more are looked at
SOUND = b"\x02"


def seconds(source: IO[bytes], size: int) -> float:
    """How long it runs: when its last block begins. Its head is not asked: a recorder does not know it yet."""
    at, scale, cluster, last = 0, 1_000_000, 0, 0
    for _n in range(ELEMENTS):
        if at >= size:
            break
        source.seek(at)
        kind, length, head = _element(source.read(12))
        if not kind:
            break
        source.seek(at + head)
        inside = source.read(min(length or 0, 16)) if kind in (SCALE, CLUSTER_AT, SIMPLE_BLOCK, BLOCK) else b""
        if kind == SCALE:
            scale = int.from_bytes(inside[: length or 0]) or scale
        elif kind == CLUSTER_AT:
            cluster = int.from_bytes(inside[: length or 0])
        elif kind in (SIMPLE_BLOCK, BLOCK):
            last = max(last, cluster + _begins(inside))
        at += head if kind in _OPENED | {INFO, BLOCK_GROUP} else head + (length or 0)
    return last * scale / 1e9


def _begins(block: bytes) -> int:
    """When a block begins, from its cluster's begin: two bytes with a sign, behind the number of its track."""
    if not block or not block[0]:
        return 0
    wide = 9 - block[0].bit_length()
    return int.from_bytes(block[wide : wide + 2], signed=True)


def is_sound(source: IO[bytes], size: int) -> bool:
    """Whether it is a whole WebM file with one or more tracks of sound, and no other tracks. `size` in bytes."""
    told: dict[int, list[bytes]] = {DOCTYPE: [], TRACK_TYPE: [], CODEC: []}
    at = blocks = 0
    for _n in range(ELEMENTS):
        if at == size:
            return _sounds(told) and blocks > 0
        source.seek(at)
        kind, length, head = _element(source.read(12))
        if not kind or (at == 0) != (kind == HEADER) or (length is None and kind not in _ENDLESS):
            return False
        if length is not None and at + head + length > size:
            return False
        if kind in told and length is not None:
            source.seek(at + head)
            told[kind].append(source.read(min(length, 32)))
        blocks += kind in (SIMPLE_BLOCK, BLOCK_GROUP)
        at += head if kind in _OPENED else head + (length or 0)
    return False


def _sounds(told: dict[int, list[bytes]]) -> bool:
    codecs = told[CODEC]
    return (
        told[DOCTYPE] == [b"webm"]
        and set(told[TRACK_TYPE]) == {SOUND}
        and bool(codecs)
        and all(codec.startswith(b"A_") for codec in codecs)
    )


def _element(head: bytes) -> tuple[int, int | None, int]:
    """Its id (0 for none), the length of what it holds (None where it is not told), and of what stands before that."""
    if not head or not head[0]:
        return 0, 0, 0
    wide = 9 - head[0].bit_length()
    if wide > 4 or len(head) <= wide or not head[wide]:
        return 0, 0, 0
    long = 9 - head[wide].bit_length()
    if len(head) < wide + long:
        return 0, 0, 0
    all_ones = (1 << 7 * long) - 1
    length = int.from_bytes(head[wide : wide + long]) & all_ones
    return int.from_bytes(head[:wide]), None if length == all_ones else length, wide + long
