"""Styles and scripts: light for the public, pinned, and readable: every pair of text and ground meets 4.5 : 1."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "web/desk"
TOKENS = dict(re.findall(r"--zj-([\w-]+): (#[0-9a-f]{6})", (WEB / "src/tokens.css").read_text()))
PAIRS = [
    ("ink", "paper"), ("ink", "ground"), ("soft", "paper"), ("soft", "ground"), ("blue", "paper"), ("blue", "ground"),
    ("blue-deep", "blue-soft"), ("red", "paper"), ("red", "red-soft"), ("amber-ink", "amber-soft"),
    ("green-ink", "green-soft"), ("ink", "amber-soft"), ("ink", "red-soft"), ("paper", "blue"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable_on_its_ground(text, ground):
    light, dark = sorted((luminance(TOKENS[text]), luminance(TOKENS[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_publics_pages_are_light():
    built = WEB / "dist/desk"
    if not built.exists():
        pytest.fail("the web parts are not built: run `make install`")
    assert (built / "public.css").stat().st_size <= 30_000
    assert (built / "public.js").stat().st_size <= 5_000


def test_the_publics_sheet_keeps_to_what_old_browsers_know():
    sheet = (WEB / "src/public.css").read_text() + (WEB / "src/tokens.css").read_text()
    for new in (":has(", ":is(", ":where(", "@layer", "@container", "color-mix(", "aspect-ratio", "accent-color"):
        assert new not in sheet, f"{new} is younger than Chromium 87"


def test_versions_are_pinned_and_the_lock_names_no_place():
    wanted = json.loads((WEB / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert wanted["htmx.org"].startswith("2.")
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()
