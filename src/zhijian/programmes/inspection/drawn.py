"""Drawn photographs for the demo city and for the pictures of the documents: nobody's kitchen, and no two alike."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw

SIZE = (1200, 900)
Pen = ImageDraw.ImageDraw


def photo(seed: int = 0) -> bytes:
    """A JPEG as a phone would take it: one of a few scenes, varied by `seed`; the same seed gives the same bytes."""
    dice = random.Random(seed)
    image = Image.new("RGB", SIZE, dice.choice(["#d9dde0", "#dfe0da", "#d3dadf", "#e2ddd5"]))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 640, *SIZE), fill=dice.choice(["#9aa3a8", "#a39d92", "#8f9a9a"]))
    SCENES[seed % len(SCENES)](pen, dice)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def marked(seed: int = 0) -> bytes:
    """The same photo as a phone would give it back with something circled on it, and a place made unrecognisable."""
    image = Image.open(io.BytesIO(photo(seed))).convert("RGB")
    pen, dice = ImageDraw.Draw(image), random.Random(seed)
    x, y = dice.randrange(200, 700), dice.randrange(150, 400)
    for colour, wide in (("#ffffff", 16), ("#e0161d", 8)):
        pen.ellipse((x, y, x + 320, y + 240), outline=colour, width=wide)
    for n in range(4):
        mean = image.getpixel((40 + 60 * n, 40))
        pen.rectangle((20 + 60 * n, 20, 79 + 60 * n, 110), fill=mean)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _storeroom(pen: Pen, dice: random.Random) -> None:
    """Boxes on the floor beside a shelf."""
    for y in (140, 330, 520):
        pen.rectangle((560, y, 1140, y + 18), fill="#6c7479")
        for x in range(590, 1100, 130):
            top = dice.randrange(70, 112)
            pen.rectangle((x, y - top, x + 95, y - 2), fill="#c98f55", outline="#8a5f33", width=3)
    for x in (560, 1126):
        pen.rectangle((x, 100, x + 14, 660), fill="#6c7479")
    for x, y in ((90, 560), (290, 590)):
        x, y = x + dice.randrange(-30, 31), y + dice.randrange(-12, 13)
        pen.rectangle((x, y, x + 190, y + 210), fill="#c7a24a", outline="#7d6526", width=4)
        pen.rectangle((x + 30, y + 60, x + 160, y + 130), fill="#f3e7c4")


def _fridge(pen: Pen, dice: random.Random) -> None:
    """An open refrigerator with boxes of different food side by side, and the dial in its door."""
    left = dice.randrange(260, 420)
    pen.rectangle((left, 90, left + 480, 820), fill="#f4f6f7", outline="#7f8a90", width=6)
    for y in (250, 420, 590, 760):
        pen.rectangle((left + 24, y, left + 456, y + 10), fill="#b5c0c6")
        for x in range(left + 40, left + 400, 120):
            colour = dice.choice(["#a8433a", "#5f8a4c", "#d7b24c", "#8c6a4f", "#e8e2d2"])
            pen.rounded_rectangle((x, y - dice.randrange(60, 110), x + 96, y - 2), 10, fill=colour)
    pen.ellipse((left + 520, 140, left + 640, 260), fill="#ffffff", outline="#39434a", width=5)
    end = left + 580 + dice.randrange(-30, 31), 200 - dice.randrange(20, 45)
    pen.line((left + 580, 200, *end), fill="#c0272d", width=6)


def _sink(pen: Pen, dice: random.Random) -> None:
    """Tiles with stains above a row of basins."""
    for x in range(0, SIZE[0], 120):
        for y in range(0, 520, 120):
            pen.rectangle((x, y, x + 117, y + 117), outline="#c2c8cb", width=3)
    for _n in range(dice.randrange(4, 9)):
        x, y, wide = dice.randrange(60, 1080), dice.randrange(60, 420), dice.randrange(20, 70)
        pen.ellipse((x, y, x + wide, y + wide * 2 // 3), fill=dice.choice(["#8d8a72", "#77705a", "#9a937a"]))
    for x in (120, 480, 840):
        pen.rounded_rectangle((x, 560, x + 260, 740), 24, fill="#aab4ba", outline="#6c7479", width=6)
        pen.rectangle((x + 120, 470, x + 138, 580), fill="#6c7479")


SCENES: tuple[Callable[[Pen, random.Random], None], ...] = (_storeroom, _fridge, _sink)
