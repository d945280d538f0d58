"""One POST over TLS to an allow-listed host; follows nothing, reads little."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from django.conf import settings

from zhijian.kernel.notices.channels.protocol import real

SECONDS = 15
READ = 2000


class NotAllowed(ValueError):
    """The address is not https, or its host is not on the list (settings.WEBHOOK_HOSTS)."""


def allowed(url: str) -> tuple[str, int, str]:
    """Host, port and path of an address that may be called. Raises NotAllowed.

    The list names hosts (or host:port), so that nobody can point the server at its own network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError as error:
        raise NotAllowed(url) from error
    named = {one.strip().lower() for one in settings.WEBHOOK_HOSTS}
    fits = f"{host}:{port}" in named or (port == 443 and host in named)
    if parts.scheme != "https" or parts.username or parts.password or not fits:
        raise NotAllowed(url)
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer. Raises NotAllowed, SendsNothingOut, OSError or http.client.HTTPException."""
    real()
    host, port, path = allowed(url)
    context = ssl.create_default_context(cafile=settings.WEBHOOK_CA or None)
    line = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
    try:
        line.request("POST", path, body, {"Content-Type": "application/json", "User-Agent": "zhijian", **headers})
        answer = line.getresponse()
        answer.read(READ)
        return answer.status
    finally:
        line.close()
