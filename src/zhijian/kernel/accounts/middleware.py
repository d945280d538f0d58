"""Every request runs in one transaction with its actor and scope; every answer carries the same security headers."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from zhijian.config import errors
from zhijian.kernel.accounts.actor import PUBLIC, Actor, actor_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.packs import stack

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = frozenset({"/login/", "/login/demo/", "/logout/", "/language/", "/me/password/"})
GetResponse = Callable[[HttpRequest], HttpResponse]


def upload_origin(request: HttpRequest) -> str:
    """Where photos go: the same host, the upload process's own port (settings.UPLOAD_ORIGIN when behind a proxy)."""
    fixed = getattr(settings, "UPLOAD_ORIGIN", "")
    if fixed:
        return fixed
    host = request.get_host().rsplit(":", 1)[0]
    port = settings.UPLOAD_TLS_PORT if request.is_secure() else settings.UPLOAD_PORT
    return f"{request.scheme}://{host}:{port}"


def tile_origin() -> str:
    """Where the pack's map tiles come from (https://*.tiles.example); empty without a tile service."""
    found = re.match(r"(https?://)(\{s\}\.)?([\w.:-]+)(?=/)", stack().setting("map_tiles", ""))
    return f" {found[1]}{'*.' if found[2] else ''}{found[3]}" if found else ""


def security_headers(get_response: GetResponse) -> GetResponse:
    """Content Security Policy: nothing inline, nothing foreign but the pack's tiles; photos go to the uploads."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; img-src 'self' data: blob:{tile_origin()}; style-src 'self'; script-src 'self'; "
            "media-src 'self' blob:; "
            f"connect-src 'self' {upload_origin(request)}; worker-src 'self'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'",
        )
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        return response

    return middleware


def client_address(get_response: GetResponse) -> GetResponse:
    """REMOTE_ADDR is the client's: behind a proxy, the last address it wrote into X-Forwarded-For, which nobody forges.

    Limits are counted by address; the proxy's own would let one stranger lock everybody out.
    """
    if not settings.BEHIND_PROXY:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if told:
            request.META["REMOTE_ADDR"] = told
        return get_response(request)

    return middleware


def request_actor(request: HttpRequest) -> Actor:
    """Who asks: the signed-in person with his posts of today, otherwise the public."""
    user = getattr(request, "user", None)
    return actor_of(user) if user is not None and user.is_authenticated else PUBLIC


_alone: list[str] = []


def scopes_itself(prefix: str) -> None:
    """Addresses below `prefix` get no transaction here: each view opens the scope it needs, or writes one statement.

    For doors at which programs knock many times a second: BEGIN, scope and COMMIT are three of five exchanges.
    """
    if prefix not in _alone:
        _alone.append(prefix)


class ScopeMiddleware:
    """Opens the request's transaction, sets the scope, and undoes all of it when the answer is a server error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = request_actor(request)  # type: ignore[attr-defined]
        if request.path_info.startswith(tuple(_alone)):
            return self._refused(request) or self.get_response(request)
        with scoped(request.actor):  # type: ignore[attr-defined]
            response = self._refused(request) or self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        """An auditor reads and changes nothing: whatever is not reading is refused, save his own session's matters."""
        if request.method in SAFE or request.path in OWN or not request.actor.reads_only:  # type: ignore[attr-defined]
            return None
        return errors.forbidden(request, PermissionDenied())
