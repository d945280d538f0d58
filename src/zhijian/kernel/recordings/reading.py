"""When a film was made, and by which camera: from what lies beside it, from its name, or from its own box. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

FILMS = (".mp4", ".mov", ".mts", ".m2ts", ".ts")
TIMES = "times.csv"  # of a whole folder: file, device, begin, end
# What cameras call their files: the number, whatever else, and the moment to the second (GA/T 947 and its kin).
NAMED = re.compile(r"^(?P<device>[A-Za-z0-9]{4,20})[_\-@].*?(?P<at>20\d{12})(?!\d)")
EPOCH = dt.datetime(1904, 1, 1, tzinfo=dt.UTC)  # of the ISO media family
LONGEST = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Told:
    """What is known of a film before anybody looks; a moment that nobody tells is None."""

    device: str = ""
    began: dt.datetime | None = None
    ended: dt.datetime | None = None

    def put_right(self, ahead: dt.timedelta) -> Told:
        """By the right clock, where the camera's was so much ahead."""
        return replace(self, began=self.began and self.began - ahead, ended=self.ended and self.ended - ahead)


def films_in(folder: Path) -> list[Path]:
    """The films of a folder and what lies below it, in a steady order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in FILMS)


def told(path: Path, zone: dt.tzinfo) -> Told:
    """What a film's neighbours, its name and its box say. Raises ValueError for a sidecar that cannot be read."""
    beside = _beside(path, zone)
    named = _named(path, zone)
    with path.open("rb") as source:
        made, seconds = box_times(source)
    began = beside.began or named.began or made
    ended = beside.ended or (began + dt.timedelta(seconds=seconds) if began and seconds else None)
    if began and ended and not began <= ended <= began + LONGEST:
        raise ValueError(path.name)
    return Told(beside.device or named.device, began, ended)


def _named(path: Path, zone: dt.tzinfo) -> Told:
    found = NAMED.match(path.stem)
    if not found:
        return Told()
    try:
        began = dt.datetime.strptime(found["at"], "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return Told(found["device"])
    return Told(found["device"], began)


def _beside(path: Path, zone: dt.tzinfo) -> Told:
    """The sidecar of one film (`name.json`), or its line in the folder's table."""
    alone = path.with_suffix(".json")
    table = path.parent / TIMES
    try:
        if alone.is_file():
            return _read(json.loads(alone.read_text(encoding="utf-8-sig")), zone)
        if table.is_file():
            with table.open(encoding="utf-8-sig", newline="") as source:
                row = next((one for one in csv.DictReader(source) if one.get("file") == path.name), None)
            return _read(row, zone) if row else Told()
    except (TypeError, AttributeError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(alone.name) from error
    return Told()


def _read(row: dict[str, Any], zone: dt.tzinfo) -> Told:
    return Told(str(row.get("device") or ""), moment(row.get("begin"), zone), moment(row.get("end"), zone))


def moment(text: Any, zone: dt.tzinfo) -> dt.datetime | None:
    """A moment as ISO 8601; without an offset it is the city's. Raises ValueError for anything else."""
    if not text:
        return None
    at = dt.datetime.fromisoformat(str(text))
    return at if at.tzinfo else at.replace(tzinfo=zone)


def box_times(source: IO[bytes]) -> tuple[dt.datetime | None, float]:
    """When an MP4 or QuickTime film says that it was made, and its seconds (0: it does not tell). Rewinds."""
    size, at = source.seek(0, 2), 0
    try:
        while at + 8 <= size:
            source.seek(at)
            head = source.read(16)
            length = int.from_bytes(head[:4])
            begin = 16 if length == 1 else 8
            length = int.from_bytes(head[8:16]) if length == 1 else length or size - at
            if length < 8:
                break
            if head[4:8] == b"moov":
                at += begin
                continue
            if head[4:8] == b"mvhd":
                source.seek(at + begin)
                return _header(source.read(32))
            at += length
        return None, 0.0
    finally:
        source.seek(0)


def _header(mvhd: bytes) -> tuple[dt.datetime | None, float]:
    wide = 8 if mvhd[:1] == b"\x01" else 4
    made = int.from_bytes(mvhd[4 : 4 + wide])
    scale = int.from_bytes(mvhd[4 + 2 * wide : 8 + 2 * wide])
    length = int.from_bytes(mvhd[8 + 2 * wide : 8 + 3 * wide])
    seconds = length / scale if scale else 0.0
    if seconds > LONGEST.total_seconds():
        seconds = 0.0
    # before 2000 no body camera was made: the clock was never set
    began = EPOCH + dt.timedelta(seconds=made) if 3_029_529_600 < made < 2**33 else None
    return began, seconds
