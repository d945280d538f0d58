"""The administrator's page of Open311: keys and endpoints; and the desk's page of orders that could not be taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.gateways.open311 import inbox, jobs, keys, lines
from zhijian.gateways.open311.models import Key, Peer, Request
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.paging import SIZE, rows_after
from zhijian.kernel.evidence import ledger
from zhijian.kernel.exchange import entries
from zhijian.kernel.exchange.tables import platforms
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints.models import Sort

MENDERS = (Role.DISPATCHER, Role.CLERK, Role.HEAD)  # those of the city's centre, to whom everything comes first
MOST_PACE = 1000


def _of_the_centre(actor: Actor) -> bool:
    return bool(actor.roles_at(str(stack().setting("city", ""))) & set(MENDERS))


def unfit_count(actor: Actor) -> int:
    """How many requests wait for somebody of the centre, counted no further than 100."""
    return inbox.unfit().order_by()[:100].count() if _of_the_centre(actor) else 0


def failing_count(actor: Actor) -> int:
    """How many endpoints that are on cannot be reached."""
    return Peer.objects.filter(active=True, failing_since__isnull=False).count()


# -- the administrator's page ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(Role.ADMIN)
def interfaces(request: HttpRequest) -> HttpResponse:
    """Each platform that gives orders: its keys, and its own endpoint if we ask it. A new key is shown once."""
    if not inbox.givers():
        raise Http404
    shown: dict[str, str] = {}
    if request.method == "POST":
        platform = request.POST.get("platform", "")
        if platform not in inbox.givers():
            raise Http404
        try:
            shown = _done(platform, request, gate.actor_in(request))
        except (lines.NotAllowed, ValueError):
            told = _("Only addresses of hosts in ZHIJIAN_WEBHOOK_HOSTS are asked, by https. Nothing was changed.")
            context = {**_context({}), "problem": told, "typed": request.POST, "wrong": platform}
            return render(request, "open311/interfaces.html", context, status=422)
    return render(request, "open311/interfaces.html", _context(shown))


def _context(shown: dict[str, str]) -> dict[str, Any]:
    peers = {one.platform: one for one in Peer.objects.defer("api_key")}
    rows = [
        {
            "platform": platforms()[code],
            "keys": list(Key.objects.filter(platform=code).order_by("revoked_at", "-pk")[:SIZE]),
            "peer": peers.get(code),
        }
        for code in inbox.givers()
    ]
    return {"rows": rows, "shown": shown, "address": public_url("/open311/v2"), "most": MOST_PACE}


def _done(platform: str, request: HttpRequest, actor: Actor) -> dict[str, str]:
    """What a button of the page asks for. Raises NotAllowed, ValueError."""
    act, shown, told = request.POST.get("act", ""), {}, ""
    typed = {name: str(text).replace("\0", "").strip() for name, text in request.POST.items()}
    if act == "key":
        pace = typed.get("pace", "")
        pace_is = int(pace) if pace.isascii() and pace.isdigit() and 0 < int(pace) <= MOST_PACE else 200
        row, key = keys.issue(platform, typed.get("name", ""), actor.label, pace_is)
        shown, told = {"platform": platform, "key": key}, f"key …{row.ending}"
    elif act == "revoke":
        row = get_object_or_404(Key, platform=platform, uid=_uid(typed.get("key", "")), revoked_at=None)
        keys.revoke(row)
        told = f"key …{row.ending} revoked"
    elif act == "peer":
        told = _keep_peer(platform, typed)
    elif act in ("on", "off", "now"):
        peer = get_object_or_404(Peer, platform=platform)
        if act != "now":
            peer.active, peer.failing_since, peer.error = act == "on", None, ""
            peer.save(update_fields=["active", "failing_since", "error"])
        jobs.peers.later(job_once="open311.peers")
        told = act
    else:
        raise Http404
    ledger.record(
        entries.ENDPOINT, actor=actor, subject=f"exchange:{platform}", area=str(stack().setting("city", "")),
        data={"table": platform, "reason": f"Open311: {told}"},
    )  # fmt: skip
    return shown


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _keep_peer(platform: str, typed: dict[str, str]) -> str:
    url = typed.get("url", "")[:300].rstrip("/")
    lines.may_ask(url)
    about: dict[str, Any] = {
        "url": url, "jurisdiction": typed.get("jurisdiction", "")[:60],
        "pulls": "pulls" in typed, "posts": "posts" in typed, "service": typed.get("service", "")[:40],
    }  # fmt: skip
    key = {"api_key": typed["api_key"][:200]} if typed.get("api_key") else {}
    begins = {"pulled": timezone.now(), "api_key": ""}
    Peer.objects.update_or_create(platform=platform, defaults=about | key, create_defaults=begins | about | key)
    return url


# -- the desk's page ------------------------------------------------------------------------------------------------


@require_safe
@gate.roles(*MENDERS)
def unfit(request: HttpRequest) -> HttpResponse:
    """Orders that came and could not be taken, the oldest first, each with why."""
    if not _of_the_centre(gate.actor_in(request)):
        raise Http404
    rows = list(rows_after(inbox.unfit(), request.GET)[: SIZE + 1])
    after = rows[SIZE - 1].pk if len(rows) > SIZE else ""
    told = [(one, _name(one.platform)) for one in rows[:SIZE]]
    return render(request, "open311/unfit.html", {"rows": told, "after": after})


def _name(platform: str) -> str:
    known = platforms().get(platform)
    return known.short or known.name if known is not None else platform


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*MENDERS)
def mend(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what kind it is and when it came; it is taken again at once."""
    if not _of_the_centre(gate.actor_in(request)):
        raise Http404
    one = get_object_or_404(Request, uid=uid, state=Request.State.UNFIT)
    values = inbox.values_of(one)
    context: dict[str, Any] = {"one": one, "values": values, "sorts": Sort.choices, "platform": _name(one.platform)}
    if request.method != "POST":
        return render(request, "open311/mend.html", context)
    sort, at = request.POST.get("sort", ""), request.POST.get("received_at", "")[:40]
    if sort not in Sort.values:
        return render(request, "open311/mend.html", context, status=422)
    with scoped(SYSTEM):
        locked = Request.objects.select_for_update().get(pk=one.pk)
        if locked.state == Request.State.UNFIT:
            inbox.mend(locked, sort, at)
    if locked.state == Request.State.UNFIT:
        return render(request, "open311/mend.html", {**context, "problem": locked.why}, status=422)
    messages.success(request, _("It was taken: %(number)s") % {"number": locked.matter.number if locked.matter else ""})
    return redirect("open311_unfit")
