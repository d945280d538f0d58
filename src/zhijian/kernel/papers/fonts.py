"""The fonts that papers are set in: the bureau's own first (仿宋, 小标宋), then those that come with npm.

System fonts are ignored, so that a paper looks the same wherever it is rendered.
"""

from __future__ import annotations

import os
import struct
from functools import lru_cache
from pathlib import Path

import typst

from zhijian.config.places import CHECKOUT

SHIPPED = CHECKOUT / "web/papers/node_modules/@expo-google-fonts"
WEIGHTS = ("noto-serif-sc/400Regular", "noto-serif-sc/700Bold", "noto-sans-sc/400Regular", "noto-sans-sc/700Bold")
SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}

# Families in the order in which they are wanted for each part of a paper.
WANTED = {
    "body": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "Noto Serif SC"),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK", "Noto Serif SC"),
    "head": ("SimHei", "黑体", "Noto Sans SC"),
}


class NoFonts(RuntimeError):
    """No font is installed that papers can be set in; says what to do."""


def folders() -> list[Path]:
    """Folders with fonts: ZHIJIAN_FONTS (the bureau's own), then the shipped weights."""
    own = [Path(os.environ["ZHIJIAN_FONTS"])] if os.environ.get("ZHIJIAN_FONTS") else []
    return [path for path in (*own, *(SHIPPED / weight for weight in WEIGHTS)) if path.is_dir()]


@lru_cache(maxsize=1)
def loaded() -> typst.Fonts:
    """The fonts, searched once in a process. Raises NoFonts."""
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(path) for path in folders()]
    )
    if not set(found.families()) & {name for names in WANTED.values() for name in names}:
        raise NoFonts("Papers need fonts: run `make install` (npm ci in web/papers), or set ZHIJIAN_FONTS.")
    return found


@lru_cache(maxsize=1)
def families() -> dict[str, list[str]]:
    """The families that are there, for each part of a paper; the body's own stand in where a part has none."""
    there = set(loaded().families())
    chosen = {part: [name for name in names if name in there] for part, names in WANTED.items()}
    spare = next(names for names in chosen.values() if names)
    return {part: names or spare for part, names in chosen.items()}


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """The code points that at least one of our fonts can draw."""
    points: set[int] = set()
    for folder in folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                points |= code_points(path.read_bytes())
    return frozenset(points)


def code_points(font: bytes) -> set[int]:
    """The characters that a TrueType or OpenType file maps to a glyph (`cmap` 4 and 12); none when unreadable."""
    try:
        starts = [0]
        if font[:4] == b"ttcf":
            (count,) = struct.unpack_from(">I", font, 8)
            starts = list(struct.unpack_from(f">{count}I", font, 12))
        points: set[int] = set()
        for start in starts:
            points |= _of_face(font, start)
        return points
    except struct.error:
        return set()


def _of_face(font: bytes, start: int) -> set[int]:
    (tables,) = struct.unpack_from(">H", font, start + 4)
    for n in range(tables):
        tag, _sum, offset, _size = struct.unpack_from(">4sIII", font, start + 12 + 16 * n)
        if tag == b"cmap":
            return _of_cmap(font, offset)
    return set()


def _of_cmap(font: bytes, start: int) -> set[int]:
    (count,) = struct.unpack_from(">H", font, start + 2)
    points: set[int] = set()
    for n in range(count):
        _platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * n)
        (style,) = struct.unpack_from(">H", font, start + offset)
        if style == 12:
            (groups,) = struct.unpack_from(">I", font, start + offset + 12)
            for g in range(groups):
                first, last, _glyph = struct.unpack_from(">III", font, start + offset + 16 + 12 * g)
                points.update(range(first, last + 1))
        elif style == 4:
            points |= _segments(font, start + offset)
    return points


def _segments(font: bytes, start: int) -> set[int]:
    (double,) = struct.unpack_from(">H", font, start + 6)
    ends = struct.unpack_from(f">{double // 2}H", font, start + 14)
    firsts = struct.unpack_from(f">{double // 2}H", font, start + 16 + double)
    pairs = ((first, last) for first, last in zip(firsts, ends, strict=True) if last != 0xFFFF)
    return {point for first, last in pairs for point in range(first, last + 1)}
