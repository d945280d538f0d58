"""The copy that is shown: re-encoded, without metadata, with time, place and people burnt in; linked to its original."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.files import as_bytes, attach, open_blob, store
from zhijian.kernel.evidence.models import File

LONG_SIDE = 1600
FONTS = (
    "web/papers/node_modules/@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    root = Path(__file__).resolve().parents[4]
    for name in FONTS:
        if (root / name).exists():
            return ImageFont.truetype(str(root / name), size)
    return ImageFont.load_default(size)


def stamp_lines(of: File) -> list[str]:
    """What is burnt in: when (by the phone's own clock), where, who, which matter."""
    lines = []
    if of.taken_at is not None:
        zone = dt.timezone(dt.timedelta(minutes=of.tz_offset)) if of.tz_offset is not None else calendar.zone()
        lines.append(of.taken_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z"))
    if of.lat is not None and of.lon is not None:
        near = f" ±{of.accuracy} m" if of.accuracy is not None else ""
        lines.append(f"{of.lat:.5f}, {of.lon:.5f}{near}")
    lines.append(" · ".join(filter(None, [of.matter.number, of.item, of.caption])))
    return [line for line in lines if line]


def stamp(picture: Image.Image, lines: list[str]) -> Image.Image:
    """The picture with a band at its foot that holds the lines."""
    picture = ImageOps.exif_transpose(picture).convert("RGB")
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    size = max(14, picture.width // 46)
    height = int(size * 1.5)
    band = Image.new("RGBA", (picture.width, height * len(lines) + size // 2), (7, 26, 51, 190))
    draw = ImageDraw.Draw(band)
    for number, line in enumerate(lines):
        draw.text((size // 2, size // 4 + number * height), line, font=_font(size), fill=(255, 255, 255, 255))
    picture.paste(band, (0, picture.height - band.height), band)
    return picture


def shown_copy(of: File) -> File | None:
    """The shown copy of a photo, made at first need; None while its bytes are still on the phone."""
    if of.blob_id is None:
        return None
    with scoped(SYSTEM):
        made = File.objects.select_related("blob").filter(original=of).first()
        if made is not None:
            return made
        with open_blob(of.blob) as source, Image.open(source) as picture:
            blob = store(as_bytes(stamp(picture, stamp_lines(of))))
        return attach(of.matter, blob, actor=SYSTEM, kind=of.kind, original=of, item=of.item, caption=of.caption)
