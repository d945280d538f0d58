"""Files by content: stored once, byte for byte, under their SHA-256; judged by what they are, never by their name."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import logging
import os
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.core.files import File as DjangoFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.evidence import media
from zhijian.kernel.evidence.models import Blob, File
from zhijian.kernel.evidence.refusals import Bomb, Differs, NoSpace, Refused, TooLarge, TooLong, WrongType
from zhijian.kernel.matters.models import Matter

log = logging.getLogger(__name__)

IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
PDF = frozenset({"application/pdf"})
DOCX = frozenset({"application/vnd.openxmlformats-officedocument.wordprocessingml.document"})
MEDIA = frozenset(media.TYPES)
VOICES = media.VOICES
LIMIT = 25 * 1024 * 1024
PIXELS = 80_000_000  # four times the largest phone camera in common use; a bomb has thousands of times as many
PIECE = 256 * 1024
INCOMING = "incoming"  # beside `sha256/` in a local storage: what is being written, renamed when it is whole
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# A large picture takes some 300 MB while it is decoded: no more than two at once, however many threads there are.
decoding = threading.BoundedSemaphore(2)


def path_of(sha256: str) -> str:
    """Where a blob lies in the storage."""
    return f"sha256/{sha256[:2]}/{sha256}"


def sniff(source: IO[bytes]) -> str:
    """The media type by content; empty for anything unknown or broken. Raises Bomb for what would not fit memory."""
    source.seek(0)
    head = source.read(8)
    source.seek(0)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(source)
    if recording := media.sniff(source):
        return recording
    try:
        with decoding, Image.open(source, formats=list(_FORMATS)) as picture:
            if picture.width * picture.height > PIXELS:
                raise Bomb
            kind = _FORMATS[picture.format or ""]
            picture.draft("RGB", (64, 64))  # a JPEG is decoded at an eighth: enough to see that it is whole
            picture.load()
            return kind
    except Image.DecompressionBombError as error:
        raise Bomb from error
    except Refused:
        raise
    except Exception:  # noqa: BLE001 -- Pillow's plug-ins raise whatever they like on hostile bytes
        return ""
    finally:
        source.seek(0)


def _zipped(source: IO[bytes]) -> str:
    """The media type of a zip: a Word document by its main part; anything else is unknown."""
    try:
        with zipfile.ZipFile(source) as book:
            return next(iter(DOCX)) if "word/document.xml" in book.namelist() else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    finally:
        source.seek(0)


def _pieces(source: IO[bytes] | bytes) -> Iterable[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    source.seek(0)
    while piece := source.read(PIECE):
        yield piece


@dataclass(frozen=True)
class Kept:
    """Bytes that lie in the storage and are not in the database yet."""

    sha256: str
    sm3: str
    size: int
    media_type: str


def keep(
    source: IO[bytes] | bytes,
    *,
    media_types: Iterable[str] = IMAGES,
    limit: int = LIMIT,
    expected: str = "",
    judged: str = "",
    longest: float = 0,
) -> Kept:
    """Put bytes into the storage, whole or not at all, without touching the database (it may take its time).

    `expected` is the SHA-256 that they must have. `judged` is the media type of what we made ourselves, or of what
    another reader has judged by its content (a workbook): then nothing is guessed. `longest`: how many seconds a voice
    note may run; 0 sets no bound.

    Raises TooLarge, WrongType, TooLong, Bomb, Differs, NoSpace; then nothing was kept.
    """
    try:
        with _spool() as spool:
            kept = _read_into(spool, source, frozenset(media_types), limit, expected, judged, longest)
            _settle(spool, kept)
            return kept
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            log.error("No room left for files: %s", error)
            raise NoSpace from error
        raise


def _read_into(
    spool: IO[bytes],
    source: IO[bytes] | bytes,
    media_types: frozenset[str],
    limit: int,
    expected: str,
    judged: str,
    longest: float,
) -> Kept:
    sha256, sm3, size = hashlib.sha256(), hashlib.new("sm3"), 0
    for piece in _pieces(source):
        size += len(piece)
        if size > limit:
            raise TooLarge
        sha256.update(piece)
        sm3.update(piece)
        spool.write(piece)
    spool.flush()
    if expected and sha256.hexdigest() != expected:
        raise Differs
    media_type = judged or sniff(spool)
    if not judged and media_type not in media_types:
        raise WrongType
    if longest and media_type in VOICES and media.voice_seconds(spool, media_type) > longest:
        raise TooLong
    return Kept(sha256.hexdigest(), sm3.hexdigest(), size, media_type)


def local_folder(name: str) -> Path | None:
    """A folder of the storage as a path; None when the storage has none (S3)."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


@contextmanager
def _spool() -> Iterator[IO[bytes]]:
    """A file to write to: on the storage's own disk where it has one, so that it can be renamed into its place."""
    folder = local_folder(INCOMING)
    if folder is None:
        with tempfile.TemporaryFile() as spool:
            yield spool
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as spool:
        try:
            yield spool
        finally:
            with suppress(FileNotFoundError):  # renamed: all is well
                os.unlink(spool.name)


def _settle(spool: IO[bytes], kept: Kept) -> None:
    """Move the spool to where its digest says. The same bytes again replace themselves, which mends a damaged file."""
    name = path_of(kept.sha256)
    place = local_folder(name)
    if place is None:
        if not default_storage.exists(name):
            spool.seek(0)
            made = default_storage.save(name, DjangoFile(spool))
            if made != name:  # somebody else stored the same bytes meanwhile
                default_storage.delete(made)
        return
    os.fsync(spool.fileno())
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(spool.name, place)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def register(kept: Kept) -> Blob:
    """The row of bytes that were kept; the same bytes are one blob."""
    about = {"sm3": kept.sm3, "size": kept.size, "media_type": kept.media_type}
    return Blob.objects.get_or_create(sha256=kept.sha256, defaults=about)[0]


def store(
    source: IO[bytes] | bytes,
    *,
    media_types: Iterable[str] = IMAGES,
    limit: int = LIMIT,
    expected: str = "",
    judged: str = "",
) -> Blob:
    """Keep bytes and return their blob: `keep` and `register` in one. Raises as `keep` does."""
    return register(keep(source, media_types=media_types, limit=limit, expected=expected, judged=judged))


def is_there(blob: Blob) -> bool:
    """Whether the storage holds a file of the blob's size under its digest (the digest itself: `zhijian verify`)."""
    try:
        return default_storage.size(path_of(blob.sha256)) == blob.size
    except OSError:
        return False


def open_blob(blob: Blob) -> IO[bytes]:
    """The bytes of a blob, to be read and closed."""
    return default_storage.open(path_of(blob.sha256), "rb")


def read_blob(blob: Blob) -> bytes:
    """The bytes of a blob that is small."""
    with open_blob(blob) as source:
        return source.read()


def attach(matter: Matter, blob: Blob, *, actor: Actor, kind: str, **about: Any) -> File:
    """Make a stored blob a file of a matter. `inner=True`: it stands in no enterprise's file."""
    inner = about.pop("inner", False)
    return File.objects.create(
        matter=matter,
        entity_id=None if inner else matter.file_entity_id,
        area=matter.area,
        blob=blob,
        kind=kind,
        made_by=actor.label,
        **about,
    )


@dataclass(frozen=True)
class Expected:
    """A photo (or a voice note) as whoever took it names it: by its fingerprint, with time and place (degrees as text).

    `drawn_on` is the fingerprint of the photo that it was drawn on, where it is no photo but a marked copy of one.
    """

    sha256: str
    taken: dt.datetime | None = None
    item: str = ""
    lat: str | None = None
    lon: str | None = None
    accuracy: int | None = None
    drawn_on: str = ""
    kind: str = "photo"


def _degrees(value: str | None) -> Decimal | None:
    try:
        return round(Decimal(value), 6) if value is not None else None
    except InvalidOperation:
        return None


def expect(matter: Matter, photos: list[Expected], *, actor: Actor, caption: str = "") -> list[File]:
    """Photos of a matter whose bytes may still be on the phone; each is whole as soon as they are here.

    Returns those that are new: what the matter has at the same item already (by a version before) stays.
    """
    if not photos:
        return []
    with transaction.atomic():
        _one_at_a_time(*(photo.sha256 for photo in photos))
        rows = File.objects.filter(matter=matter, original=None, expected__in=[photo.sha256 for photo in photos])
        known = {file.expected: file for file in rows}
        there = {(file.expected, file.item) for file in rows}
        photos = [photo for photo in photos if (photo.sha256, photo.item[:20]) not in there]
        here = set(Blob.objects.filter(pk__in=[photo.sha256 for photo in photos]).values_list("pk", flat=True))
        made = File.objects.bulk_create(_awaited(matter, photo, here, actor, caption) for photo in photos)
        _link_drawings(photos, made, known)
    _show_soon([file for file in made if file.blob_id is not None])
    return made


def _link_drawings(photos: list[Expected], made: list[File], known: dict[str, File]) -> None:
    """Say of each marked copy which photo it was drawn on, where that came with it or before, and is itself a photo."""
    taken = {sha: file for sha, file in known.items() if file.drawn_on_id is None}
    taken |= {photo.sha256: file for photo, file in zip(photos, made, strict=True) if not photo.drawn_on}
    drawn = []
    for photo, file in zip(photos, made, strict=True):
        if photo.drawn_on in taken:
            file.drawn_on = taken[photo.drawn_on]
            drawn.append(file)
    File.objects.bulk_update(drawn, ["drawn_on"])


def _awaited(matter: Matter, photo: Expected, here: set[str], actor: Actor, caption: str) -> File:
    offset = photo.taken.utcoffset() if photo.taken is not None else None
    return File(
        matter=matter,
        entity_id=matter.file_entity_id,
        area=matter.area,
        kind=photo.kind,
        blob_id=photo.sha256 if photo.sha256 in here else None,
        expected=photo.sha256,
        item=photo.item[:20],
        taken_at=photo.taken,
        tz_offset=int(offset.total_seconds() // 60) if offset is not None else None,
        lat=_degrees(photo.lat),
        lon=_degrees(photo.lon),
        accuracy=photo.accuracy,
        made_by=actor.label,
        caption=caption[:200],
    )


def _one_at_a_time(*digests: str) -> None:
    """Whoever asks for bytes and whoever brings them wait for each other: otherwise neither would see the other.

    Several are locked in one order, so that two who want the same ones never wait for each other in a circle.
    """
    with connection.cursor() as cursor:
        wanted = sorted(set(digests))
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(d, 1)) FROM unnest(%s::text[]) AS d", [wanted])


def set_aside(matter: Matter, digests: Iterable[str], actor: Actor) -> int:
    """Note that the bytes of these expected photos will not come by the network. Returns how many were waiting.

    They are taken in all the same, should they come after all.
    """
    from zhijian.kernel.evidence import entries, ledger

    waiting = File.objects.filter(matter=matter, expected__in=list(digests), blob=None, aside_at=None)
    files = sorted(waiting.values_list("expected", flat=True))
    if files:
        waiting.update(aside_at=timezone.now())
        told = {"count": len(files), "files": [digest[:16] for digest in files]}
        ledger.record(entries.ASIDE.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, data=told)
    return len(files)


def arrived(blob: Blob) -> int:
    """The bytes of expected photos are here: complete them. Returns how many were waiting. Runs in a system scope."""
    with transaction.atomic():
        _one_at_a_time(blob.sha256)
        waiting = list(File.objects.filter(expected=blob.sha256, blob=None))
        # What it is shown as follows from what it is, not from what it was called.
        kind = str(File.Kind.VOICE if blob.media_type in VOICES else File.Kind.PHOTO)
        File.objects.filter(pk__in=[file.pk for file in waiting]).update(blob=blob, kind=kind)
        _show_soon(waiting)
    return len(waiting)


def _show_soon(waiting: list[File]) -> None:
    """Queue the shown copies, so that the first look at them need not wait."""
    from zhijian.kernel.evidence.jobs import make_shown

    for file in waiting:
        make_shown.later(job_once=f"shown:{file.pk}", file=file.pk)


def as_bytes(picture: Image.Image) -> bytes:
    """A picture as the JPEG that is shown: no metadata, moderate size."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
