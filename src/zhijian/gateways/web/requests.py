"""A request as ASGI brings it, whole, in the shape that Django's WSGI handler reads."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.utils import translation

STALL_SECONDS = 30.0  # without a single byte
MEMORY = 1024 * 1024  # a larger body lies on disk until it is read
LIMIT = 2 * 2**30  # bytes of a body; the largest that anybody sends is a whole register, some 100 MB

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Gone(Exception):
    """Whoever asked has hung up."""


class Refused(Exception):
    """The request can't be taken; `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def announced(scope: Mapping[str, Any]) -> int | None:
    """The length that the body is said to have."""
    told = dict(scope["headers"]).get(b"content-length", b"")
    return int(told) if told.isdigit() else None


async def body(scope: Mapping[str, Any], receive: Receive) -> tuple[IO[bytes], int]:
    """The whole body and its length; however slowly it comes, only a coroutine waits.

    Raises Gone, or Refused: 413 for more than LIMIT, 408 when nothing came for STALL_SECONDS.
    """
    if (announced(scope) or 0) > LIMIT:
        raise Refused(413)
    whole, size, more = SpooledTemporaryFile(max_size=MEMORY), 0, True
    try:
        while more:
            try:
                message = await asyncio.wait_for(receive(), STALL_SECONDS)
            except TimeoutError as error:
                raise Refused(408) from error
            if message["type"] == "http.disconnect":
                raise Gone
            piece = message.get("body", b"")
            size += len(piece)
            if size > LIMIT:
                raise Refused(413)
            whole.write(piece)
            more = message.get("more_body", False)
    except BaseException:
        whole.close()
        raise
    whole.seek(0)
    return whole, size  # type: ignore[return-value]


def language(wanted: str) -> str:
    """The first of the languages of an Accept-Language that we speak."""
    for one in wanted.split(","):
        with suppress(LookupError):
            return translation.get_supported_language_variant(one.split(";")[0].strip())
    return settings.LANGUAGE_CODE


def environ(scope: Mapping[str, Any], content: IO[bytes], size: int) -> dict[str, Any]:
    """The same request as PEP 3333 has it."""
    server, client = scope.get("server") or ("localhost", "80"), scope.get("client") or ("", "")
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": content,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        _add(made, raw.decode("latin-1"), value.decode("latin-1"))
    return made


def _add(made: dict[str, Any], name: str, value: str) -> None:
    """One header. A name with "_" would pass for one with "-", of a proxy for instance; nobody honest sends it."""
    if "_" in name or name.lower() == "content-length":
        return
    key = name.upper().replace("-", "_")
    key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
    joint = "; " if key == "HTTP_COOKIE" else ","  # HTTP/2 may send the cookies one by one
    made[key] = f"{made[key]}{joint}{value}" if key in made else value
