"""A file that is still arriving: `<data home>/uploads/<device>/<sha256>.part`; its length is the offset.

A chunk is received whole into memory first (256 kB at most), then written under the file's lock, so a connection that
breaks in the middle of a chunk leaves the file as it was, and two writers can't mix.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from zhijian.kernel.evidence.refusals import NoSpace, TooLarge

CHUNK = 262_144
LIMIT = 25 * 1024 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")


class WrongOffset(Exception):
    """The chunk does not begin where the file ends; `offset` is where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def home() -> Path:
    """Where arriving files lie."""
    return Path(os.environ.get("ZHIJIAN_UPLOADS") or settings.DATA_HOME / "uploads")


def path_of(device: str, sha256: str) -> Path:
    """The part's path. Both parts of it come from checked values only (a UUID, 64 hex digits)."""
    if not DIGEST.fullmatch(sha256):
        raise ValueError("not a digest")
    return home() / device / f"{sha256}.part"


def offset_of(device: str, sha256: str) -> int:
    """How many bytes have arrived."""
    try:
        return path_of(device, sha256).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The part, open for writing, for this writer alone; made when it isn't there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.fstat(handle).st_ino == os.stat(path).st_ino:
                break
        except FileNotFoundError:
            pass
        os.close(handle)  # whoever held the lock finished the file and took it away: begin again
    try:
        yield handle
    finally:
        os.close(handle)


def append(handle: int, at: int, chunk: bytes) -> int:
    """Write a chunk at the end; returns the new length. Raises WrongOffset, TooLarge, NoSpace (the part is kept)."""
    length = os.fstat(handle).st_size
    if at != length:
        raise WrongOffset(length)
    if length + len(chunk) > LIMIT:
        raise TooLarge
    try:
        view = memoryview(chunk)
        while view:
            view = view[os.pwrite(handle, view, length + len(chunk) - len(view)) :]
    except OSError as error:
        os.ftruncate(handle, length)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NoSpace from error
        raise
    return length + len(chunk)


def sweep(older_than: float) -> int:
    """Remove parts that nobody has gone on with since `older_than` (seconds since the epoch). Returns how many."""
    gone = 0
    for part in home().glob("*/*.part"):
        with locked(part):
            if part.stat().st_mtime < older_than:
                part.unlink()
                gone += 1
    return gone
