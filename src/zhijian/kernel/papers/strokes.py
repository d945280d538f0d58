"""Signatures as vector paths: strokes of integers from the phone become a small SVG; QR codes likewise."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import segno

PAD, PEN = 6, 5
MOST_POINTS = 20_000
FARTHEST = 100_000


def signature_svg(strokes: Sequence[Sequence[Sequence[int]]]) -> str:
    """The strokes as SVG, cropped to the ink; empty when there is none. Anything but small integers is left out."""
    lines, points, total = [], [], 0
    for stroke in strokes:
        line = [(_small(p[0]), _small(p[1])) for p in stroke if len(p) >= 2][: MOST_POINTS - total]
        total += len(line)
        if line:
            lines.append(line)
            points += line
    if not points:
        return ""
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width, height = max(x for x, _ in points) - left, max(y for _, y in points) - top
    pen = max(PEN, max(width, height) // 60)
    pad = PAD + pen
    paths = "".join(f'<path d="{_path(line, left - pad, top - pad)}"/>' for line in lines)
    style = f'fill="none" stroke="#000" stroke-width="{pen}" stroke-linecap="round" stroke-linejoin="round"'
    size = f"0 0 {width + 2 * pad} {height + 2 * pad}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"><g {style}>{paths}</g></svg>'


def _small(value: int) -> int:
    return max(-FARTHEST, min(FARTHEST, int(value)))


def _path(line: list[tuple[int, int]], left: int, top: int) -> str:
    """A smooth line: quadratic curves through the middles between the points."""
    moved = [(x - left, y - top) for x, y in line]
    if len(moved) == 1:
        x, y = moved[0]
        return f"M{x} {y}h1"
    path = f"M{moved[0][0]} {moved[0][1]}"
    for (x, y), (nx, ny) in pairwise(moved[1:]):
        path += f"Q{x} {y} {(x + nx) // 2} {(y + ny) // 2}"
    return path + f"L{moved[-1][0]} {moved[-1][1]}"


@lru_cache(maxsize=256)
def qr_svg(text: str) -> str:
    """A QR code (error correction M) as SVG without margins."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=4, border=0, xmldecl=False, nl=False)
    return out.getvalue().decode()
