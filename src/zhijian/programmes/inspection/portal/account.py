"""The enterprise's account: its registered code, and a one-time code to its registered telephone; nothing to remember.

Opening a visit makes a link for it, so that the page of a visit has one form only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.registry.models import Entity

MINUTES, TRIES = 10, 5
KEY = "enterprise"  # of the session: the entity that is signed in
PENDING = "enterprise_code"  # of the session: {entity, digest, until, tries}

ledger.entry_kind("enterprise.signed_in", label=gettext_lazy("The enterprise signed in"))
notice_template(
    "enterprise.code",
    title=gettext_lazy("Code to sign in"),
    text=gettext_lazy("Your code is {code}, good for 10 minutes."),
    sms=gettext_lazy("Your code is {code}, good for 10 minutes. Nobody from the bureau will ask you for it."),
)


def _digest(code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"enterprise:{code}".encode(), hashlib.sha256).hexdigest()


def signed_in(request: HttpRequest) -> Entity | None:
    """The enterprise that is signed in on this browser."""
    key = request.session.get(KEY)
    return Entity.objects.filter(pk=key).first() if key else None


def matters(request: HttpRequest) -> HttpResponse:
    """The enterprise's visits, newest first."""
    entity = signed_in(request)
    if entity is None:
        return redirect("enterprise_sign_in")
    with scoped(party_of(entity)) as actor:
        rows = in_scope(Matter.objects.filter(kind="inspection"), actor).order_by("-opened")[:50]
        told = Notice.objects.filter(entity=entity, channel="in_app").order_by("-pk")[:20]
        return render(request, "inspection/account.html", {"entity": entity, "matters": rows, "notices": told})


def open_visit(request: HttpRequest, uid: str) -> HttpResponse:
    """Go to the page of a visit."""
    entity = signed_in(request)
    if entity is None:
        return redirect("enterprise_sign_in")
    with scoped(party_of(entity)) as actor:
        matter = in_scope(Matter.objects.filter(kind="inspection", uid=uid), actor).first()
        if matter is None:
            raise Http404
        return redirect("enterprise_visit", token=make_link(entity, matter, days=1))


def sign_in(request: HttpRequest) -> HttpResponse:
    """First the enterprise's code, then the one-time code; the answer is the same whether it exists or not."""
    if request.method != "POST":
        return render(request, "inspection/sign_in.html", {})
    if "code" not in request.POST:
        typed = request.POST.get("registered", "").strip().upper()
        entity = Entity.objects.filter(code=typed).exclude(code="").first()
        _send(request, entity)
        return render(request, "inspection/sign_in.html", {"sent": True, "registered": typed})
    entity = _accept(request, request.POST["code"].strip())
    if entity is None:
        messages.error(request, _("That code is wrong or too old. Ask for a new one."))
        return redirect("enterprise_sign_in")
    request.session.cycle_key()
    request.session[KEY] = entity.pk
    with scoped(party_of(entity)) as actor:
        ledger.record(
            "enterprise.signed_in", actor=actor, subject=f"entity:{entity.pk}", entity_id=entity.pk, area=entity.area
        )
    return redirect("enterprise_account")


def _send(request: HttpRequest, entity: Entity | None) -> None:
    code = f"{secrets.randbelow(1_000_000):06d}"
    until = timezone.now() + dt.timedelta(minutes=MINUTES)
    request.session[PENDING] = {
        "entity": entity.pk if entity else None,
        "digest": _digest(code),
        "until": until.isoformat(),
        "tries": 0,
    }
    if entity is not None:
        with scoped(SYSTEM):
            tell(entity, matter=None, template="enterprise.code", data={"code": code}, actor=SYSTEM)


def _accept(request: HttpRequest, code: str) -> Entity | None:
    pending = request.session.get(PENDING)
    if not pending or pending["tries"] >= TRIES or dt.datetime.fromisoformat(pending["until"]) < timezone.now():
        return None
    request.session[PENDING] = {**pending, "tries": pending["tries"] + 1}
    if pending["entity"] is None or not hmac.compare_digest(pending["digest"], _digest(code)):
        return None
    del request.session[PENDING]
    return Entity.objects.filter(pk=pending["entity"]).first()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the enterprise on this browser."""
    request.session.pop(KEY, None)
    return redirect("enterprise_sign_in")
