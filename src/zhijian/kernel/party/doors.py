"""By which door an enterprise came in: the link of a message, or its account. Behind both are the same pages."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.crypto import open_text, seal_text
from zhijian.kernel.accounts.links import known_link
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.family import Family, family_of, head_of
from zhijian.kernel.party.standing import Holder, Standing, holder_of

KEY = "enterprise_number"  # of the session: the number that is signed in, sealed


@dataclass(frozen=True)
class Door:
    """Who came in, for which matter, and how the addresses behind the door begin."""

    actor: Actor
    asked: Matter
    base: str
    by_link: bool
    handed_by: int | None = None  # the person of the office who made the link, where it was handed over

    def family(self) -> Family:
        """What stands on the page."""
        return family_of(head_of(self.asked), self.actor)


def sealed(text: str) -> str:
    """A text as a session may keep it: sessions stand in the database."""
    return base64.b64encode(seal_text(text)).decode()


def opened(kept: str) -> str:
    """What `sealed` made."""
    return open_text(base64.b64decode(kept))


def signed_in(request: HttpRequest) -> Holder | None:
    """Who is signed in on this browser, with all for which he may act now; None where that is nothing any more."""
    kept = request.session.get(KEY)
    holder = holder_of(opened(kept)) if kept else None
    return holder if holder is not None and holder.standings else None


def _by_account(request: HttpRequest, matter: UUID | None) -> Standing | None:
    """By which of its enterprises the number on this browser comes to the matter."""
    holder = signed_in(request)
    if holder is None:
        return None
    with scoped(SYSTEM):
        found = Matter.objects.select_related("premises").only("entity_id", "premises").filter(uid=matter).first()
    return (holder.to(found) if found is not None else None) or holder.standings[0]


def missing(request: HttpRequest, status: int = 404, **told: Any) -> HttpResponse:
    """The page for what is not there (any more), in words for citizens: what to do now."""
    return render(request, "party/missing.html", {"by_link": True, **told}, status=status)


def through_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find who comes in by `token` (a link) or `matter` (signed in), and run the view in his scope as `door`."""

    @never_cache
    @functools.wraps(view)
    def through(request: HttpRequest, *, token: str = "", matter: UUID | None = None, **kwargs: Any) -> HttpResponse:
        if token:
            link = known_link(token)
            if link is None or not link.good:
                gone = 404 if link is None else 410
                return missing(request, gone, expired=token if link is not None else "")
            uid, base = link.matter_uid, f"/p/{token}/"
            party, reach, handed_by = party_of(link.entity, through=link.sent_to), None, link.made_by_id
        else:
            reach = _by_account(request, matter)
            if reach is None:
                return redirect("party_sign_in")
            uid, base, party, handed_by = matter, f"/my/{matter}/", reach.actor, None
        with scoped(party) as actor:
            rows = Matter.objects.select_related("entity", "premises", "parent__parent", "parent__entity")
            rows = in_scope(rows, actor)
            asked = (reach.reach(rows) if reach is not None else rows).filter(uid=uid).first()
            try:
                if asked is None:
                    raise Http404
                answer = view(request, Door(actor, asked, base, bool(token), handed_by), **kwargs)
            except Http404:
                answer = missing(request, by_link=bool(token))
            answer["X-Robots-Tag"] = "noindex"
            return answer

    return through
