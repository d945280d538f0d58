"""The site's addresses and some of a test's own: long answers of exactly so many bytes, begun, broken off, slow."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterator

from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from zhijian.config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from zhijian.kernel.accounts.scope import scoped


def made(request: HttpRequest, mega: int) -> StreamingHttpResponse:
    """So many megabytes, made within a scope; `slow` seconds after each piece, broken off after `breaks` of them."""
    slow, breaks = float(request.GET.get("slow", 0)), int(request.GET.get("breaks", -1))

    def body() -> Iterator[bytes]:
        with scoped(request.actor), connection.cursor() as cursor:  # type: ignore[attr-defined]
            for n in range(mega * 16):
                cursor.execute("SELECT 1")
                if n == breaks:
                    raise RuntimeError("as the test wants it")
                yield os.urandom(65_536)
                time.sleep(slow)

    return StreamingHttpResponse(body(), content_type="application/octet-stream")


def stored(request: HttpRequest, mega: int) -> FileResponse:
    """So many megabytes of a file."""
    return FileResponse(io.BytesIO(bytes(mega << 20)), as_attachment=True, filename="a.bin")


@csrf_exempt
def told(request: HttpRequest, what: str) -> HttpResponse:
    """The digest of what was sent, and what was understood of the request."""
    digest = hashlib.sha256(request.body).hexdigest()
    said = [digest, request.META.get("HTTP_X_FORWARDED_FOR", "-"), request.META.get("HTTP_COOKIE", "-"), request.path]
    return HttpResponse("\n".join(said))


urlpatterns = [
    path("made/<int:mega>", made),
    path("stored/<int:mega>", stored),
    path("told/<str:what>", told),
    path("", include("zhijian.config.urls")),
]
