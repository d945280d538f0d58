"""How long a voice note runs is told by what it holds; a head that says otherwise changes nothing."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.evidence.test_media import box, voice

from zhijian.kernel.evidence import files, media
from zhijian.kernel.evidence.refusals import TooLong


def full(name: bytes, data: bytes, flags: int = 0, version: int = 0) -> bytes:
    return box(name, struct.pack(">I", version << 24 | flags) + data)


def n(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def handled(inner: bytes, scale: int = 48_000) -> bytes:
    """A track of sound whose head claims to run for one tick."""
    mdhd = full(b"mdhd", n(0, 0, scale, 1) + bytes(4))
    hdlr = full(b"hdlr", bytes(4) + b"soun" + bytes(13))
    return box(b"trak", box(b"mdia", mdhd + hdlr + box(b"minf", box(b"stbl", inner))))


FTYP = box(b"ftyp", b"isom" + bytes(4))


def whole(runs: list[tuple[int, int]]) -> bytes:
    """A file whose table tells how many samples are how long."""
    stts = full(b"stts", n(len(runs), *(value for run in runs for value in run)))
    return FTYP + box(b"moov", full(b"mvhd", bytes(96)) + handled(stts)) + box(b"mdat", bytes(8))


def pieces(fragments: int, samples: int, each: int, *, own: bool = False) -> bytes:
    """A file that was written as it went; `own`: each sample says itself how long it is."""
    trex = box(b"mvex", full(b"trex", n(1, 1, each, 0, 0)))
    made = FTYP + box(b"moov", full(b"mvhd", bytes(96)) + handled(full(b"stts", n(0))) + trex)
    for k in range(fragments):
        lengths = n(*([each] * samples)) if own else b""
        run = full(b"trun", n(samples, 8) + lengths, flags=0x1 | (0x100 if own else 0))
        traf = full(b"tfhd", n(1)) + full(b"tfdt", struct.pack(">Q", k * samples * each), version=1) + run
        made += box(b"moof", full(b"mfhd", n(k)) + box(b"traf", traf)) + box(b"mdat", bytes(8))
    return made


def long_webm(seconds: int) -> bytes:
    """The recorder's note, its one cluster moved so that it ends that late; what its head says stays."""
    data = voice()
    at = data.index(b"\x1f\x43\xb6\x75")
    moment = data.index(b"\xe7", at)
    old = data[moment + 1] & 0x7F
    return data[:moment] + b"\xe7\x84" + n(seconds * 1000) + data[moment + 2 + old :]


def seconds_of(data: bytes) -> float:
    source = io.BytesIO(data)
    return media.voice_seconds(source, media.sniff(source))


def test_what_a_browser_recorded_for_a_second_runs_a_second() -> None:
    for name in ("voice.webm", "voice_pieces.webm", "voice.mp4"):
        assert 1.0 < seconds_of(voice(name)) < 1.4, name


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 5_000)), max_size=5))
def test_a_table_of_samples_is_added_up(runs: list[tuple[int, int]]) -> None:
    assert seconds_of(whole(runs)) == pytest.approx(sum(count * each for count, each in runs) / 48_000)


@given(st.integers(1, 8), st.integers(1, 200), st.integers(1, 2_000), st.booleans())
def test_fragments_are_added_up(fragments: int, samples: int, each: int, own: bool) -> None:
    assert seconds_of(pieces(fragments, samples, each, own=own)) == pytest.approx(fragments * samples * each / 48_000)


@given(st.binary(max_size=300), st.sampled_from(["audio/webm", "audio/mp4"]))
def test_rubbish_has_some_length_and_no_error(rubbish: bytes, kind: str) -> None:
    for data in (rubbish, voice()[:80] + rubbish, pieces(1, 1, 1)[:-20] + rubbish):
        assert media.voice_seconds(io.BytesIO(data), kind) >= 0


@pytest.mark.parametrize(
    "data", [whole([(3_300, 960)]), pieces(33, 100, 960), pieces(33, 100, 960, own=True), long_webm(65)]
)
def test_more_than_a_minute_is_refused(data: bytes, db: None) -> None:
    assert seconds_of(data) > 65
    with pytest.raises(TooLong):
        files.keep(data, media_types=files.VOICES, longest=media.LONGEST_VOICE)


@pytest.mark.parametrize("data", [whole([(3_000, 960)]), pieces(30, 100, 960), long_webm(59)])
def test_a_minute_is_a_minute(data: bytes, db: None) -> None:
    assert files.keep(data, media_types=files.VOICES, longest=media.LONGEST_VOICE).size == len(data)
