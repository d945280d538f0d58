"""The administrator's page of interfaces, and the address where other platforms' software knocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import gate
from zhijian.kernel.evidence import ledger
from zhijian.kernel.exchange import entries, interface
from zhijian.kernel.exchange.models import Inlet, Message, Owed
from zhijian.kernel.exchange.tables import every_table, platforms
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.notices.webhooks import sending
from zhijian.kernel.notices.webhooks.models import Delivery, Endpoint
from zhijian.kernel.notices.webhooks.post import NotAllowed, allowed
from zhijian.kernel.notices.webhooks.signing import BadSignature
from zhijian.kernel.packs import stack

FEW = 20


@dataclass(frozen=True)
class Way:
    """Another way by interface than signed messages, with a page of its own; `words` say what it is for."""

    title: str | Promise
    words: str | Promise
    name: str

    @property
    def address(self) -> str:
        return reverse(self.name)


_ways: dict[str, Way] = {}


def another(code: str, title: str | Promise, words: str | Promise, name: str) -> None:
    """Offer another way on the page of interfaces; `name` is that of its address. Gateways register theirs."""
    _ways[code] = Way(title, words, name)


def off_count(actor: Actor) -> int:
    """How many interfaces switched themselves off."""
    return Endpoint.objects.exclude(disabled_at=None).exclude(disabled_why=sending.BY_HAND)[:100].count()


def failing_count(actor: Actor) -> int:
    """How many interfaces that are on cannot be reached: before they switch themselves off."""
    return Endpoint.objects.filter(disabled_at=None, failing_since__isnull=False)[:100].count()


def unusable_count(actor: Actor) -> int:
    """How many messages came in that could not be used."""
    with scoped(SYSTEM):
        return interface.unusable().order_by()[:100].count()


@require_http_methods(["GET", "POST"])
@gate.roles(Role.ADMIN)
def interfaces(request: HttpRequest) -> HttpResponse:
    """Each platform's interface: where we send to, where they send to, the last messages of both ways."""
    shown = {}
    if request.method == "POST":
        platform = request.POST.get("platform", "")
        if platform not in platforms() or not by_interface(platform):
            raise Http404
        try:
            shown = _done(platform, request, gate.actor_in(request))
        except NotAllowed:
            told = _("Only https addresses of hosts in ZHIJIAN_WEBHOOK_HOSTS are called. Nothing was changed.")
            typed = {"platform": platform, "url": _typed(request)}
            context = {**_context({}), "problem": told, "typed": typed}
            return render(request, "exchange/interfaces.html", context, status=422)
    return render(request, "exchange/interfaces.html", _context(shown))


def _typed(request: HttpRequest) -> str:
    return request.POST.get("url", "").strip()[:300]


def by_interface(platform: str) -> bool:
    """Whether a table of that platform goes, or comes, by interface at all."""
    return any("interface" in table.by for table in every_table() if table.platform == platform)


def _context(shown: dict[str, str]) -> dict[str, Any]:
    with scoped(SYSTEM):  # keys and states only: the page shows nothing of what the messages say
        endpoints = {one.name: one for one in Endpoint.objects.all()}
        inlets = {one.platform: one for one in Inlet.objects.all()}
        rows, others = [], []
        for platform in platforms().values():
            endpoint, inlet = endpoints.get(platform.code), inlets.get(platform.code)
            out = Delivery.objects.filter(endpoint=endpoint).defer("body").order_by("-pk") if endpoint else []
            came = list(Message.objects.filter(inlet=inlet).defer("body").order_by("-pk")[:FEW]) if inlet else []
            if inlet:  # what somebody must see to stands there, however long ago it came
                shown_here = [one.pk for one in came]
                came += interface.unusable().filter(inlet=inlet).exclude(pk__in=shown_here).order_by("-pk")[:FEW]
            if not by_interface(platform.code) and endpoint is None and inlet is None:
                others.append(platform)
                continue
            rows.append(
                {
                    "platform": platform,
                    "endpoint": endpoint,
                    "inlet": inlet,
                    "address": public_url(reverse("exchange_in", args=[platform.code])),
                    "out": _sent(list(out[:FEW])),
                    "came": [(one, interface.why(one.error)) for one in came],
                }
            )
    return {"rows": rows, "others": others, "shown": shown, "ways": list(_ways.values())}


def _sent(rows: list[Delivery]) -> list[tuple[Delivery, Owed | None]]:
    """Each delivery with the record that it tells of."""
    keys = {one.about: int(one.about.removeprefix("owed:")) for one in rows if one.about.startswith("owed:")}
    known = Owed.objects.select_related("matter").in_bulk(list(keys.values()))
    return [(one, known.get(keys.get(one.about, 0))) for one in rows]


def _done(platform: str, request: HttpRequest, actor: Actor) -> dict[str, str]:
    """What a button of the page asks for; a new secret is shown once."""
    act = request.POST.get("act", "")
    shown: dict[str, str] = {}
    with scoped(SYSTEM):
        endpoint = Endpoint.objects.filter(name=platform).first()
        inlet = Inlet.objects.filter(platform=platform).first()
        if act == "url":
            url = _typed(request)
            allowed(url)
            endpoint, is_new = Endpoint.objects.update_or_create(name=platform, defaults={"url": url})
            shown = {"platform": platform, "way": "out", "secret": str(endpoint.secret)} if is_new else {}
        elif act == "inlet" and inlet is None:
            inlet = Inlet.objects.create(platform=platform)
            shown = {"platform": platform, "way": "in", "secret": str(inlet.secret)}
        elif act == "rotate_out" and endpoint is not None:
            shown = {"platform": platform, "way": "out", "secret": endpoint.rotate()}
        elif act == "rotate_in" and inlet is not None:
            shown = {"platform": platform, "way": "in", "secret": inlet.rotate()}
        elif act in ("on", "off") and endpoint is not None:
            sending.switch(endpoint, act == "on")
        elif act in ("in_on", "in_off") and inlet is not None:
            inlet.active = act == "in_on"
            inlet.save()
        else:
            return {}
        ledger.record(
            entries.ENDPOINT, actor=actor, subject=f"exchange:{platform}", area=str(stack().setting("city", "")),
            data={"table": platform, "reason": act},
        )  # fmt: skip
    return shown


@require_POST
@gate.roles(Role.ADMIN)
def again(request: HttpRequest, uid: str) -> HttpResponse:
    """Send a delivery once more."""
    with scoped(SYSTEM):
        sending.again(get_object_or_404(Delivery, uid=uid))
    messages.success(request, _("It will be sent again."))
    return redirect("exchange_interfaces")


@require_POST
@gate.roles(Role.ADMIN)
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody saw to a message that could not be used: off the to-do; it stays in the list with its reason."""
    with scoped(SYSTEM):
        get_object_or_404(Message, pk=pk, state=Message.State.FAILED)
        interface.unusable().filter(pk=pk).update(settled_at=timezone.now())
    messages.success(request, _("Noted: the message is off the to-do."))
    return redirect("exchange_interfaces")


@csrf_exempt
@require_POST
def knock(request: HttpRequest, platform: str) -> HttpResponse:
    """Another platform's software: 202 when the message is kept, 401 when it is not signed by it, 404 for no inlet."""
    if int(request.headers.get("Content-Length") or 0) > interface.LARGEST:
        return JsonResponse({"error": "too large"}, status=413)
    given = {name.lower(): value for name, value in request.headers.items()}
    try:
        with scoped(SYSTEM):
            interface.receive(platform, given, request.body)
    except KeyError:
        raise Http404 from None
    except BadSignature as error:
        interface.refused(platform, str(error), request.META.get("REMOTE_ADDR", ""))
        return JsonResponse({"error": str(error)}, status=401)
    return JsonResponse({"ok": True}, status=202)
