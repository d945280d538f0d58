"""The two lines that go out from here: to an endpoint of another platform, and to a picture that somebody names.

An endpoint is set by an administrator and its host stands in ZHIJIAN_WEBHOOK_HOSTS. A picture's address is set by a
stranger: https only, to public addresses only (the one that was looked at is the one that is called), nothing followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from zhijian.kernel.notices.channels.protocol import real
from zhijian.kernel.notices.webhooks.post import NotAllowed, allowed

SECONDS = 20
MOST = 20_000_000  # bytes of an endpoint's answer
PICTURE = 15_000_000  # and of a picture
HERE = ("127.0.0.1", "localhost")  # a simulator on this machine is asked without TLS, where it is named with its port


class Silence(Exception):
    """Nobody answered, or with something that is no answer. It may be tried again."""


class NoPicture(Exception):
    """There will be no picture from this address; says why."""


def may_ask(url: str) -> None:
    """Raises NotAllowed for an endpoint's address whose host is not on the list."""
    _endpoint(url)


def _endpoint(url: str) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname in HERE and f"{parts.hostname}:{parts.port}" in settings.WEBHOOK_HOSTS:
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS), parts.path
    host, port, path = allowed(url)
    context = ssl.create_default_context(cafile=settings.WEBHOOK_CA or None)
    return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context), path


def ask(url: str, method: str, params: Mapping[str, str]) -> tuple[int, bytes]:
    """An endpoint's answer. Raises Silence, NotAllowed, SendsNothingOut."""
    real()
    line, path = _endpoint(url)
    told = urlencode(params)
    headers = {"User-Agent": "zhijian", "Accept": "application/json, text/xml"}
    try:
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            line.request("POST", path, told.encode(), headers)
        else:
            line.request("GET", f"{path}?{told}", headers=headers)
        answer = line.getresponse()
        body = answer.read(MOST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Silence(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        line.close()
    if len(body) > MOST:
        raise Silence(f"more than {MOST} bytes")
    return answer.status, body


def picture(url: str) -> bytes:
    """The bytes of a picture. Raises NoPicture, Silence, SendsNothingOut."""
    real()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError as error:
        raise NoPicture("address") from error
    if parts.scheme != "https" or not host or port != 443 or parts.username or parts.password:
        raise NoPicture("address")
    line = _Pinned(host, _public(host))
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("GET", path, headers={"User-Agent": "zhijian", "Accept": "image/*"})
        answer = line.getresponse()
        if answer.status >= 500:
            raise Silence(f"HTTP {answer.status}")
        if answer.status != 200:
            raise NoPicture(f"HTTP {answer.status}")
        body = answer.read(PICTURE + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Silence(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        line.close()
    if len(body) > PICTURE:
        raise NoPicture("size")
    return body


def _public(host: str) -> str:
    """One address of the host, if all of them are public. Raises NoPicture, Silence."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Silence(f"{type(error).__name__}: {error}"[:200]) from error
    if not found or not all(is_public(one) for one in found):
        raise NoPicture("private")
    return sorted(found)[0]


def is_public(address: str) -> bool:
    """Whether an address lies on the open network: none of this machine's, of the bureau's own, or a wrapped one."""
    one = ipaddress.ip_address(address.partition("%")[0])
    wrapped = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None)
    if wrapped is not None or getattr(one, "teredo", None) is not None:
        return False
    return one.is_global and not one.is_multicast and not one.is_reserved


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was looked at, under the host's name: a second look-up might say another."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, 443, timeout=SECONDS, context=ssl.create_default_context())
        self.address = address

    def connect(self) -> None:
        plain = socket.create_connection((self.address, 443), SECONDS)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]


__all__ = ["NoPicture", "NotAllowed", "Silence", "ask", "is_public", "may_ask", "picture"]
