"""The desk's door: a request is read whole, one thread answers it, the answer is sent at the pace of whoever reads it.

With one thread for pages in each process, which measured best, nothing but thinking may hold it. Files that are made on the
way (Excel) are made by threads of their own into a file (`downloads.py`); stored files are read piece by piece.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, TypeVar, cast

from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.http.response import HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.gateways.web import downloads, requests, resume
from zhijian.gateways.web.requests import Gone, Receive, Refused, Send

PIECE = 64 * 1024
SILENT_SECONDS = 300.0  # in which a reader takes nothing at all: he is given up
T = TypeVar("T")
_django = get_wsgi_application()
_pages = ThreadPoolExecutor(1, "page")
_made = ThreadPoolExecutor(3, "download")
_read = ThreadPoolExecutor(2, "file")


async def _in(pool: ThreadPoolExecutor, work: Callable[..., T], *args: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work, *args)


@dataclass
class Answer:
    """What Django said, and as much of its body as is known."""

    response: HttpResponseBase
    body: bytes = b""
    file: IO[bytes] | None = None  # stored, and not read to its end
    whole: bool = True
    head: bool = False
    language: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.response, HttpResponse) and not self.head:
            self.body = self.response.content

    @property
    def status(self) -> int:
        return self.response.status_code

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values as they go out."""
        said = [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.response.items()]
        cookies = self.response.cookies.values()
        return said + [(b"Set-Cookie", cookie.output(header="").strip().encode("ascii")) for cookie in cookies]


def _think(environ: dict[str, Any]) -> Answer:
    """Django's answer, in the page thread, which is free afterwards whatever the answer is."""
    response = cast(HttpResponseBase, _django(environ, lambda *said: None))
    if environ["REQUEST_METHOD"] == "HEAD":
        response.close()
        return Answer(response, head=True)
    if isinstance(response, resume.Rest):
        response.close()
        return Answer(response, whole=False)
    if resume.made_on_the_way(response):
        return Answer(response, whole=False, language=translation.get_language() or "")
    if not response.streaming:
        response.close()
        return Answer(response)
    file: IO[bytes] | None = getattr(response, "file_to_stream")  # noqa: B009 -- FileResponse's, unknown to its base
    if file is None:  # a file's answer without the file: not changed, elsewhere, no such piece
        response.close()
        return Answer(response)
    first = file.read(PIECE)
    if len(first) == PIECE:
        return Answer(response, first, file, whole=False)
    response.close()
    return Answer(response, first)


class Line:
    """The way to whoever asked. Raises Gone as soon as he is, and when he takes nothing for SILENT_SECONDS."""

    def __init__(self, send: Send, gone: asyncio.Future[None]) -> None:
        self.send, self._gone = send, gone

    async def start(self, answer: Answer) -> None:
        """Status and headers."""
        await self.send({"type": "http.response.start", "status": answer.status, "headers": answer.headers()})

    async def put(self, piece: bytes) -> None:
        """One piece; waits until there is room for it."""
        await self.wait(self.send({"type": "http.response.body", "body": piece, "more_body": True}), SILENT_SECONDS)

    async def end(self) -> None:
        """That was all."""
        await self.send({"type": "http.response.body", "body": b""})

    async def wait(self, work: Coroutine[Any, Any, T] | Awaitable[T], seconds: float | None = None) -> T:
        """What the work gives, as long as there is somebody who waits for it."""
        going = asyncio.ensure_future(work)
        both: set[asyncio.Future[Any]] = {going, self._gone}
        await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self._gone.done() or not going.done():
            going.cancel()
            raise Gone
        return going.result()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        with suppress(Gone):
            await _handle(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _handle(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    try:
        content, size = await requests.body(scope, receive)
    except Refused as why:
        await _whole(send, Answer(_words(scope, why.status)))
        return
    with content:
        environ = requests.environ(scope, content, size) | {resume.KEEPS: True}
        answer = await _in(_pages, _think, environ)
    if answer.whole:
        await _whole(send, answer)
        return
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await _flow(scope, answer, Line(send, gone))
    finally:
        gone.cancel()


async def _whole(send: Send, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers()})
    await send({"type": "http.response.body", "body": answer.body})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _words(scope: dict[str, Any], status: int) -> HttpResponse:
    """What is said by this door itself, without a page: in the language that the browser asks for."""
    wanted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    with translation.override(requests.language(wanted)):
        said = {
            408: _("The connection was too slow; nothing was saved. Try again."),
            413: _("This is too large. Send fewer or smaller files."),
            416: _("The file is not here any more. Make it once more."),
            500: _("The file could not be made. Try again later."),
        }[status]
    return HttpResponse(f"{said}\n", status=status, content_type="text/plain; charset=utf-8")


async def _flow(scope: dict[str, Any], answer: Answer, line: Line) -> None:
    response = answer.response
    if isinstance(response, resume.Rest):
        await _send_rest(scope, answer, response, line)
    elif answer.file is not None:
        await _send_file(answer, answer.file, line)
    else:
        await _send_made(scope, answer, line)


async def _send_file(answer: Answer, file: IO[bytes], line: Line) -> None:
    """A stored file, of which the first piece is known."""
    try:
        await line.start(answer)
        await line.put(answer.body)
        while piece := await _in(_read, file.read, PIECE):
            await line.put(piece)
        await line.end()
    finally:
        await _in(_read, answer.response.close)


def _make(answer: Answer, download: downloads.Download) -> None:
    """Make the file, with the language of whoever asked; in a thread of its own."""
    close_old_connections()
    try:
        with translation.override(answer.language):
            download.make(answer.response)  # type: ignore[arg-type]
    finally:
        answer.response.close()


async def _send_made(scope: dict[str, Any], answer: Answer, line: Line) -> None:
    """The file as it grows. One that can't be finished breaks the line, so that nobody takes a piece for the whole."""
    download = downloads.Download(answer.response.kept_as)  # type: ignore[attr-defined]
    making, sent = _in(_made, _make, answer, download), 0
    asyncio.ensure_future(making)
    try:
        if not await line.wait(download.beyond(0)) and download.trouble:
            await _whole(line.send, Answer(_words(scope, 500)))
            return
        await line.start(answer)
        while await line.wait(download.beyond(sent)):
            piece = await _in(_read, download.reader.read, PIECE)
            sent += len(piece)
            await line.put(piece)
        if download.trouble:
            raise RuntimeError("a download broke off")
        await line.end()
    finally:
        download.leave(keep="ETag" in answer.response)


async def _send_rest(scope: dict[str, Any], answer: Answer, rest: resume.Rest, line: Line) -> None:
    """The rest of a file that was begun before, once it is whole: only then its length can be told."""
    path = await line.wait(downloads.finished(rest.name))
    size = path.stat().st_size if path else 0
    if path is None or rest.start >= size:
        await _whole(line.send, Answer(_words(scope, 416)))
        return
    rest["Content-Range"] = f"bytes {rest.start}-{size - 1}/{size}"
    rest["Content-Length"] = str(size - rest.start)
    rest["ETag"] = f'"{rest.tag}"'
    with path.open("rb") as file:
        file.seek(rest.start)
        await line.start(answer)
        while piece := await _in(_read, file.read, PIECE):
            await line.put(piece)
        await line.end()
