"""Friendly answers to what went wrong: a page for people (templates/<status>.html), a problem object for machines."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


def _answer(
    request: HttpRequest, status: int, problem: str, message: str, mend: str, page_of: str = ""
) -> HttpResponse:
    """The same three facts (what, why, what to do) as JSON below /api/ and as a page elsewhere."""
    if request.path.startswith(("/api/", "/uploads/")):
        return JsonResponse({"problem": problem, "message": message, "mend": mend}, status=status)
    try:
        page = render_to_string(page_of or f"{status}.html", {"message": message, "mend": mend}, request=request)
    except TemplateDoesNotExist:
        page = f"{message}\n{mend}\n"
        return HttpResponse(page, status=status, content_type="text/plain; charset=utf-8")
    except Exception:  # the page itself may need what just failed (database, session): words must still come
        log.exception("The page for status %s could not be rendered", status)
        return HttpResponse(f"{message}\n{mend}\n", status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense to us."""
    return _answer(request, 400, "request.bad", _("This request could not be read."), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: known, but not allowed for this person."""
    return _answer(
        request,
        403,
        "request.forbidden",
        _("You are not allowed to do this."),
        _("If it belongs to your duty, ask your administrator for the post."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not within this person's scope; the answer does not say which. Who is no member of staff has
    scanned or typed something, and is told how to mend that."""
    if getattr(getattr(request, "actor", None), "kind", "") != "staff":
        return _answer(
            request,
            404,
            "request.not_found",
            _("There is nothing behind this address."),
            _("Scan the code once more, or compare what you typed with the sign, figure by figure."),
            "public/404.html",
        )
    return _answer(
        request,
        404,
        "request.not_found",
        _("There is nothing here that you can see."),
        _("Check the address, or search for the record."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing was saved, since each request is one transaction."""
    return _answer(
        request,
        500,
        "server.error",
        _("Something went wrong on our side. Nothing was saved."),
        _("Try again; if it happens again, tell your administrator the time."),
    )
