"""Submissions at the uploads' process: a coroutine while bytes trickle in, a thread once all of them are here."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, TypeVar

from django.conf import settings
from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.gateways.openrosa import door, wire
from zhijian.gateways.uploads.wire import Request, Send, Stalled
from zhijian.kernel.accounts.models import Device

_threads = ThreadPoolExecutor(2, "forms")
T = TypeVar("T")


def _with_database(language: str, work: Callable[..., T], *args: Any) -> T:
    close_old_connections()
    try:
        with translation.override(language):
            return work(*args)
    finally:
        close_old_connections()


async def _in_thread(request: Request, work: Callable[..., T], *args: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, _with_database, request.language(), work, *args)


async def handle(scope: Mapping[str, Any], request: Request, send: Send) -> None:
    """Answer a HEAD or POST of a submission. Raises Gone when the other side hung up."""
    status, body, headers = await _answer(scope, request)
    told = [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()]
    told.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})


async def _answer(scope: Mapping[str, Any], request: Request) -> door.Answer:
    header = request.headers.get("authorization")
    https = door.secure(scope.get("scheme", "http"), request.headers.get("x-forwarded-proto", ""))
    device = await _in_thread(request, door.let_in, header, _address(scope, request), https)
    if not isinstance(device, Device):
        await request.drain()
        return device
    if request.method == "HEAD":
        return 204, b"", {**wire.HEADERS, "X-OpenRosa-Accept-Content-Length": str(wire.LENGTH)}
    length = request.length or 0
    if request.method != "POST" or not 0 < length <= door.MOST:
        await request.drain()
        return door.answer(405 if request.method != "POST" else 413 if length else 411, "")
    with tempfile.TemporaryFile() as body:
        try:
            async for piece in request.pieces():  # raises Gone where less comes than was announced
                await asyncio.to_thread(body.write, piece)
        except Stalled:
            return await _in_thread(request, _stalled)
        body.seek(0)
        meta = {"CONTENT_TYPE": request.headers.get("content-type", ""), "CONTENT_LENGTH": str(length)}
        return await _in_thread(request, _submit, device, meta, body)


def _submit(device: Device, meta: Mapping[str, Any], body: IO[bytes]) -> door.Answer:
    return door.submit(device, meta, body)


def _stalled() -> door.Answer:
    return door.answer(408, _("The line broke before all had come. Send it again."))


def _address(scope: Mapping[str, Any], request: Request) -> str:
    """The client's address, as the desk's middleware finds it."""
    if settings.BEHIND_PROXY and (told := request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()):
        return told
    return str((scope.get("client") or ("",))[0])
