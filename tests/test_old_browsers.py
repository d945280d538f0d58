"""Pages of the public and of enterprises are whole inside WeChat and on old phones: nothing newer than Chromium 87."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from tests.old_browsers import newer_in_css, newer_in_js

SOURCE = Path(__file__).parents[1] / "src/zhijian"
BASE = "public/base.html"
# Leaflet supports far older browsers than ours; what its sheet holds besides is for print, and left alone by others.
LIBRARY = ("desk/leaflet.css", "desk/leaflet.js")
MEMBERS = (".isValid", ".pad")  # of Leaflet's bounds, called like newer ones of the browser


def loaded() -> list[str]:
    """The style sheets and scripts of every page that stands on the public base."""
    texts = [path.read_text() for path in SOURCE.rglob("templates/**/*.html")]
    ours = [text for text in texts if f'extends "{BASE}"' in text]
    ours += [path.read_text() for path in SOURCE.rglob(f"templates/{BASE}")]
    return sorted({name for text in ours for name in re.findall(r"{% static ['\"](\S+\.(?:css|js))['\"] %}", text)})


def test_every_page_is_looked_at():
    assert {"desk/public.css", "desk/public.js", "party/photos.js", "party/sign.css", "party/sign.js"} <= set(loaded())


@pytest.mark.parametrize("name", [name for name in loaded() if name not in LIBRARY])
def test_nothing_is_newer_than_the_oldest_phone(name):
    text = Path(finders.find(name)).read_text()
    found = newer_in_css(text) if name.endswith(".css") else newer_in_js(text)
    assert [one for one in found if not one.startswith(MEMBERS)] == []


@pytest.mark.parametrize(
    ("sheet", "found"),
    [
        (".a:has(b) { color: red }", ":has: Chrome 105"),
        (".a { aspect-ratio: 4 / 3 }", "aspect-ratio: Chrome 88"),
        ("@container (width > 300px) { .a { color: red } }", "@container: Chrome 105"),
        ("@media (width >= 300px) { .a { color: red } }", "@media ranges: Chrome 104"),
        ("@layer base { .a { color: red } }", "@layer: Chrome 99"),
        (".a { color: color-mix(in srgb, red, blue) }", "color-mix(): Chrome 111"),
        (".a { & b { color: red } }", "nesting: Chrome 112"),
        (".a { height: 100dvh }", "1dvh: Chrome 108"),
        (".a { width: 10cqw }", "1cqw: Chrome 105"),
        (".a:is(b, c) { color: red }", ":is: Chrome 88"),
        (".a:not(b, c) { color: red }", ":not(a, b): Chrome 88"),
        (".a { overflow: clip }", "overflow: clip: Chrome 90"),
        (".a { text-wrap: balance }", "text-wrap: Chrome 114"),
        (".a { made-up: 1 }", "made-up: in no table"),
    ],
)
def test_what_a_sheet_may_not_hold_is_found(sheet, found):
    assert found in newer_in_css(sheet)


def test_what_an_old_phone_knows_is_left_alone():
    sheet = (
        "@media (min-width: 300px) { .a:focus-visible::before { inset: 0; display: flex; gap: 4px } }"
        "/* .b:has(c) */ .a { content: ':has(x)'; width: min(10px, 50vh); color: rgb(0 0 0 / 50%) }"
    )
    assert newer_in_css(sheet) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("[1, 2].findLast(Boolean)", ".findLast: Chrome 97"),
        ("Object.hasOwn({}, 'a')", ".hasOwn: Chrome 93"),
        ("structuredClone({})", "structuredClone: Chrome 98"),
        ("new CloseWatcher()", "CloseWatcher: Chrome 126"),
        ("class A { static { this.a = 1 } }", "syntax: static {"),
    ],
)
def test_what_a_script_may_not_hold_is_found(script, found):
    assert found in newer_in_js(script)


def test_what_an_old_phone_runs_is_left_alone():
    script = "const a = (b) => b ?? `.at(${b}`;\ndocument.querySelector('a').replaceWith(a('.hasOwn'), [...'b']);\n"
    assert newer_in_js(script) == []
