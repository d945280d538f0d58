"""Small films as body cameras write them: an MP4 of a length, and a transport stream."""

from __future__ import annotations

import datetime as dt
import os

EPOCH = dt.datetime(1904, 1, 1, tzinfo=dt.UTC)


def _box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + name + content


def mp4(seconds: int = 600, made: dt.datetime | None = None, seed: bytes = b"", picture: bool = True) -> bytes:
    """A film of the ISO family, described as its box says; the described bytes are of no picture."""
    at = int((made - EPOCH).total_seconds()) if made else 0
    mvhd = _box(b"mvhd", bytes(4) + at.to_bytes(4) * 2 + (1000).to_bytes(4) + (seconds * 1000).to_bytes(4) + bytes(80))
    kind = b"vide" if picture else b"soun"
    trak = _box(b"trak", _box(b"mdia", _box(b"hdlr", bytes(8) + kind + bytes(12))))
    mdat = _box(b"mdat", seed or os.urandom(2_000))
    return _box(b"ftyp", b"isom\0\0\2\0isommp41") + _box(b"moov", mvhd + trak) + mdat


def mts(packets: int = 40, ahead: int = 0, picture: bool = True) -> bytes:
    """A transport stream; `ahead` bytes stand before each packet (AVCHD has 4)."""
    first = b"G\x41\x00\x10" + b"\0\0\1" + (b"\xe0" if picture else b"\xc0")
    whole = [first.ljust(188, b"\xff"), *[b"G\x01\x00\x10".ljust(188, b"\x55")] * (packets - 1)]
    return b"".join(bytes(ahead) + packet for packet in whole)
