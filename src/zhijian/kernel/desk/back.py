"""Where a step leads back to: the board (or list) from which it was taken, with its filters; nowhere outside."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest) -> str:
    """The address of the list that `next` names; empty where it names none."""
    named = request.POST.get("next") or request.GET.get("next", "")
    good = named.startswith("/l/") and url_has_allowed_host_and_scheme(named, allowed_hosts=None)
    return named.partition("#")[0] if good else ""
