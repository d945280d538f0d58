"""One HTTP request and its answer as ASGI has them: a body that comes in bounded pieces or is given up, JSON back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.utils import translation

PIECE = 64 * 1024
STALL_SECONDS = 30.0  # without a single byte
REQUEST_SECONDS = 300.0  # for one chunk: below 900 bytes a second it is given up, and what has come is kept
DRAIN_SECONDS = 15.0
DRAIN_BYTES = 1024 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Stalled(Exception):
    """Nothing came for too long, or too little."""


class Gone(Exception):
    """The client hung up before it had sent all it had announced."""


class Request:
    """What was asked, and the body as it comes."""

    def __init__(self, scope: Mapping[str, Any], receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        self._receive = receive
        self._more = True

    @property
    def length(self) -> int | None:
        """The announced length of the body. None when there is none, or nonsense."""
        told = self.headers.get("content-length", "")
        return int(told) if told.isascii() and told.isdigit() else None

    async def _next(self, seconds: float) -> bytes:
        try:
            message = await asyncio.wait_for(self._receive(), seconds)
        except TimeoutError as error:
            self._more = False  # no use in waiting for the rest a second time
            raise Stalled from error
        if message["type"] == "http.disconnect":
            self._more = False
            raise Gone
        self._more = message.get("more_body", False)
        return message.get("body", b"")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, PIECE by PIECE. Raises Stalled or Gone, but only after all that had come was handed out."""
        held, arrived, began = bytearray(), 0, time.monotonic()
        trouble: Exception | None = None
        while self._more and trouble is None:
            try:
                came = await self._next(min(STALL_SECONDS, began + REQUEST_SECONDS - time.monotonic()))
            except (Stalled, Gone) as error:
                trouble = error
            else:
                held += came
                arrived += len(came)
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)
        if trouble is not None:
            raise trouble
        if self.length is not None and arrived < self.length:
            raise Gone

    async def drain(self) -> None:
        """Read what nobody wants, so that a browser gets to see the answer; within limits."""
        left, until = DRAIN_BYTES, time.monotonic() + DRAIN_SECONDS
        if (self.length or 0) > DRAIN_BYTES:
            return
        with suppress(Stalled, Gone):
            while self._more and left > 0 and time.monotonic() < until:
                left -= len(await self._next(until - time.monotonic()))

    def language(self) -> str:
        """The first of the languages that are wanted which we speak."""
        for wanted in self.headers.get("accept-language", "").split(","):
            with suppress(LookupError):
                return translation.get_supported_language_variant(wanted.split(";")[0].strip())
        return settings.LANGUAGE_CODE

    def cors(self) -> list[tuple[bytes, bytes]]:
        """The app's pages may talk to us: those of the same host on whichever port, and the trusted origins.

        There are no cookies here: who asks shows a token that only the app's own page has.
        """
        origin = self.headers.get("origin", "")
        if not origin or not self._is_ours(origin):
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-methods", b"GET, PUT, OPTIONS"),
            (b"access-control-allow-headers", b"Authorization, Content-Type"),
            (b"access-control-max-age", b"7200"),
        ]

    def _is_ours(self, origin: str) -> bool:
        if origin in settings.CSRF_TRUSTED_ORIGINS:
            return True
        try:
            theirs, ours = urlsplit(origin), urlsplit("//" + self.headers.get("host", ""))
            return theirs.scheme in ("http", "https") and bool(theirs.hostname) and theirs.hostname == ours.hostname
        except ValueError:
            return False


async def answer(send: Send, request: Request, status: int, body: dict[str, Any] | None) -> None:
    """Send JSON (nothing for None)."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *request.cors(),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
