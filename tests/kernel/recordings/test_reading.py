"""When a film was made and what it may show, from its neighbours, its name, its box; whether it is a film."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.recordings import films

from zhijian.kernel.evidence import media
from zhijian.kernel.recordings import matching, ranges, reading, rules
from zhijian.kernel.recordings.reading import Told

ZONE = ZoneInfo("Asia/Shanghai")
NOON = dt.datetime(2026, 11, 29, 12, tzinfo=ZONE)
MINUTES = dt.timedelta(minutes=10)


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_name_tells_camera_and_beginning_the_box_how_long(tmp_path: Path) -> None:
    told = reading.told(put(tmp_path, "DSJ0012_000001_20261129120000_0001.MP4", films.mp4(90)), ZONE)
    assert told == Told("DSJ0012", NOON, NOON + dt.timedelta(seconds=90))


def test_a_sidecar_comes_before_the_name_and_the_folder_s_table_serves_several(tmp_path: Path) -> None:
    one = put(tmp_path, "A1B2C3_20261129120000.mp4", films.mp4())
    one.with_suffix(".json").write_text(
        json.dumps({"device": "K7", "begin": "2026-11-29T09:00:00", "end": "2026-11-29T09:30:00+08:00"})
    )
    assert reading.told(one, ZONE) == Told("K7", NOON.replace(hour=9), NOON.replace(hour=9, minute=30))
    two = put(tmp_path, "00001.MTS", films.mts())
    (tmp_path / reading.TIMES).write_text(
        "file,device,begin,end\n00001.MTS,K8,2026-11-29T12:00:00,2026-11-29T12:10:00\n"
    )
    assert reading.told(two, ZONE) == Told("K8", NOON, NOON + MINUTES)


def test_a_film_without_a_name_goes_by_its_box_or_says_nothing(tmp_path: Path) -> None:
    made = NOON.astimezone(dt.UTC)
    assert reading.told(put(tmp_path, "MOV_1.mov", films.mp4(60, made)), ZONE).began == made
    assert reading.told(put(tmp_path, "MOV_2.mov", films.mp4(60)), ZONE) == Told()
    assert reading.told(put(tmp_path, "X1234_20269999120000.mp4", films.mp4()), ZONE).began is None


@pytest.mark.parametrize(
    "text",
    ["nonsense", '{"begin": "yesterday"}', "[]", '{"begin": "2026-11-29T12:00:00", "end": "2026-11-29T11:00:00"}'],
)
def test_a_sidecar_that_cannot_be_read_stops_that_film(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, "K7.mp4", films.mp4())
    path.with_suffix(".json").write_text(text)
    with pytest.raises(ValueError, match=r"K7|month|isoformat|Expecting"):
        reading.told(path, ZONE)


def test_a_clock_that_was_ahead_is_put_right() -> None:
    told = Told("K7", NOON, NOON + MINUTES).put_right(dt.timedelta(minutes=3))
    assert told == Told("K7", NOON - dt.timedelta(minutes=3), NOON + dt.timedelta(minutes=7))
    assert Told("K7").put_right(MINUTES) == Told("K7")


def test_films_are_told_by_what_they_are() -> None:
    sniff = lambda data: media.sniff(io.BytesIO(data))  # noqa: E731
    assert sniff(films.mp4()) == "video/mp4"
    assert sniff(films.mts()) == sniff(films.mts(ahead=4)) == "video/mp2t"
    assert sniff(films.mp4(picture=False)) == "audio/mp4"
    assert sniff(films.mts(picture=False)) == "", "a stream of sound alone"
    assert sniff(films.mts()[:-1]) == "video/mp2t", "cut off in its last packet, as cameras do"
    assert sniff(b"G" * 4_000) == sniff(films.mp4()[:-1]) == sniff(b"Good morning") == ""


def visit(matter: int, people: set[int], began: dt.datetime, minutes: int) -> matching.Visit:
    return matching.Visit(matter, frozenset(people), began, began + dt.timedelta(minutes=minutes))


def test_officer_and_time_decide_and_the_longest_common_time_comes_first() -> None:
    among = [
        visit(1, {7, 8}, NOON, 30),
        visit(2, {7}, NOON + dt.timedelta(minutes=35), 30),
        visit(3, {9}, NOON, 30),
        visit(4, {7}, NOON + dt.timedelta(hours=3), 30),
    ]
    shown = lambda began, ended: [one.matter for one in matching.shown_by(7, began, ended, among, MINUTES)]  # noqa: E731
    assert shown(NOON + MINUTES, NOON + 2 * MINUTES) == [1]
    assert shown(NOON + MINUTES, NOON + 5 * MINUTES) == [1, 2]
    assert shown(NOON - 2 * MINUTES, NOON - MINUTES) == [1], "just within the margin"
    assert shown(NOON - 2 * MINUTES, NOON - MINUTES - dt.timedelta(seconds=1)) == []
    assert matching.shown_by(None, NOON, NOON, among, MINUTES) == []
    assert matching.shown_by(7, None, None, among, MINUTES) == []


@given(st.integers(-600, 600), st.integers(0, 600), st.integers(0, 120), st.integers(0, 60))
def test_a_film_fits_if_and_only_if_some_moment_is_within_the_margin(
    at: int, long: int, lasts: int, beside: int
) -> None:
    began = NOON + dt.timedelta(minutes=at)
    among = [visit(1, {7}, NOON, lasts)]
    found = matching.shown_by(7, began, began + dt.timedelta(minutes=long), among, dt.timedelta(minutes=beside))
    moments = range(at, at + long + 1)
    assert bool(found) == any(-beside <= moment <= lasts + beside for moment in moments)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("", None), ("bytes=0-9", (0, 9)), ("bytes=90-", (90, 99)), ("bytes=-5", (95, 99)), ("bytes=90-900", (90, 99)),
     ("bytes=0-1,5-6", None), ("lines=1-2", None), ("bytes=-", None), ("bytes=-900", (0, 99))],
)  # fmt: skip
def test_ranges(header: str, wanted: tuple[int, int] | None) -> None:
    assert ranges.part(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=9-3", "bytes=-0"])
def test_ranges_outside(header: str) -> None:
    with pytest.raises(ValueError, match="bytes="):
        ranges.part(header, 100)


@given(st.binary(max_size=500), st.integers(0, 500), st.integers(0, 500), st.integers(1, 64))
def test_a_slice_is_what_lies_there(data: bytes, begin: int, length: int, step: int) -> None:
    piece = ranges.Slice(io.BytesIO(data), begin, length)
    assert b"".join(iter(lambda: piece.read(step), b"")) == data[begin : begin + length]


def test_months_are_months(db: None) -> None:
    assert rules.kept_until(dt.date(2026, 8, 31)) == dt.date(2027, 2, 28)
    assert rules.kept_until(dt.date(2026, 6, 15)) == dt.date(2026, 12, 15)
    assert rules.kept_until(dt.date(2026, 7, 31)) == dt.date(2027, 1, 31), "whole months, not up to the 28th"
