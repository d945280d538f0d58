"""One request with JSON both ways, that knows whether anything can have arrived when it fails."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop

from zhijian.kernel.notices.channels.protocol import Refused, TryLater

SECONDS = 15
MOST = 1024 * 1024  # bytes of an answer
HERE = ("127.0.0.1", "localhost", "::1")


class Silence(Exception):
    """The request went out and no answer came: nobody knows what became of it."""


def ask(
    method: str, url: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """Status and JSON of the answer (None where it is none). Raises TryLater while nothing was sent, Silence after,
    and Refused for an address that is not https (http is for this machine alone)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and host in HERE):
        raise Refused(gettext_noop("the provider's address is not https"))
    if parts.scheme == "https":
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        line = http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    try:
        try:
            line.connect()
        except OSError as error:
            raise TryLater(f"{type(error).__name__}: {error}") from error
        return _talk(line, method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers or {})
    finally:
        line.close()


def _talk(
    line: http.client.HTTPConnection, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]
) -> tuple[int, Any]:
    sent = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
    try:
        line.request(method, path, sent, {"Content-Type": "application/json", "User-Agent": "zhijian", **headers})
        answer = line.getresponse()
        read = answer.read(MOST)
    except (OSError, http.client.HTTPException) as error:
        raise Silence(type(error).__name__) from error
    try:
        return answer.status, json.loads(read)
    except ValueError:
        return answer.status, None
