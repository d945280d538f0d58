"""Files that are made for downloads: how they end, and how long they stay."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhijian.gateways.web import downloads, requests

NAME = "ab" * 32 + "." + "cd" * 16


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: object) -> Path:
    settings.DATA_HOME = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def made(pieces: Iterator[bytes], before: object = None) -> downloads.Download:
    """A download that was made, whoever reads it having left before if told so."""

    async def all_of_it() -> downloads.Download:
        download = downloads.Download(NAME)
        if before is not None:
            before(download)  # type: ignore[operator]
        download.make(pieces)
        assert not await download.beyond(download.size)
        return download

    return asyncio.run(all_of_it())


def test_it_is_whole_under_its_name_only_at_the_end() -> None:
    seen = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"one ", b"", b"two"):
            yield piece
            seen.append((downloads.whole(NAME).exists(), downloads.growing(NAME).exists()))

    assert made(pieces()).size == 7
    assert seen == [(False, True)] * 3
    assert downloads.whole(NAME).read_bytes() == b"one two"
    assert downloads.known(NAME)
    assert not downloads.growing(NAME).exists()


def test_what_breaks_off_leaves_nothing() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise ValueError("no more")

    assert made(pieces()).trouble
    assert (list(downloads.folder().iterdir()), downloads.known(NAME)) == ([], False)
    assert asyncio.run(downloads.finished(NAME)) is None


def test_a_full_disk_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "RESERVE", 1 << 60)
    assert made(iter([b"one"])).trouble
    assert list(downloads.folder().iterdir()) == []


def test_it_is_made_on_for_a_while_after_its_reader_left_and_longer_when_somebody_comes_back() -> None:
    def leave(download: downloads.Download) -> None:
        download.leave()

    def later(seconds: float, back: bool) -> Iterator[bytes]:
        yield b"one"
        part = downloads.growing(NAME)
        os.utime(part, (time.time() - seconds, time.time()))
        if back:
            assert downloads.known(NAME)
        yield b"two"

    grace = downloads.GRACE_SECONDS
    assert not made(later(grace - 5, back=False), leave).trouble
    downloads.whole(NAME).unlink()
    assert not made(later(grace + 5, back=True), leave).trouble
    downloads.whole(NAME).unlink()
    assert made(later(grace + 5, back=False), leave).trouble


def test_what_nobody_could_come_back_for_is_not_kept() -> None:
    made(iter([b"one"])).leave(keep=False)
    assert not downloads.known(NAME)
    assert made(iter([b"one", b"two"]), lambda download: download.leave(keep=False)).trouble
    assert list(downloads.folder().iterdir()) == []


def test_after_an_hour_it_is_deleted() -> None:
    made(iter([b"one"]))
    assert downloads.sweep() == 0
    long_ago = time.time() - downloads.KEPT_SECONDS - 5
    os.utime(downloads.whole(NAME), (long_ago, long_ago))
    assert downloads.sweep() == 1
    assert not downloads.known(NAME)


@pytest.mark.parametrize("name", ["", "../" + NAME, NAME + "/..", NAME.upper(), NAME + ".part"])
def test_other_names_lead_nowhere(name: str) -> None:
    with pytest.raises(ValueError):
        downloads.whole(name)


def test_a_body_that_stops_or_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent() -> dict:
        await asyncio.sleep(60)
        return {}

    async def endless() -> dict:
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    async def gone() -> dict:
        return {"type": "http.disconnect"}

    monkeypatch.setattr(requests, "STALL_SECONDS", 0.05)
    monkeypatch.setattr(requests, "LIMIT", 1000)
    for receive, status in ((silent, 408), (endless, 413)):
        with pytest.raises(requests.Refused) as why:
            asyncio.run(requests.body({"headers": []}, receive))
        assert why.value.status == status
    with pytest.raises(requests.Refused):
        asyncio.run(requests.body({"headers": [(b"content-length", b"1001")]}, silent))
    with pytest.raises(requests.Gone):
        asyncio.run(requests.body({"headers": []}, gone))


def test_cookies_that_come_one_by_one_are_one_header() -> None:
    scope = {"method": "GET", "path": "/", "http_version": "2"}
    headers = [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"x"), (b"accept", b"y")]
    made = requests.environ({**scope, "headers": headers}, None, 0)  # type: ignore[arg-type]
    assert (made["HTTP_COOKIE"], made["HTTP_ACCEPT"]) == ("a=1; b=2", "x,y")
    assert requests.language("fr, en;q=0.5, zh") == "en"
    assert requests.language("xx") in ("zh-hans", "en")
