"""Where one is led back to: from a step to the board (or list) from which it was taken, with its filters, nowhere
outside; and from an address that only takes what is sent to the page above it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest) -> str:
    """The address of the list that `next` names; empty where it names none."""
    named = request.POST.get("next") or request.GET.get("next", "")
    good = named.startswith("/l/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named.partition("#")[0] if good else ""


def only_sent(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A page that answers a form stands at the form's address. Whoever then changes the language, reloads or comes
    back by his history is led to the page above instead of to the browser's own "405".
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        shown = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "")
        if isinstance(response, HttpResponseNotAllowed) and shown:
            return HttpResponseRedirect(_above(request.path))
        return response

    return middleware


def _above(path: str) -> str:
    """The nearest address above that there is; the start page at last."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"
