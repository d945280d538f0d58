"""Downloads that go on where the line broke: the same session asks for the same address from byte N on (RFC 9110, 14)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

from zhijian.gateways.web import downloads

KEEPS = "zhijian.keeps"  # in the environ: this server keeps what it makes (door.py), others let it flow
_RANGE = re.compile(r"bytes=([0-9]{1,15})-")
_TAG = re.compile(r'"([0-9a-f]{32})"')
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class Rest(HttpResponse):
    """An answer whose body is the file `name` from `start` on."""

    def __init__(self, name: str, start: int) -> None:
        super().__init__(status=206)
        del self.headers["Content-Type"]  # whoever comes back has the headers already
        self.name, self.start, self.tag = name, start, name[65:]


def resumable(get_response: GetResponse) -> GetResponse:
    """Name each file that is made for a download, and find it when somebody asks for its rest.

    The innermost middleware: whoever asks is known. His session, his posts and the address are in the file's name, so
    that it is found by nobody else, and by himself only as long as he may see the same.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or KEEPS not in request.META:
            return get_response(request)
        if (rest := _rest(request)) is not None:
            return rest
        response = get_response(request)
        if made_on_the_way(response):
            tag = secrets.token_hex(16)
            response.kept_as = f"{_owner(request)}.{tag}"  # type: ignore[attr-defined]
            if request.session.session_key:
                response["ETag"], response["Accept-Ranges"] = f'"{tag}"', "bytes"
        return response

    return middleware


def made_on_the_way(response: HttpResponseBase) -> bool:
    """Whether the body is being made while it is read: no file is, nor what is said of one (304, 302, 416)."""
    return response.streaming and not isinstance(response, FileResponse)


def _owner(request: HttpRequest) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    posts = sorted(f"{post.role}@{post.area}" for post in actor.posts)
    told = [request.session.session_key or "", actor.label, *posts, get_language() or "", request.get_full_path()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _rest(request: HttpRequest) -> Rest | None:
    """The rest that is asked for: only of the very file that was begun, whose tag is told."""
    wanted = _RANGE.fullmatch(request.headers.get("Range", ""))
    told = request.headers.get("If-Range") or request.headers.get("If-Match") or ""  # Chromium; Firefox
    tag = _TAG.fullmatch(told)
    if wanted is None or tag is None or not request.session.session_key:
        return None
    name = f"{_owner(request)}.{tag[1]}"
    return Rest(name, int(wanted[1])) if downloads.known(name) else None
