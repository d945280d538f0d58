"""Files that are made while they are read: a thread writes them as fast as it can, whoever asked reads at his own pace.

So a slow line holds a coroutine and a file, but no thread and no transaction. The file stays for an hour: who lost the
line asks for the rest. It lies there under a name nobody can guess, for the one session that asked.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings

log = logging.getLogger(__name__)
KEPT_SECONDS = 3600.0
GRACE_SECONDS = 60.0  # that it is made on though nobody reads: so long somebody may need to come back
RESERVE = 256 * 2**20  # bytes that stay free for the database on the same disk
_NAME = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{32}")


class NoRoom(Exception):
    """The disk is too full."""


class Abandoned(Exception):
    """Nobody wants it any more."""


def folder() -> Path:
    """Where they lie, open to nobody else on this machine."""
    place = settings.DATA_HOME / "downloads"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def whole(name: str) -> Path:
    """Where the finished file of this name lies. Raises ValueError for what is no name of ours."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return folder() / name


def growing(name: str) -> Path:
    """Where it lies while it is being made."""
    return whole(name).with_name(f"{name}.part")


def known(name: str) -> bool:
    """Whether there is such a file, finished or growing; being asked for, it goes on growing."""
    if whole(name).exists():
        return True
    with suppress(FileNotFoundError):
        touch(growing(name))
        return True
    return whole(name).exists()


def touch(path: Path) -> None:
    """Say that somebody waits for it."""
    os.utime(path, (time.time(), path.stat().st_mtime))


class Download:
    """One file on its way, between the thread that makes it and the coroutine that sends it."""

    def __init__(self, name: str) -> None:
        self.name, self.size, self.over, self.trouble = name, 0, False, False
        self.followed = True
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        self._part = growing(name)
        self._out: IO[bytes] = open(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0)
        self.reader: IO[bytes] = self._part.open("rb")

    def make(self, pieces: Iterable[bytes]) -> None:
        """Write all of it; what goes wrong is kept in `trouble`. In a thread."""
        try:
            for piece in pieces:
                self._wanted()
                if piece:
                    self._write(piece)
            self._wanted()
            self._part.rename(whole(self.name))
        except Abandoned:
            self._fail()
        except Exception:
            log.exception("a download could not be made")
            self._fail()
        finally:
            self._out.close()
            self.over = True
            self._tell()

    def _fail(self) -> None:
        self.trouble = True
        self._part.unlink(missing_ok=True)

    def _wanted(self) -> None:
        """Raises Abandoned when nobody has waited for a while. The moment of reading is also told by other processes."""
        if self.followed:
            return
        try:
            if time.time() - self._part.stat().st_atime <= GRACE_SECONDS:
                return
        except FileNotFoundError as error:
            raise Abandoned from error
        raise Abandoned

    def _write(self, piece: bytes) -> None:
        if shutil.disk_usage(self._part.parent).free < RESERVE + len(piece):
            raise NoRoom
        rest = memoryview(piece)
        while rest:
            rest = rest[self._out.write(rest) :]
        self.size += len(piece)
        self._tell()

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._news.set)

    async def beyond(self, size: int) -> bool:
        """Wait for more than `size` bytes; False when there will be no more."""
        while self.size <= size and not self.over:
            self._news.clear()
            if self.size <= size and not self.over:
                await self._news.wait()
        return self.size > size

    def leave(self, *, keep: bool = True) -> None:
        """The reader goes, at the end or before. Not kept is what nobody could come back for."""
        self.followed = False
        self.reader.close()
        for path in (self._part, whole(self.name)):
            with suppress(FileNotFoundError):
                os.utime(path) if keep else path.unlink()


async def finished(name: str) -> Path | None:
    """The file once it is whole; None when it never will be. For who comes back for the rest, in whichever process."""
    while not (done := whole(name)).exists():
        try:
            touch(growing(name))
        except FileNotFoundError:
            return done if done.exists() else None
        await asyncio.sleep(0.2)
    return done


def sweep(seconds: float = KEPT_SECONDS) -> int:
    """Delete what nobody came back for; returns how many."""
    dropped, before = 0, time.time() - seconds
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                dropped += 1
    return dropped
