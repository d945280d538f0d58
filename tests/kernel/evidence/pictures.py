"""Pictures and files for tests, good and hostile."""

from __future__ import annotations

import io
import os
import struct
import zlib
from typing import Any

from PIL import Image

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def jpeg(width: int = 64, height: int = 48, colour: str = "teal", *, exif: dict[int, Any] | None = None) -> bytes:
    """A JPEG of one colour."""
    out = io.BytesIO()
    tags = Image.Exif()
    for number, value in (exif or {}).items():
        tags[number] = value
    Image.new("RGB", (width, height), colour).save(out, "JPEG", exif=tags)
    return out.getvalue()


def noise(width: int = 600, height: int = 400, kind: str = "JPEG") -> bytes:
    """A picture that does not compress, different each time."""
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(out, kind, quality=95)
    return out.getvalue()


def png(mode: str = "RGBA") -> bytes:
    """A PNG that is half transparent."""
    out = io.BytesIO()
    Image.new(mode, (400, 300), (200, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some hundred bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
