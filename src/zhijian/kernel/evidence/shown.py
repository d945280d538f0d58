"""The copy that is shown: re-encoded, without metadata, time, place and people burnt in; linked to its original."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.files import IMAGES, as_bytes, attach, decoding, open_blob, store
from zhijian.kernel.evidence.models import File

LONG_SIDE = 1600
FONTS = (  # the papers' own first, then those of the system
    "web/papers/node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "web/papers/node_modules/@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=1)
def font_file() -> str:
    """The first font of the list that is here and can be read; empty when there is none."""
    root = Path(__file__).resolve().parents[4]
    for name in FONTS:
        try:
            ImageFont.truetype(str(root / name), 12)
        except OSError:
            continue
        return str(root / name)
    return ""


@lru_cache(maxsize=8)
def _font(size: int) -> Font:
    return ImageFont.truetype(font_file(), size) if font_file() else ImageFont.load_default(size)


def stamp_lines(of: File) -> list[str]:
    """What is burnt in: when (by the phone's own clock), where, who, which matter."""
    when = where = ""
    if of.taken_at is not None:
        zone = dt.timezone(dt.timedelta(minutes=of.tz_offset)) if of.tz_offset is not None else calendar.zone()
        when = of.taken_at.astimezone(zone).isoformat(" ", "seconds")
    if of.lat is not None and of.lon is not None:
        near = f" ±{of.accuracy} m" if of.accuracy is not None else ""
        where = f"{of.lat:.5f}, {of.lon:.5f}{near}"
    officers = [person.name for person in (of.matter.assignee, of.matter.second) if person is not None]
    lines = ["  ".join(filter(None, [when, where])), "、".join(officers)]
    lines.append(" · ".join(filter(None, [of.matter.number, of.item, of.caption])))
    return [line for line in lines if line]


def _fitting(lines: list[str], font: Font, width: int) -> list[str]:
    """The lines, broken where they would leave the picture; without a Chinese font, what ASCII can say of them."""
    fitted = []
    for line in lines:
        if not font_file():
            line = line.replace("±", "+-").encode("ascii", "ignore").decode().strip(" ,·")
        while line:
            end = len(line)
            while end > 1 and font.getlength(line[:end]) > width:
                end -= 1
            fitted.append(line[:end])
            line = line[end:].lstrip()
    return fitted


def _plain(picture: Image.Image) -> Image.Image:
    """Upright, moderate in size, without transparency."""
    picture.draft("RGB", (LONG_SIDE, LONG_SIDE))  # a JPEG is decoded no larger than needed
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        picture = Image.new("RGB", layer.size, "white")
        picture.paste(layer, mask=layer.getchannel("A"))
    return picture.convert("RGB")


def stamp(picture: Image.Image, lines: list[str]) -> Image.Image:
    """The picture with a band at its foot that holds the lines."""
    picture = _plain(picture)
    if not lines:
        return picture
    size = max(14, min(picture.width // 40, 30))
    font = _font(size)
    fitted = _fitting(lines, font, picture.width - size)
    height = int(size * 1.45)
    band = Image.new("RGBA", (picture.width, height * len(fitted) + size // 2), (7, 26, 51, 200))
    draw = ImageDraw.Draw(band)
    for number, line in enumerate(fitted):
        draw.text((size // 2, size // 4 + number * height), line, font=font, fill=(255, 255, 255, 255))
    picture.paste(band, (0, max(0, picture.height - band.height)), band)
    return picture


def shown_copy(of: File) -> File | None:
    """The shown copy of a photo, made at first need.

    None while its bytes are still on the phone, and for what is no picture.
    """
    if of.blob is None or of.blob.media_type not in IMAGES:
        return None
    with scoped(SYSTEM):
        if (made := _made(of)) is not None:
            return made
        # Two who look at once wait for each other, and make one copy.
        rows = File.objects.select_related("matter__assignee", "matter__second", "blob")
        of = rows.select_for_update(of=("self",)).get(pk=of.pk)
        if (made := _made(of)) is not None:
            return made
        with open_blob(of.blob) as source, decoding, Image.open(source) as picture:
            shown = as_bytes(stamp(picture, stamp_lines(of) if of.kind == File.Kind.PHOTO else []))
        about = {"kind": of.kind, "original": of, "item": of.item, "caption": of.caption}
        return attach(of.matter, store(shown), actor=SYSTEM, inner=of.entity_id is None, **about)


def _made(of: File) -> File | None:
    return File.objects.select_related("blob").filter(original=of).first()
