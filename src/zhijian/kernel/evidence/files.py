"""Files by content: stored once, byte for byte, under their SHA-256; judged by what they are, never by their name."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import io
import logging
import os
import tempfile
import warnings
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.core.files import File as DjangoFile
from django.core.files.storage import default_storage
from PIL import Image

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.evidence.models import Blob, File
from zhijian.kernel.evidence.refusals import Bomb, Differs, NoSpace, Refused, TooLarge, WrongType
from zhijian.kernel.matters.models import Matter

log = logging.getLogger(__name__)

IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
PDF = frozenset({"application/pdf"})
LIMIT = 25 * 1024 * 1024
PIXELS = 80_000_000  # four times the largest phone camera in common use; a bomb has thousands of times as many
PIECE = 256 * 1024
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def path_of(sha256: str) -> str:
    """Where a blob lies in the storage."""
    return f"sha256/{sha256[:2]}/{sha256}"


def sniff(source: IO[bytes]) -> str:
    """The media type by content; empty for anything unknown. Raises Bomb for a picture that would not fit memory."""
    source.seek(0)
    head = source.read(8)
    source.seek(0)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=list(_FORMATS)) as picture:
                if picture.width * picture.height > PIXELS:
                    raise Bomb
                kind = _FORMATS[picture.format or ""]
                picture.draft("RGB", (64, 64))  # a JPEG is decoded at an eighth: enough to see that it is whole
                picture.load()
                return kind
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Bomb from error
    except Refused:
        raise
    except Exception:  # Pillow's plug-ins raise whatever they like on hostile bytes
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


def store(
    source: IO[bytes] | bytes, *, media_types: Iterable[str] = IMAGES, limit: int = LIMIT, expected: str = ""
) -> Blob:
    """Keep bytes and return their blob; the same bytes are one blob. `expected` is the SHA-256 that they must have.

    Raises TooLarge, WrongType, Bomb, Differs, NoSpace; then nothing was kept.
    """
    sha256, sm3 = hashlib.sha256(), hashlib.new("sm3")
    size = 0
    try:
        with tempfile.TemporaryFile() as spool:
            for piece in _pieces(source):
                size += len(piece)
                if size > limit:
                    raise TooLarge
                sha256.update(piece)
                sm3.update(piece)
                spool.write(piece)
            if expected and sha256.hexdigest() != expected:
                raise Differs
            media_type = sniff(spool)
            if media_type not in set(media_types):
                raise WrongType
            digest = sha256.hexdigest()
            _keep(spool, path_of(digest), size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            log.error("no room left for files")
            raise NoSpace from error
        raise
    blob, _ = Blob.objects.get_or_create(
        sha256=digest, defaults={"sm3": sm3.hexdigest(), "size": size, "media_type": media_type}
    )
    return blob


def _keep(spool: IO[bytes], name: str, size: int) -> None:
    """Write the bytes whole or not at all: beside their place, flushed, then renamed."""
    try:
        place = Path(default_storage.path(name))
    except NotImplementedError:  # a storage without paths (S3): its own upload is atomic
        if not default_storage.exists(name):
            spool.seek(0)
            default_storage.save(name, DjangoFile(spool))
        return
    if place.exists() and place.stat().st_size == size:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    spool.seek(0)
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as out:
            while piece := spool.read(PIECE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, place)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


def open_blob(blob: Blob) -> IO[bytes]:
    """The bytes of a blob, to be read and closed."""
    return default_storage.open(path_of(blob.sha256), "rb")


def read_blob(blob: Blob) -> bytes:
    """The bytes of a blob that is small."""
    with open_blob(blob) as source:
        return source.read()


def attach(matter: Matter, blob: Blob, *, actor: Actor, kind: str, **about: Any) -> File:
    """Make a stored blob a file of a matter."""
    return File.objects.create(
        matter=matter, entity_id=matter.entity_id, area=matter.area, blob=blob, kind=kind, made_by=actor.label, **about
    )


def _degrees(value: str | None) -> Decimal | None:
    try:
        return round(Decimal(value), 6) if value is not None else None
    except InvalidOperation:
        return None


def expect(
    matter: Matter,
    sha256: str,
    *,
    actor: Actor,
    item: str = "",
    taken_at: dt.datetime | None = None,
    lat: str | None = None,
    lon: str | None = None,
    accuracy: int | None = None,
    caption: str = "",
) -> File:
    """A photo of a matter whose bytes may still be on the phone; it is whole as soon as they are here."""
    offset = taken_at.utcoffset() if taken_at is not None else None
    return File.objects.create(
        matter=matter,
        entity_id=matter.entity_id,
        area=matter.area,
        kind=File.Kind.PHOTO,
        blob=Blob.objects.filter(pk=sha256).first(),
        expected=sha256,
        item=item[:20],
        taken_at=taken_at,
        tz_offset=int(offset.total_seconds() // 60) if offset is not None else None,
        lat=_degrees(lat),
        lon=_degrees(lon),
        accuracy=accuracy,
        made_by=actor.label,
        caption=caption[:200],
    )


def arrived(blob: Blob) -> int:
    """The bytes of expected photos are here: complete them. Returns how many were waiting. Runs in a system scope."""
    return File.objects.filter(expected=blob.sha256, blob=None).update(blob=blob)


def as_bytes(picture: Image.Image) -> bytes:
    """A picture as the JPEG that is shown: no metadata, moderate size."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
