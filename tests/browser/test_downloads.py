"""A download in a real browser whose line breaks in the middle is never taken for the whole file."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests import world
from tests.gateways.uploads.phone import free_port
from tests.gateways.web.serving import session_of, started

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.ops import run

CUT = 700_000  # bytes of the first answer that is long: then the line breaks


class BadLine:
    """A way to the server that breaks once in the middle of a long answer."""

    def __init__(self, to: int) -> None:
        self.to, self.broken = to, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, line: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self.to))
        threading.Thread(target=self._up, args=(line, far), daemon=True).start()
        carried = 0
        with line, far, suppress(OSError):
            while piece := far.recv(65_536):
                carried += len(piece)
                if carried > CUT and not self.broken:
                    self.broken += 1
                    break
                line.sendall(piece)
            for end in (line, far):
                end.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while the other thread reads

    def _up(self, line: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while piece := line.recv(65_536):
                far.sendall(piece)


@pytest.fixture
def line(fresh_database: object, tmp_path: Path) -> Iterator[tuple[BadLine, str]]:
    with scoped(SYSTEM):
        head = world.make().head
    port = free_port()
    process = started(run.desk("127.0.0.1", port, 1), fresh_database.env, tmp_path, port)  # type: ignore[attr-defined]
    bad = BadLine(port)
    yield bad, session_of(head)
    bad.listener.close()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def test_a_broken_download_says_so_and_comes_whole_the_second_time(
    line: tuple[BadLine, str], desk: Page, tmp_path: Path
) -> None:
    """That the browser's own “Resume” finds the rest is told in `tests/gateways/web`: the driver can't press it."""
    bad, (name, _, value) = line[0], line[1].partition("=")
    desk.context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{bad.port}"}])
    desk.goto(f"http://127.0.0.1:{bad.port}/healthz")
    downloads = []
    for _ in range(2):
        with desk.expect_download() as begun:
            desk.evaluate("location.href = '/made/3?slow=0.01'")
        downloads.append(begun.value)
        begun.value.failure()  # waits for its end
    assert (downloads[0].failure(), downloads[1].failure(), bad.broken) == ("canceled", None, 1)
    whole = Path(downloads[1].path()).read_bytes()
    kept = {hashlib.sha256(path.read_bytes()).digest() for path in (tmp_path / "downloads").glob("*.*[0-9a-f]")}
    assert len(whole) == 3 * 2**20
    assert hashlib.sha256(whole).digest() in kept
