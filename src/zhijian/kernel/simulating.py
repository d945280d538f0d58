"""A provider outside, simulated by HTTP on this machine: for developers and tests, never where real people work.

What it answers is its own (`Provider.answer`); how it listens, and how it is told to misbehave, is the same for all.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar

from django.core.management.base import CommandError

Answer = tuple[int, Any]  # status, and what is sent as JSON


@dataclass
class Provider:
    """What a simulated provider keeps.

    `fail` are statuses for the next requests; `lose` answers get lost after the work is done;
    `fails_on` are the methods that `fail` is for; `posts` counts what was sent to it, failed or not.
    """

    fails_on: ClassVar[tuple[str, ...]] = ("GET", "POST")
    token: str = "simulator"
    fail: list[int] = field(default_factory=list)
    lose: int = 0
    posts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, url: str, told: dict[str, Any]) -> Answer:
        """What it answers to whoever may ask."""
        raise NotImplementedError

    def admits(self, url: str, bearer: str) -> bool:
        """Whether the request may be answered."""
        return bearer == f"Bearer {self.token}"


P = TypeVar("P", bound=Provider)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            if not provider.admits(self.path, self.headers.get("Authorization", "")):
                return self._say(401, {"code": "token"})
            provider.posts += self.command == "POST"
            if provider.fail and self.command in provider.fails_on:
                return self._say(provider.fail.pop(0), {"code": "busy"})
            status, body = provider.answer(self.command, self.path, told)
            if provider.lose and self.command == "POST":
                provider.lose -= 1
                self.close_connection = True
                return self.connection.close()
            return self._say(status, body)

        def _say(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):  # whoever asked has stopped waiting
                self.wfile.write(data)

        do_GET = do_POST = _serve  # noqa: N815 -- the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serve(provider: P, port: int = 0) -> Iterator[tuple[str, P]]:
    """The provider, running: its address and what it keeps. Raises CommandError where the port is taken."""
    try:
        listening = ThreadingHTTPServer(("127.0.0.1", port), _handler(provider))
    except OSError as error:
        raise CommandError(f"port {port}: {error.strerror}; choose another with --port") from error
    with listening as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", provider
        finally:
            server.shutdown()
