"""The address table: each kernel part, programme and gateway that has a `urls.py` is included, found by its app."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import JavaScriptCatalog

# Served by a process of its own (zhijian.gateways.uploads.asgi), never by the desk's.
ELSEWHERE = {"uploads"}


def healthz(request: HttpRequest) -> HttpResponse:
    """For supervisors and load balancers: 200 while the database answers, 503 otherwise.

    A practice copy says that it is one, for the field app; nothing else is told.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001 -- whatever is wrong, the answer is the same
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True, "training": True} if settings.TRAINING else {"ok": True})


def authority(request: HttpRequest) -> HttpResponse:
    """The local authority's certificate, for phones to trust once; 404 where the site has a certificate of its own."""
    path = settings.DATA_HOME / "tls/ca.crt"
    if settings.HTTPS_ONLY or not path.exists():
        raise Http404
    return HttpResponse(
        path.read_bytes(),
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="zhijian-ca.crt"'},
    )


def discovered() -> list[URLPattern | URLResolver]:
    """One include for each of our apps that has a `urls` module; the desk's come last, since it owns the root."""
    found: list[URLPattern | URLResolver] = []
    ours = [a for a in apps.get_app_configs() if a.name.startswith("zhijian.") and a.label not in ELSEWHERE]
    for config in sorted(ours, key=lambda a: (a.label == "desk", a.name)):
        module = f"{config.name}.urls"
        if find_spec(module) is not None:
            found.append(path("", include(import_module(module))))
    return found


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("ca.crt", authority, name="authority"),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["zhijian.kernel.desk"]), name="jsi18n"),
    *discovered(),
]
handler400 = "zhijian.config.errors.bad_request"
handler403 = "zhijian.config.errors.forbidden"
handler404 = "zhijian.config.errors.not_found"
handler500 = "zhijian.config.errors.server_error"
