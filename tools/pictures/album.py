"""A browser, a folder for pictures, and pictures of few colours."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"]
HEAD, INSPECTOR, LEADER, CLERK, ADMIN = "sun", "zhao", "wang", "li", "admin"
OFFICER = "赵明远"  # what INSPECTOR is called
LARGEST = 150_000  # bytes of a picture
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
# How a picture's name ends, by language and size; the documents show most at a desk's width, in Chinese.
BOTH = ((WIDE, "zh", ""), (WIDE, "en", "-en"))
PHONE = ((NARROW, "zh", ""), (NARROW, "en", "-en"))


@dataclass
class Album:
    """Where the pictures go, and the site they are of."""

    playwright: Playwright
    site: str
    folder: Path

    def take(self, page: Page, name: str, *, full: bool = False) -> None:
        """Take what the page shows now (the whole page with `full`), in few colours."""
        page.wait_for_timeout(400)  # fonts and transitions settle
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        path = self.folder / f"{name}.png"
        path.write_bytes(small(page.screenshot(full_page=full)))
        print(f"{path}  {path.stat().st_size // 1000} kB{f'  {wider} px too wide' if wider > 0 else ''}", flush=True)

    def launch(self, language: str) -> Browser:
        """A browser without memory; its own fields for dates speak the language, too."""
        return self.playwright.chromium.launch(executable_path=CHROMIUM, **spoken(language))

    @contextmanager
    def browser(self, size: dict[str, int], language: str = "zh") -> Iterator[Page]:
        """A page of the size of a desk or a phone, in a browser without memory."""
        started = self.launch(language)
        context = started.new_context(locale=LANGUAGES[language], viewport=size, device_scale_factor=scale_of(size))
        yield context.new_page()
        started.close()

    @contextmanager
    def phone(self, language: str = "zh", fine: bool = True) -> Iterator[BrowserContext]:
        """A phone with a memory on disk, which stands in the office's patch."""
        with tempfile.TemporaryDirectory() as folder:
            context = self.playwright.chromium.launch_persistent_context(
                folder,
                executable_path=CHROMIUM,
                **spoken(language),
                locale=LANGUAGES[language],
                timezone_id="Asia/Shanghai",
                viewport=NARROW,
                device_scale_factor=scale_of(NARROW) if fine else 1,
                has_touch=True,
                permissions=["geolocation"],
                geolocation={"latitude": 36.7811, "longitude": 118.0541, "accuracy": 12},
            )
            context.pages[0].set_default_timeout(30_000)
            yield context
            context.close()

    def sign_in(self, page: Page, username: str) -> None:
        """Sign in with a button of the demo."""
        page.context.clear_cookies()
        page.goto(f"{self.site}/login/")
        page.locator(f'button[value="{username}"]').first.click()
        page.wait_for_url(f"{self.site}/")

    def open(self, page: Page, address: str) -> None:
        """Open an address of the site and wait until nothing moves."""
        page.goto(address if address.startswith("http") else self.site + address, wait_until="networkidle")


def spoken(language: str) -> dict[str, Any]:
    """What a browser is started with, so that its fields for dates and files are in the language."""
    code = LANGUAGES[language]
    tongue = code.replace("-", "_")
    return {"args": [*ARGS, f"--lang={code}"], "env": {**os.environ, "LANGUAGE": tongue, "LC_ALL": f"{tongue}.UTF-8"}}


def scale_of(size: dict[str, int]) -> float:
    """Phones have fine screens."""
    return 2 if size is NARROW else 1


def small(shot: bytes) -> bytes:
    """The picture with as many colours as fit into the largest size."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    for colours in (128, 64, 32, 16):
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    return small(_half(image))


def _half(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def first_link(page: Page, selector: str) -> str:
    """The address of the first such link; says what is missing if there is none."""
    link = page.locator(selector).first
    if link.count() == 0:
        sys.exit(f"{page.url} has no {selector}: is the demo city there?")
    return link.get_attribute("href") or ""
