"""The enterprise's account: signing in by code, what waits for it, what is open and closed, messages and papers."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor, party_of
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.inbox import inbox, read_all
from zhijian.kernel.notices.wording import render as words
from zhijian.kernel.party import limits, renewing, signing_in
from zhijian.kernel.party.doors import KEY, missing, signed_in
from zhijian.kernel.party.family import Family, families, head_of, seen
from zhijian.kernel.party.pages import page_of
from zhijian.kernel.party.shown import papers_of

ROWS, CLOSED, NOTICES, PAPERS = 200, 30, 20, 30


def _families(actor: Actor) -> list[Family]:
    rows = in_scope(Matter.objects.select_related("entity", "premises", "parent__entity", "parent__parent"), actor)
    return families(seen(rows).order_by("-opened", "-pk")[:ROWS], actor)


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What waits for the enterprise first; then what is open, what is closed, what it was told and given."""
    entity = signed_in(request)
    if entity is None:
        return redirect("party_sign_in")
    with scoped(party_of(entity)) as actor:
        found = _families(actor)
        told = inbox(actor).exclude(matter=None).select_related("matter__parent", "matter__entity")[:NOTICES]
        notices = [(one, head_of(one.matter), words(one.template, one.data)) for one in told]
        papers = papers_of([one for family in found for one in family.members])[::-1]
        heads = {one.pk: family.head for family in found for one in family.members}
        context = {
            "entity": entity,
            "waiting": [_row(one) for one in found if one.waiting],
            "open": [_row(one) for one in found if not one.waiting and not one.closed],
            "closed": [_row(one) for one in islice((f for f in found if not f.waiting and f.closed), CLOSED)],
            "notices": notices,
            "papers": [(paper, title, heads[paper.matter_id]) for paper, title in papers[:PAPERS]],
        }
        answer = render(request, "party/account.html", context)
        read_all(actor)
        return answer


def _row(family: Family) -> tuple[Family, str]:
    return family, page_of(family.head.kind).state(family.head.state)


def _typed(text: str) -> str:
    """What was meant by what was typed on a phone: full-width letters, spaces and hyphens between."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()[:40]


def _form(request: HttpRequest, status: int = 200, **told: object) -> HttpResponse:
    context = {"registered": signing_in.pending(request), "minutes": signing_in.MINUTES, **told}
    return render(request, "party/sign_in.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First the enterprise's registered code, then the one-time code; the answers are the same whether it exists."""
    if request.method != "POST":
        if "new" in request.GET:
            signing_in.forget(request)
        return _form(request)
    try:
        return _code(request) if "code" in request.POST else _registered(request)
    except signing_in.TooMany:
        return _form(request, 429, problem=_("Too many tries from here. Try again in an hour, or ask your office."))
    except signing_in.Spent:
        return _form(request, 422, problem=_("That code is too old, or was typed wrong too often. Ask for a new one."))


def _registered(request: HttpRequest) -> HttpResponse:
    typed = _typed(request.POST.get("registered", ""))
    if len(typed) < 6:
        return _form(request, 422, wrong=_("The code on the business licence has 18 characters."), typed=typed)
    signing_in.send_code(request, typed)
    return redirect("party_sign_in")


def _code(request: HttpRequest) -> HttpResponse:
    if signing_in.accept(request, _typed(request.POST["code"])) is None:
        return _form(request, 422, wrong=_("This code is not right. Look at the newest message once more."))
    return redirect("party_account")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the enterprise on this browser."""
    request.session.pop(KEY, None)
    signing_in.forget(request)
    return redirect("party_sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """A new link to the number in the register, for whoever holds one that has run out."""
    if request.method != "POST":
        return redirect("party_page", token=token)
    try:
        sent = renewing.renew(token, limits.address_of(request))
    except renewing.TooSoon:
        return missing(request, 429, too_soon=True)
    return missing(request, 200 if sent else 404, sent=sent, nobody=not sent)
