"""Whole journeys in a real browser against a real site: web, uploads, and jobs run when the story needs them."""

from __future__ import annotations

import os
import shutil
import signal
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.db import connections
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection.checklists import load_shipped

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
OFFICE = "370303009"
DURABLE_S = 2.0
"""What was tapped so long before a kill must be there afterwards."""


@dataclass
class Site:
    """A running site with one restaurant in the demo office."""

    url: str
    premises: Premises
    entity: Entity


class _Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def _uploads(settings: Any) -> Iterator[None]:
    """The upload process's application, in a threaded server of this process."""
    from zhijian.gateways.uploads.wsgi import application

    with make_server("127.0.0.1", 0, application, _Threaded, _Quiet) as server:
        settings.UPLOAD_PORT = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture
def site(live_site: str, settings: Any, tmp_path: Path) -> Iterator[Site]:
    """The site with the demo office's people and one restaurant."""
    settings.DEMO = True
    os.environ["ZHIJIAN_UPLOADS"] = str(tmp_path / "uploads")
    with scoped(SYSTEM):
        load_jurisdictions()
        people.plant(calendar.today())
        load_shipped()
        entity = Entity.objects.create(
            scheme="uscc", code="91370303MA3C0R6E9X", name="淄博清风餐饮有限公司", area=OFFICE, phone="13805330000",
            representative="王清",
        )  # fmt: skip
        premises = Premises.objects.create(
            entity=entity, name="清风小馆(水晶街店)", address="张店区水晶街 1 号", area=OFFICE, trade="restaurant",
            lat="36.781000", lon="118.054000",
        )  # fmt: skip
        Licence.objects.create(entity=entity, premises=premises, kind="food", number="JY23703030000017")
    settings.PUBLIC_ORIGIN = live_site.replace("127.0.0.1", "localhost")
    with _uploads(settings):
        yield Site(settings.PUBLIC_ORIGIN, premises, entity)
    os.environ.pop("ZHIJIAN_UPLOADS")


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """The driver, for one test only: its event loop must not go on under other tests of this process."""
    if not CHROMIUM:
        pytest.fail("No chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM.")
    with sync_playwright() as running:
        yield running
        connections.close_all()  # Django keeps others beside the driver's loop: none outlives its database


@pytest.fixture
def desk(playwright: Playwright) -> Iterator[Page]:
    """A desk browser, Chinese, 1440 px."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    yield context.new_page()
    browser.close()


def phone_page(playwright: Playwright) -> tuple[Any, Page]:
    """A phone's browser without any memory: what an owner or a citizen has."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True)
    return browser, context.new_page()


@dataclass
class Handset:
    """The inspector's phone: a browser with a memory on disk, which can be killed and started again."""

    playwright: Playwright
    folder: Path
    context: BrowserContext | None = None
    offline: bool = False
    hears: bool = False  # a microphone that gives a test tone, and leave to use it
    sees: Path | None = None  # a film (Y4M) that its camera shows, and leave to use it

    def start(self) -> Page:
        """Open the browser on the same memory, with or without network."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=[
                *ARGS,
                *(MICROPHONE if self.hears or self.sees else []),
                *([f"--use-file-for-fake-video-capture={self.sees}"] if self.sees else []),
            ],
            locale="zh-CN",
            viewport={"width": 390, "height": 844},
            has_touch=True,
            geolocation={"latitude": 36.7811, "longitude": 118.0541, "accuracy": 12},
            permissions=[
                "geolocation",
                *(["microphone"] if self.hears else []),
                *(["camera"] if self.sees else []),
            ],
        )
        self.context.set_offline(self.offline)
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def cut(self, offline: bool) -> None:
        """Take the network away, or give it back."""
        self.offline = offline
        assert self.context is not None
        self.context.set_offline(offline)

    def _processes(self) -> list[int]:
        """Those of this phone's browser that live."""
        mine = str(self.folder).encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if mine in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    continue
        return found

    def strike(self) -> None:
        """Kill its processes, from any thread: the driver is not told."""
        for process in self._processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def kill(self) -> None:
        """Kill the browser, as a phone's system does: no warning, no farewell."""
        self.strike()
        try:
            assert self.context is not None
            self.context.close()
        except Exception:  # noqa: BLE001 -- the driver finds its browser dead, as intended
            pass
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)


@pytest.fixture
def handset(playwright: Playwright, tmp_path: Path) -> Iterator[Handset]:
    made = Handset(playwright, tmp_path / "handset")
    yield made
    made.kill()
