"""One request of an upload: ask how far it came, or add a chunk. Plain WSGI: no session, no template, no transaction
while bytes are on their way."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from django.db import close_old_connections, connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.gateways.field import tokens
from zhijian.gateways.uploads import partial
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.evidence.refusals import Refused

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[int, dict[str, Any]]

PREFIX = "/uploads/"
KNOWN_SECONDS = 60  # a token that was good is not looked up again for as long
REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
           408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 415: "Unsupported Media Type",
           422: "Unprocessable Content", 507: "Insufficient Storage"}  # fmt: skip
_known: dict[str, tuple[str, float]] = {}
_guard = threading.Lock()


def application(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """WSGI. Every answer may be read by the field app, which has another port and so another origin."""
    method = environ["REQUEST_METHOD"]
    language = "en" if environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("en") else "zh-hans"
    with translation.override(language):
        status, body = (204, {}) if method == "OPTIONS" else _answer(method, environ)
    payload = b"" if status == 204 else json.dumps(body, ensure_ascii=False).encode()
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(payload))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        # The token is the only credential; cookies are never read here, so any origin may ask.
        ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*")),
        ("Vary", "Origin"),
        ("Access-Control-Allow-Methods", "GET, PUT, OPTIONS"),
        ("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept-Language"),
        ("Access-Control-Max-Age", "86400"),
    ]
    start_response(f"{status} {REASONS[status]}", headers)
    return [payload]


def _problem(status: int, code: str, message: str, mend: str = "", **more: Any) -> Answer:
    return status, {"problem": code, "message": message, "mend": mend, **more}


def _answer(method: str, environ: Environ) -> Answer:
    path = environ.get("PATH_INFO", "")
    if path == "/healthz":
        return 200, {"ok": True}
    sha256 = path[len(PREFIX) :] if path.startswith(PREFIX) else ""
    if not partial.DIGEST.fullmatch(sha256):
        return _problem(404, "upload.unknown", _("There is nothing here."))
    if method not in ("GET", "PUT"):
        return _problem(405, "upload.method", _("Only GET and PUT are understood here."))
    try:
        device = _device(environ.get("HTTP_AUTHORIZATION"))
        return _progress(device, sha256) if method == "GET" else _add(device, sha256, environ)
    except tokens.TokenError:
        return _problem(401, "token.stale", _("The phone has to prove itself again."), _("This happens by itself."))
    except Refused as error:
        return _problem(error.status, error.code, str(error.message), str(error.mend))
    except partial.WrongOffset as error:
        return _problem(409, "upload.offset", _("The file goes on at another place."), offset=error.offset)
    finally:
        connection.close()  # many threads, few connections: none is held while a phone is slow


def _device(header: str | None) -> str:
    """The device of the token, by a look at the database once a minute."""
    now = time.monotonic()
    with _guard:
        known = _known.get(header or "")
        if known is not None and known[1] > now:
            return known[0]
    close_old_connections()
    device = str(tokens.device_from_token(header).uid)
    with _guard:
        if len(_known) > 10_000:
            _known.clear()
        _known[header or ""] = (device, now + KNOWN_SECONDS)
    return device


def _done(blob: Blob) -> dict[str, Any]:
    return {"offset": blob.size, "size": blob.size, "done": True, "sha256": blob.sha256, "sm3": blob.sm3}


def _progress(device: str, sha256: str) -> Answer:
    blob = Blob.objects.filter(pk=sha256).first()
    if blob is not None:
        return 200, _done(blob)
    return 200, {"offset": partial.offset_of(device, sha256), "size": None, "done": False, "sha256": sha256}


def _body(environ: Environ) -> bytes:
    """The chunk, whole; at most CHUNK bytes are ever held."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > partial.CHUNK:
        raise ChunkTooLarge
    pieces, left = [], length
    while left and (piece := environ["wsgi.input"].read(left)):
        pieces.append(piece)
        left -= len(piece)
    if left:
        raise Broken
    return b"".join(pieces)


class ChunkTooLarge(Refused):
    """A chunk above 256 kB."""

    code, status = "upload.chunk", 413
    message = gettext_lazy("Send the file in pieces of at most 256 kB.")


class Broken(Refused):
    """The connection ended within a chunk; what arrived before is kept."""

    code, status = "upload.broken", 408
    message = gettext_lazy("The connection broke off. It goes on where it stopped.")


def _add(device: str, sha256: str, environ: Environ) -> Answer:
    query = parse_qs(environ.get("QUERY_STRING", ""))
    try:
        at, size = int(query["offset"][0]), int(query["size"][0])
    except (KeyError, ValueError):
        return _problem(400, "upload.query", _("Say offset and size."))
    chunk = _body(environ)
    if size > partial.LIMIT:
        raise files.TooLarge
    blob = Blob.objects.filter(pk=sha256).first()
    connection.close()
    if blob is not None:
        return 200, _done(blob)
    with partial.locked(path := partial.path_of(device, sha256)) as handle:
        length = partial.append(handle, at, chunk)
        if length < size:
            return 200, {"offset": length, "size": size, "done": False, "sha256": sha256}
        return 200, _complete(path, handle, sha256)


def _complete(path: Any, handle: int, sha256: str) -> dict[str, Any]:
    """All bytes are here: judge them, keep them, and complete the photos that waited for them. A bad whole is dropped."""
    with os.fdopen(os.dup(handle), "rb") as whole:
        try:
            with scoped(SYSTEM):
                blob = files.store(whole, expected=sha256)
                files.arrived(blob)
        except files.NoSpace:
            raise
        except Refused:
            os.unlink(path)
            raise
    os.unlink(path)
    return _done(blob)
