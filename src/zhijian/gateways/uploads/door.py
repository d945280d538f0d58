"""The door for photos: `GET /uploads/<sha256>` says how much is here, `PUT …?offset=N&size=TOTAL` goes on from there.

While bytes trickle in, a request is a coroutine and nothing else: no thread, no connection to the database, no
transaction. Threads of two small pools write pieces and finish files.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections
from django.utils import translation

from zhijian.gateways.field import problems as field_problems
from zhijian.gateways.field.problems import Problem
from zhijian.gateways.field.tokens import TokenError, device_from_token
from zhijian.gateways.openrosa import asgi as forms_here
from zhijian.gateways.openrosa import door as forms
from zhijian.gateways.uploads import problems
from zhijian.gateways.uploads.parts import OtherOffset, Part
from zhijian.gateways.uploads.wire import Gone, Receive, Request, Send, Stalled, answer
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.files import LIMIT, arrived, is_there, register
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.evidence.refusals import Refused, TooLarge

log = logging.getLogger(__name__)
CHUNK = 262_144
T = TypeVar("T")
Body = dict[str, Any] | None
_PATH = re.compile(r"/uploads/([0-9a-f]{64})")
_quick = ThreadPoolExecutor(4, "quick")  # a token, a row, a piece of a file
_whole = ThreadPoolExecutor(2, "whole")  # digests, decoding, fsync of a whole file


async def _in(pool: ThreadPoolExecutor, work: Callable[..., T], *args: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work, *args)


def _with_database(work: Callable[..., T], *args: Any) -> T:
    """Run with the thread's own connection, which is checked before and given back after, as a request would."""
    close_old_connections()
    try:
        return work(*args)
    finally:
        close_old_connections()


def _device(header: str | None) -> str:
    return str(device_from_token(header).uid)


def _stored(part: Part) -> Blob | None:
    """The blob, when its bytes are safe already (this phone's, or another's): then nobody needs the part any more."""
    blob = Blob.objects.filter(pk=part.sha256).first()
    if blob is None or not is_there(blob):
        return None
    part.drop()
    return blob


def _finish(part: Part, size: int) -> Blob:
    """The whole file is here: into the storage, into the database in one short transaction, and off the list."""
    try:
        kept = part.complete(size)
    except OtherOffset:
        if (blob := _stored(part)) is not None:  # somebody was quicker
            return blob
        raise
    with scoped(SYSTEM):
        blob = register(kept)
        arrived(blob)
    part.drop()
    return blob


def _done(blob: Blob) -> Body:
    return {"offset": blob.size, "size": blob.size, "done": True, "sha256": blob.sha256, "sm3": blob.sm3}


def _going(sha256: str, offset: int) -> Body:
    return {"offset": offset, "size": None, "done": False, "sha256": sha256}


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    request = Request(scope, receive)
    try:
        if request.path == forms.PATH:
            await forms_here.handle(scope, request, send)
            return
        status, body = await _handle(request)
    except Problem as problem:
        await request.drain()
        status, body = problem.status, _said(problem, request)
    except Gone:
        return
    except Exception:
        log.exception("an upload failed")
        status, body = 500, _said(problems.trouble(), request)
    await answer(send, request, status, body)


def _said(problem: Problem, request: Request) -> Body:
    with translation.override(request.language()):
        return problem.body()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _handle(request: Request) -> tuple[int, Body]:
    if request.path == "/healthz":
        return 200, {"ok": True}
    found = _PATH.fullmatch(request.path)
    if found is None:
        raise problems.not_here()
    if request.method == "OPTIONS":
        return 204, None
    if request.method not in ("GET", "PUT"):
        raise problems.wrong_method()
    try:
        device = await _in(_quick, _with_database, _device, request.headers.get("authorization"))
    except TokenError as error:
        raise field_problems.no_token() from error
    part = Part(device, found[1])
    blob = await _in(_quick, _with_database, _stored, part)
    if request.method == "GET":
        return 200, _done(blob) if blob else _going(part.sha256, await _in(_quick, part.offset))
    if blob is not None:
        await request.drain()
        return 200, _done(blob)
    return 200, await _put(request, part)


def _number(text: str | None) -> int:
    if text is None or not re.fullmatch(r"[0-9]{1,12}", text):
        raise problems.bad_request()
    return int(text)


async def _put(request: Request, part: Part) -> Body:
    offset, size = _number(request.query.get("offset")), _number(request.query.get("size"))
    if size > LIMIT:
        raise problems.refused(TooLarge())
    if (request.length or 0) > CHUNK:
        raise problems.chunk_too_large()
    if size == 0 or offset + (request.length or 0) > size:
        raise problems.bad_request()
    here = await _in(_quick, part.offset)
    if here > size:  # begun with another idea of its size: the digest could never fit
        await _in(_quick, part.drop)
        here = 0
    if here != offset:
        raise problems.elsewhere(here)
    try:
        end = await _append_all(request, part, offset, size)
        if end == size:
            return _done(await _in(_whole, _with_database, _finish, part, size))
        # A part that begins may begin after somebody else has just finished the same file.
        blob = await _in(_quick, _with_database, _stored, part) if offset == 0 else None
        return _done(blob) if blob else _going(part.sha256, end)
    except OtherOffset as error:
        raise problems.elsewhere(error.offset) from error
    except Refused as why:
        raise problems.refused(why) from why


async def _append_all(request: Request, part: Part, offset: int, size: int) -> int:
    """Append the body as it comes; returns the new offset. What had come stays, whatever happens after."""
    began = offset
    try:
        async for piece in request.pieces():
            if offset - began + len(piece) > CHUNK:
                raise problems.chunk_too_large()
            if offset + len(piece) > size:
                raise problems.bad_request()
            offset = await _in(_quick, part.append, piece, offset)
    except Stalled as error:
        raise problems.stalled(offset) from error
    return offset
