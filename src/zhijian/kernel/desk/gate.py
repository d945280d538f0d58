"""Who comes in: pages of staff send everybody else to sign in; what a role may not see is not there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role

View = Callable[..., HttpResponse]


def actor_in(request: HttpRequest) -> Actor:
    """The actor whom the scope middleware found."""
    return request.actor  # type: ignore[attr-defined]


def staff(view: View) -> View:
    """Only people who are signed in; an HTMX request is told to load the sign-in page whole."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if actor_in(request).kind != "staff":
            if request.headers.get("HX-Request"):
                return HttpResponse(status=401, headers={"HX-Redirect": settings.LOGIN_URL})
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def ours(view: View) -> View:
    """Only the bureau's own people: the register, its map and lists are no partner department's."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if actor_in(request).partner_only:
            raise Http404
        return view(request, *args, **kwargs)

    return staff(guarded)


def roles(*wanted: Role) -> Callable[[View], View]:
    """Only people who hold one of the roles anywhere; for others the page is not there."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not actor_in(request).roles_at() & set(wanted):
                raise Http404
            return view(request, *args, **kwargs)

        return staff(guarded)

    return wrap
