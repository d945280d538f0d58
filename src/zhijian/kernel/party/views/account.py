"""The account of a number: signing in by code, what waits for its enterprises, what is open and closed, what came."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.inbox import inbox, read_all
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.wording import Rendered
from zhijian.kernel.notices.wording import render as words
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.party import limits, renewing, signing_in
from zhijian.kernel.party.doors import KEY, missing, signed_in
from zhijian.kernel.party.family import Family, families, head_of, seen
from zhijian.kernel.party.pages import account_acts, page_of
from zhijian.kernel.party.shown import days_of, papers_of
from zhijian.kernel.party.standing import Standing

ROWS, CLOSED, NOTICES, PAPERS = 200, 30, 20, 30
Told = tuple[Notice, Matter, Rendered]
Given = tuple[Paper, str, Matter]


@dataclass(frozen=True)
class Row:
    """A line of the account: which shop, what it is about, of which day, and where it stands."""

    family: Family
    shop: str
    title: str
    day: dt.date
    state: str

    @property
    def due(self) -> dt.date:
        """By when something has to be done; what has no day comes last."""
        return self.family.day or dt.date.max


@dataclass
class Account:
    """What a number sees of the enterprises for which it may act."""

    rows: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)

    def add(self, standing: Standing) -> None:
        """Gather what one enterprise has, in its own scope."""
        with scoped(standing.actor) as actor:
            about = Matter.objects.select_related("entity", "premises", "parent__entity", "parent__parent")
            rows = seen(standing.reach(in_scope(about, actor)))
            found = families(rows.order_by("-opened", "-pk")[:ROWS], actor)
            self.rows += _rows(found, standing)
            heads = {one.pk: family.head for family in found for one in family.members}
            papers = papers_of([one for family in found for one in family.members])
            self.given += [(paper, title, heads[paper.matter_id]) for paper, title in papers]
            told = inbox(actor).exclude(matter=None).select_related("matter__parent", "matter__entity")
            if standing.premises is not None:
                told = told.filter(matter__premises=standing.premises)
            self.told += [(one, head_of(one.matter), words(one.template, one.data)) for one in told[:NOTICES]]

    def parts(self) -> dict[str, list[Row]]:
        """Waiting by their days, the others the newest first."""
        newest = sorted(self.rows, key=lambda row: row.day, reverse=True)
        return {
            "waiting": sorted((row for row in newest if row.family.waiting), key=lambda row: row.due),
            "open": [row for row in newest if not row.family.waiting and not row.family.closed],
            "closed": [row for row in newest if not row.family.waiting and row.family.closed][:CLOSED],
        }


def _newest_in_force(given: Given) -> tuple[bool, dt.datetime]:
    paper = given[0]
    return paper.state != Paper.State.VOID, paper.at


def _rows(found: list[Family], standing: Standing) -> list[Row]:
    days = days_of([family.head for family in found])
    made = []
    for family in found:
        head, page = family.head, page_of(family.head.kind)
        shop = head.premises.name if head.premises is not None else standing.name
        title = str(page.title or page.flow.title)
        made.append(Row(family, shop, title, days[head.pk], page.state(head.state)))
    return made


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What waits for the enterprise first; then what is open, what is closed, what it was told and given."""
    holder = signed_in(request)
    if holder is None:
        return redirect("party_sign_in")
    chosen = holder.chosen(request.GET.get("shop", ""))
    account = Account()
    shown = [chosen] if chosen is not None else list(holder.standings)
    for standing in shown:
        account.add(standing)
    context = {
        "holder": holder,
        "chosen": chosen or (holder.standings[0] if len(holder.standings) == 1 else None),
        **account.parts(),
        "notices": sorted(account.told, key=lambda told: told[0].made_at, reverse=True)[:NOTICES],
        "papers": sorted(account.given, key=_newest_in_force, reverse=True)[:PAPERS],
        "owns": any(one.own for one in holder.standings),
        "acts": account_acts(whole=any(one.premises is None for one in holder.standings)),
    }
    answer = render(request, "party/account.html", context)
    for standing in (one for one in shown if one.own):  # what others have read is still new to the owner
        with scoped(standing.actor) as actor:
            read_all(actor)
    return answer


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
        wrong = _("Type the whole code, as on the licence; a mobile number is good, too.")
        return _form(request, 422, wrong=wrong, typed=typed)
    if signing_in.is_deaf(typed):
        wrong = _("No text message arrives at this number. Type the registered code, or the mobile number we know.")
        return _form(request, 422, wrong=wrong, typed=typed)
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
