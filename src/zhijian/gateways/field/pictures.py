"""Photos of an enterprise's answers, as small copies for the phone: seen at the re-check, where there is no network."""

from __future__ import annotations

import io
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from PIL import Image

from zhijian.gateways.field import problems
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import in_scope
from zhijian.kernel.evidence.files import decoding, open_blob
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.shown import shown_copy

PER_FINDING = 3  # the newest; what was sent before an answer was returned is at the desk
LONG_SIDE = 800  # pixels: a label can be read, and a day's answers weigh a few megabytes
QUALITY = 72
SOURCE = "/api/field/v1/pictures/"


def sources(findings: Iterable[int]) -> dict[int, list[str]]:
    """Addresses of the newest photos of each finding (by the key of its matter), in the order they were made."""
    rows = (
        File.objects.filter(matter__in=list(findings), kind=File.Kind.PHOTO, original=None)
        .exclude(blob=None)
        .order_by("matter_id", "-pk")
        .values_list("matter_id", "uid")
    )
    told: dict[int, list[str]] = {}
    for matter, uid in rows:
        kept = told.setdefault(matter, [])
        if len(kept) < PER_FINDING:
            kept.insert(0, f"{SOURCE}{uid}")
    return told


def small_copy(uid: UUID, actor: Actor) -> bytes:
    """JPEG of a photo of an open finding of the actor's own visits. Raises Problem (404) for any other."""
    mine = Q(matter__parent__assignee=actor.person_id) | Q(matter__parent__second=actor.person_id)
    rows = in_scope(File.objects.select_related("blob", "matter"), actor).filter(mine, matter__closed=None)
    found = rows.filter(uid=uid, matter__kind="rectification", kind=File.Kind.PHOTO, original=None).first()
    copy = shown_copy(found) if found is not None else None
    if copy is None or copy.blob is None:
        raise problems.no_picture()
    with open_blob(copy.blob) as source, decoding, Image.open(source) as picture:
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        small = picture.convert("RGB")
        small.thumbnail((LONG_SIDE, LONG_SIDE))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
