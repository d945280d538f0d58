"""The same door for a threaded WSGI server, as tests use one in their own process.

Not for real phones: a thread whose line falls silent is lost to it until the line breaks (see `asgi.py`).
"""

import asyncio
import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijian.config.settings")
if not apps.ready:
    django.setup()

from zhijian.gateways.uploads import door
from zhijian.gateways.uploads.wire import PIECE


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application: one ASGI conversation for each request."""
    headers = [(k[5:].replace("_", "-").lower(), v) for k, v in environ.items() if k.startswith("HTTP_")]
    left = int(environ.get("CONTENT_LENGTH") or 0)
    if left:
        headers.append(("content-length", str(left)))
        headers.append(("content-type", environ.get("CONTENT_TYPE", "")))
    scope = {
        "type": "http",
        "method": environ["REQUEST_METHOD"],
        "path": environ.get("PATH_INFO", ""),
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal left
        piece = await asyncio.to_thread(environ["wsgi.input"].read, min(left, PIECE)) if left else b""
        if left and not piece:
            return {"type": "http.disconnect"}
        left -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": left > 0}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(door.application(scope, receive, send))
    status = HTTPStatus(said[0]["status"] if said else HTTPStatus.REQUEST_TIMEOUT)
    told = said[0]["headers"] if said else []
    start_response(f"{status.value} {status.phrase}", [(k.decode("latin-1"), v.decode("latin-1")) for k, v in told])
    return [said[1]["body"] if said else b""]
