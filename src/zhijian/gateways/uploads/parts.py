"""Files that are still arriving: `<data home>/uploads/<device>/<sha256>.part`, whose length is the offset.

A piece is appended under the file's lock, and only where the file ends: two who send the same file at once can't mix
their bytes, and who comes back after a broken connection goes on at once, whatever the dead connection still holds.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from zhijian.kernel.evidence.files import IMAGES, LIMIT, VOICES, Kept, keep
from zhijian.kernel.evidence.media import LONGEST_VOICE
from zhijian.kernel.evidence.refusals import NoSpace, Refused

RESERVE = 256 * 2**20  # bytes that stay free for the database on the same disk
KEPT_DAYS = 45  # longer than a phone's grant: whoever comes back late goes on where he stopped


class OtherOffset(Exception):
    """The part ends elsewhere."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def folder() -> Path:
    """Where parts lie."""
    return Path(os.environ.get("ZHIJIAN_UPLOADS") or settings.DATA_HOME / "uploads")


@contextmanager
def _locked(path: Path, *, make: bool = False) -> Iterator[IO[bytes]]:
    """The part, opened at its end, for one writer at a time in all processes.

    Raises FileNotFoundError where there is none, unless it is to `make` one.
    """
    while True:
        if make:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            part = path.open("ab+" if make else "rb+", buffering=0)
        except FileNotFoundError:
            if make:  # the folder was swept in between
                continue
            raise
        with part:
            fcntl.flock(part, fcntl.LOCK_EX)
            if os.fstat(part.fileno()).st_nlink == 0:  # completed or swept while we waited
                continue
            part.seek(0, os.SEEK_END)
            yield part
            return


@dataclass(frozen=True)
class Part:
    """One file on its way from one device. `device` and `sha256` are checked by whoever makes it."""

    device: str
    sha256: str

    @property
    def path(self) -> Path:
        return folder() / self.device / f"{self.sha256}.part"

    def offset(self) -> int:
        """How many bytes are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, piece: bytes, offset: int) -> int:
        """Append bytes that belong at `offset`; returns the new offset. Raises OtherOffset, NoSpace (nothing added)."""
        try:
            if shutil.disk_usage(_existing(self.path.parent)).free < RESERVE + len(piece):
                raise NoSpace
            with _locked(self.path, make=offset == 0) as part:
                return self._append(part, piece, offset)
        except FileNotFoundError as error:
            raise OtherOffset(0) from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise NoSpace from error
            raise

    def _append(self, part: IO[bytes], piece: bytes, offset: int) -> int:
        end = os.fstat(part.fileno()).st_size
        if end != offset:
            raise OtherOffset(end)
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[part.write(rest) :]
        except OSError:
            part.truncate(end)
            raise
        return end + len(piece)

    def drop(self) -> None:
        """Forget what has arrived."""
        with suppress(FileNotFoundError), _locked(self.path):
            self.path.unlink(missing_ok=True)

    def complete(self, size: int) -> Kept:
        """Put the whole file of `size` bytes into the storage; the part goes when the caller calls `drop`.

        Raises OtherOffset when it is not whole (any more), and what `keep` raises: what can't be taken is dropped, but
        a full disk leaves the part as it is.
        """
        try:
            with _locked(self.path) as part:
                if (end := os.fstat(part.fileno()).st_size) != size:
                    raise OtherOffset(end)
                return self._keep(part)
        except FileNotFoundError as error:
            raise OtherOffset(0) from error

    def _keep(self, part: IO[bytes]) -> Kept:
        try:
            return keep(part, media_types=IMAGES | VOICES, limit=LIMIT, expected=self.sha256, longest=LONGEST_VOICE)
        except NoSpace:
            raise
        except Refused:
            self.path.unlink(missing_ok=True)
            raise


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def sweep(days: float = KEPT_DAYS) -> int:
    """Drop parts that nobody has added to for so many days; returns how many."""
    dropped, before = 0, time.time() - days * 86400
    for path in folder().glob("*/*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                Part(path.parent.name, path.stem).drop()
                dropped += 1
    for place in folder().glob("*"):
        with suppress(OSError):  # not empty
            place.rmdir()
    return dropped
