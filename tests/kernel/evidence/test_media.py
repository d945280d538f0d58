"""Recordings are told by their content: whole ones of each kind, and what only looks like one."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.evidence import media


def box(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(data)) + name + data


def film(brand: bytes = b"isom") -> bytes:
    """The boxes of a film with nothing to see in it."""
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", bytes(64))


def sound(frames: int = 4) -> bytes:
    """Silent frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: 417 bytes each."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * frames


def waves() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(800))
    return out.getvalue()


VOICES = Path(__file__).resolve().parents[2] / "fixtures"


def voice(name: str = "voice.webm") -> bytes:
    """What Chromium's recorder made of a test tone: in one piece, in pieces, and as MP4."""
    return (VOICES / name).read_bytes()


TAG = b"ID3\x03\x00\x00\x00\x00\x01\x00" + bytes(128)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (film(), "video/mp4"), (film(b"qt  "), "video/quicktime"), (film(b"M4A "), "audio/mp4"),
        (film()[:-72] + struct.pack(">I", 0) + b"mdat" + bytes(64), "video/mp4"),
        (voice(), "audio/webm"), (voice("voice_pieces.webm"), "audio/webm"), (voice("voice.mp4"), "audio/mp4"),
        (sound(), "audio/mpeg"), (TAG + sound(), "audio/mpeg"), (waves(), "audio/wav"),
    ],
)  # fmt: skip
def test_whole_recordings(data: bytes, kind: str) -> None:
    assert media.sniff(io.BytesIO(data)) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"", b"ID3", b"\xff\xd8\xff\xe0", film()[:-1], film(b"heic"),
        box(b"ftyp", b"isom") + b"<script>alert(1)</script>",
        box(b"ftyp", b"isom") + box(b"mdat"), TAG + b"<html>", sound(2), sound()[:420], waves()[:40],
        b"RIFF0000WAVE<script>", voice()[:-1], voice()[:300], voice()[:60] + b"<script>alert(1)</script>",
        voice().replace(b"\x83\x81\x02", b"\x83\x81\x01"), voice().replace(b"A_OPUS", b"V_OPUS"),
        voice().replace(b"webm", b"mkv!", 1), voice() + b"<html>",
    ],
)  # fmt: skip
def test_what_only_looks_like_one(data: bytes) -> None:
    assert media.sniff(io.BytesIO(data)) == ""


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"ID3", b"\xff\xfb", b"0000ftypisom", b"RIFF0000WAVE", b"\x1aE\xdf\xa3\x80"]),
)
def test_any_bytes_have_an_answer_and_are_rewound(data: bytes, head: bytes) -> None:
    source = io.BytesIO(head + data)
    assert media.sniff(source) in {"", *media.TYPES}
    assert source.tell() == 0
