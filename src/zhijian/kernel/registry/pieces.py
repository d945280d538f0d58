"""A file that arrives in pieces: `<data home>/imports/<person>-<id>.part`, whose length is the offset.

A table of several hundred MB in one request would hold one of the desk's few threads, and one transaction, for as long
as the line takes; and a line that breaks would begin anew. (The phones' upload door takes photos, by a device's token.)
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext_lazy as _

PIECE = 1 << 20  # bytes in one request
LARGEST = 2_000_000_000  # bytes of a whole file
RESERVE = 512 << 20  # bytes that stay free for the database on the same disk
KEPT_DAYS = 2.0


class NotTaken(Exception):
    """A piece that is not added: (status, where the file ends here, what to say)."""

    def __init__(self, status: int, offset: int, message: object) -> None:
        super().__init__(status, offset)
        self.status, self.offset, self.message = status, offset, message


def folder() -> Path:
    """Where parts lie."""
    return Path(settings.DATA_HOME) / "imports"


@dataclass(frozen=True)
class Part:
    """One person's file on its way."""

    person: int
    uid: UUID

    @property
    def path(self) -> Path:
        return folder() / f"{self.person}-{self.uid}.part"

    def offset(self) -> int:
        """How many bytes are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.path.open("ab", buffering=0) as part:
            fcntl.flock(part, fcntl.LOCK_EX)
            yield part

    def append(self, body: IO[bytes], length: int, offset: int) -> int:
        """Add a piece that belongs at `offset`; returns the new offset. Raises NotTaken, then nothing was added.

        Raises OSError when the line breaks; what came until then stays, and the sender goes on behind it.
        """
        if length > PIECE or offset + length > LARGEST:
            raise NotTaken(413, self.offset(), _("The file is larger than 2 GB. Split it, or import it by command."))
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(folder()).free < RESERVE + length:
            raise NotTaken(507, self.offset(), _("The server's disk is nearly full. Tell your administrator."))
        with self._locked() as part:
            end = os.fstat(part.fileno()).st_size
            if end != offset:
                raise NotTaken(409, end, _("The server has another part of this file; it goes on from there."))
            _copy(body, part, length)
            return end + length

    def whole(self, name: str, size: int) -> File | None:
        """The file under the name that its sender gave it; None while it is not all here."""
        return _Arrived(self.path, name) if size and self.offset() == size else None

    def drop(self) -> None:
        """Forget what has arrived."""
        self.path.unlink(missing_ok=True)


class _Arrived(File):
    """A whole file that the storage may move instead of copying it."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path.open("rb"), name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Where it lies; the name by which Django's storages ask."""
        return str(self._path)


def _copy(body: IO[bytes], part: IO[bytes], length: int) -> None:
    """Exactly `length` bytes. Raises OSError when fewer come."""
    left = length
    while left:
        some = body.read(min(left, 64 * 1024))
        if not some:
            raise OSError("the line broke")
        part.write(some)
        left -= len(some)


def sweep(days: float = KEPT_DAYS) -> int:
    """Drop parts that nobody has added to for so many days; returns how many."""
    dropped, before = 0, time.time() - days * 86400
    for path in folder().glob("*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                dropped += 1
    return dropped
