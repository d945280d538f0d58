"""Recordings in sound and picture, told by their content: their boxes, frames or chunks. Nothing is decoded. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from zhijian.kernel.evidence import matroska, mp4

TYPES = {
    "video/mp4": "mp4", "video/quicktime": "mov", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/wav": "wav",
    "audio/webm": "weba",
}  # fmt: skip
FILMS = frozenset({"video/mp4", "video/quicktime", "video/mp2t"})  # what body cameras write
VOICES = frozenset({"audio/webm", "audio/mp4"})  # what a phone's browser records (docs/decisions/0040)
MOOV = 1024 * 1024  # of the box that describes a film no more is read
LONGEST_VOICE = 60 + 3  # seconds: a phone ends a note at 60 and needs a moment to do so
LIMIT = 200 * 1024 * 1024  # a minute and a half as a phone films in full HD
BOXES, FRAMES, PACKETS = 10_000, 3, 200  # no more parts are looked at; that many frames in a row are no chance
_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4"}
_MP4 = (b"iso", b"mp4", b"avc", b"3gp", b"3g2", b"MSN", b"M4V", b"das")
_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s, MPEG-1 layer III
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG-2 and 2.5
_HERTZ = (44_100, 48_000, 32_000)


def sniff(source: IO[bytes]) -> str:
    """The media type of a recording; empty for anything else, and for what is cut short or broken. Rewinds."""
    size = source.seek(0, 2)
    source.seek(0)
    head = source.read(12)
    try:
        if head[4:8] == b"ftyp":
            return _boxed(source, size, head[8:12])
        if head[:4] == b"\x1aE\xdf\xa3":
            return "audio/webm" if matroska.is_sound(source, size) else ""
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return "audio/wav" if {b"fmt ", b"data"} <= set(_chunks(source, size)) else ""
        if head[:1] == b"G" or head[4:5] == b"G":
            return "video/mp2t" if _packed(source, size) else ""
        if head[:3] == b"ID3" or head[:1] == b"\xff":
            return "audio/mpeg" if _framed(source) else ""
        return ""
    finally:
        source.seek(0)


def voice_seconds(source: IO[bytes], media_type: str) -> float:
    """How long a voice note runs, by what it holds; 0 for any other media type. Rewinds."""
    size = source.seek(0, 2)
    try:
        if media_type == "audio/webm":
            return matroska.seconds(source, size)
        return mp4.seconds(source, size) if media_type == "audio/mp4" else 0.0
    finally:
        source.seek(0)


def _boxed(source: IO[bytes], size: int, brand: bytes) -> str:
    """A film or sound of the ISO family: its boxes fill the file and hold what describes and what is described."""
    kind = _BRANDS.get(brand) or ("video/mp4" if brand[:3] in _MP4 else "")
    names, at, moov = set(), 0, b""
    for _n in range(BOXES):
        if at == size:
            whole = b"moov" in names and b"mdat" in names
            return ("audio/mp4" if kind == "video/mp4" and _only_sound(moov) else kind) if whole else ""
        source.seek(at)
        head = source.read(16)
        length = int.from_bytes(head[:4])
        length = int.from_bytes(head[8:16]) if length == 1 else length or size - at
        if len(head) < 8 or length < 8 or at + length > size:
            return ""
        names.add(head[4:8])
        if head[4:8] == b"moov":
            source.seek(at)
            moov = source.read(min(length, MOOV))
        at += length
    return ""


def _only_sound(moov: bytes) -> bool:
    """Whether its tracks are handled as sound (`soun`) and none as picture."""
    handlers = re.findall(rb"hdlr.{8}(....)", moov, re.DOTALL)
    return b"soun" in handlers and b"vide" not in handlers


def _chunks(source: IO[bytes], size: int) -> Iterator[bytes]:
    at = 12
    for _n in range(BOXES):
        source.seek(at)
        head = source.read(8)
        length = int.from_bytes(head[4:8], "little")
        if len(head) < 8 or at + 8 + length > size:
            return
        yield head[:4]
        at += 8 + length + length % 2


def _framed(source: IO[bytes]) -> bool:
    """Whether frames of MPEG layer III follow each other, after the tag where there is one."""
    source.seek(0)
    head, at = source.read(10), 0
    if head[:3] == b"ID3" and len(head) == 10:
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    for _n in range(FRAMES):
        source.seek(at)
        length = _length(source.read(4))
        if not length:
            return False
        at += length
    return True


def _packed(source: IO[bytes], size: int) -> bool:
    """Whether it is a transport stream (ISO/IEC 13818-1) with pictures: packets of 188 bytes, or of 192 with times."""
    for length, ahead in ((188, 0), (192, 4)):
        spots = [*range(0, min(size - size % length, PACKETS * length), length), (size // length - 1) * length]
        if size < 2 * length or not all(_byte(source, spot + ahead) == b"G" for spot in spots):
            continue
        return any(_starts_picture(source, spot + ahead) for spot in spots)
    return False


def _byte(source: IO[bytes], at: int) -> bytes:
    source.seek(at)
    return source.read(1)


def _starts_picture(source: IO[bytes], at: int) -> bool:
    """Whether a packet begins a piece of a stream of pictures (stream ids 0xE0 to 0xEF)."""
    source.seek(at)
    packet = source.read(188)
    if len(packet) < 188 or not packet[1] & 0x40:
        return False
    begin = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
    return packet[begin : begin + 3] == b"\0\0\1" and b"\xe0" <= packet[begin + 3 : begin + 4] <= b"\xef"


def _length(head: bytes) -> int:
    """How many bytes a frame of layer III has; 0 for what is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] & 0x06 != 0x02:
        return 0
    version, rate, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    first = version == 3
    speed = _HERTZ[hertz] >> (0 if first else 1 if version == 2 else 2)
    bits = (_RATES if first else _RATES_2)[rate] * 1000
    return (144 if first else 72) * bits // speed + (head[2] >> 1 & 1)
