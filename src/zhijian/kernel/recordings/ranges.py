"""A part of a file as HTTP asks for it (RFC 9110, 14), so that a player can jump in an hour of film."""

from __future__ import annotations

import re
from typing import IO

ASKED = re.compile(r"^bytes=(\d*)-(\d*)$")


def part(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None where none is asked for, or several are (then all of it goes).

    Raises ValueError for a range that lies outside.
    """
    found = ASKED.match(header.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(0, size - int(last)), size - 1
        if not int(last):
            raise ValueError(header)
    else:
        begin, end = int(first), min(int(last) if last else size - 1, size - 1)
    if begin > end or begin >= size:
        raise ValueError(header)
    return begin, end


class Slice:
    """So many bytes of an open file from where it stands; closing it closes the file."""

    def __init__(self, source: IO[bytes], begin: int, length: int) -> None:
        source.seek(begin)
        self._source, self._left = source, length

    def read(self, n: int = -1) -> bytes:
        """The next bytes, none behind the end of the slice."""
        wanted = self._left if n < 0 else min(n, self._left)
        piece = self._source.read(wanted) if wanted else b""
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file below."""
        self._source.close()
