"""By which door an enterprise came in: the link of a message, or its account. Behind both are the same pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from zhijian.kernel.accounts.actor import Actor, party_of
from zhijian.kernel.accounts.links import known_link
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.family import Family, family_of, head_of
from zhijian.kernel.registry.models import Entity

KEY = "enterprise"  # of the session: the entity that is signed in


@dataclass(frozen=True)
class Door:
    """Who came in, for which matter, and how the addresses behind the door begin."""

    actor: Actor
    asked: Matter
    base: str
    by_link: bool

    def family(self) -> Family:
        """What stands on the page."""
        return family_of(head_of(self.asked), self.actor)


def signed_in(request: HttpRequest) -> Entity | None:
    """The enterprise that is signed in on this browser."""
    key = request.session.get(KEY)
    found = Entity.objects.select_related("merged_into").filter(pk=key).first() if key else None
    return found.stands if found else None


def missing(request: HttpRequest, status: int = 404, **told: Any) -> HttpResponse:
    """The page for what is not there (any more), in words for citizens: what to do now."""
    return render(request, "party/missing.html", {"by_link": True, **told}, status=status)


def through_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find who comes in by `token` (a link) or `matter` (signed in), and run the view in his scope as `door`."""

    @never_cache
    @functools.wraps(view)
    def opened(request: HttpRequest, *, token: str = "", matter: UUID | None = None, **kwargs: Any) -> HttpResponse:
        if token:
            link = known_link(token)
            if link is None or not link.good:
                gone = 404 if link is None else 410
                return missing(request, gone, expired=token if link is not None else "")
            entity, uid, base = link.entity, link.matter_uid, f"/p/{token}/"
        else:
            found = signed_in(request)
            if found is None:
                return redirect("party_sign_in")
            entity, uid, base = found, matter, f"/my/{matter}/"
        with scoped(party_of(entity)) as actor:
            rows = Matter.objects.select_related("entity", "premises", "parent__parent", "parent__entity")
            asked = in_scope(rows, actor).filter(uid=uid).first()
            try:
                if asked is None:
                    raise Http404
                answer = view(request, Door(actor, asked, base, bool(token)), **kwargs)
            except Http404:
                answer = missing(request, by_link=bool(token))
            answer["X-Robots-Tag"] = "noindex"
            return answer

    return opened
