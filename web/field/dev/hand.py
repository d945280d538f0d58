"""A hand on the app in a real browser: opening, killing, signing, looking."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import struct
import zlib
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page

TWICE = "document.documentElement.style.fontSize = '200%'"
WIDE = """() => [...document.querySelectorAll('main *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== 'absolute')
    .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30)).slice(0, 5)"""
SMALL = """() => [...document.querySelectorAll('button, a[href], input:not(.hidden-file), select, textarea, summary')]
    .filter(e => e.offsetParent && !e.closest('p') && !e.closest('dd'))
    .map(e => [e.closest('label.tick') || e, e]).filter(([box]) => box.getBoundingClientRect().height < 43.5)
    .map(([box, e]) => e.tagName + '.' + e.className + ' ' + box.getBoundingClientRect().height).slice(0, 5)"""
AXE = Path(__file__).resolve().parent.parent / "node_modules/axe-core/axe.min.js"
PIN = "271845"


def png(width: int, height: int, seed: int) -> bytes:
    """A picture that does not compress, so that it takes several chunks."""
    noise = random.Random(seed)
    rows = b"".join(b"\0" + noise.randbytes(width * 3) for _ in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))  # noqa: E731
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Hand:
    """One browser profile on the disk; what it holds outlives the browser."""

    def __init__(self, page_of: Any, folder: str, address: str, mock: Any, shots: Path | None) -> None:
        self.page_of, self.folder, self.address, self.mock, self.shots = page_of, folder, address, mock, shots
        self.context: BrowserContext
        self.page: Page

    def start(self) -> None:
        self.context = self.page_of()
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.on(
            "console",
            lambda m: print("   console:", m.text) if m.type == "error" and "ERR_INTERNET" not in m.text else None,
        )
        self.page.on("pageerror", lambda e: print("   page error:", e))
        self.page.set_default_timeout(15000)

    def see(self, what: str) -> None:
        print("ok", what, flush=True)

    def shot(self, name: str, whole: bool = False) -> None:
        if self.shots:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=whole)

    def at(self, testid: str):
        return self.page.get_by_test_id(testid)

    def item(self, no: str):
        return self.at(f"item-{no}")

    def axe(self, where: str) -> None:
        """No WCAG 2.2 AA finding of axe-core on this page. Evaluated from outside, so the page's CSP stays as it is."""
        self.page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = self.page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations)", tags)
        for each in found:
            print("   axe", where, each["id"], each["help"], [node["html"][:120] for node in each["nodes"][:3]])
        assert not found, f"axe: {where}"
        self.see(f"axe clean: {where}")

    def kill(self, offline: bool) -> None:
        """The browser's processes are killed at once; what opens next opens from what is on the disk."""
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and self.folder.encode() in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()
        for lock in Path(self.folder).glob("Singleton*"):
            lock.unlink(missing_ok=True)
        self.start()
        self.context.set_offline(offline)
        self.page.goto(self.address + self.hash)
        self.at("pin-input").fill(PIN)

    def fits(self, where: str) -> None:
        """Nothing is wider than the narrowest phone, with the text at twice its size; every target is large enough."""
        page = self.page
        before = page.viewport_size
        page.set_viewport_size({"width": 320, "height": 640})
        page.evaluate(TWICE)
        page.wait_for_timeout(250)
        wide = page.evaluate(WIDE)
        small = page.evaluate(SMALL)
        self.shot(f"320-{where}", whole=True)
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size(before)
        assert not wide, f"{where} is wider than the phone: {wide}"
        assert not small, f"{where} has targets under 44 px: {small}"
        self.see(f"fits 320 px with text at 200 %: {where}")

    hash = ""

    def sign(self, who: str) -> None:
        pad = self.at(f"sign-{who}")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        mouse = self.page.mouse
        mouse.move(box["x"] + 40, box["y"] + 40)
        mouse.down()
        for x, y in ((80, 90), (120, 50), (170, 100), (220, 60)):
            mouse.move(box["x"] + x, box["y"] + y, steps=4)
        mouse.up()
