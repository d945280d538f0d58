"""Signing in without a password: the enterprise's registered code, and a one-time code to its registered telephone.

Nothing that is answered tells whether a code is registered: an unknown one is waited for, counted and refused alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.notices.models import Channel
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.party import limits
from zhijian.kernel.party.doors import KEY
from zhijian.kernel.registry.models import Entity
from zhijian.kernel.registry.search import by_code

MINUTES = 10  # a code is good for so long
TRIES = 5  # wrong codes before it is worth nothing
CODES = 5  # sent to an enterprise in an hour
ASKED, WRONG = 30, 30  # from one address in an hour: codes asked for, codes typed wrong
PENDING = "enterprise_code"  # of the session: {entity, registered, digest, until}

ledger.entry_kind("enterprise.signed_in", label=_("The enterprise signed in"))
notice_template(
    "enterprise.code",
    title=_("Code to sign in"),
    text=_("A code to sign in was sent."),
    sms=_("Your code is {code}, good for 10 minutes. Nobody from the bureau will ask you for it."),
)


class TooMany(Exception):
    """Too many tries from one address: later."""


class Spent(Exception):
    """The code is too old, or was typed wrong too often: a new one is needed."""


def _digest(code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"enterprise:{code}".encode(), hashlib.sha256).hexdigest()


def pending(request: HttpRequest) -> str:
    """The registered code for which a one-time code is awaited on this browser; empty when there is none."""
    waiting = request.session.get(PENDING)
    return str(waiting.get("registered", "")) if waiting else ""


def forget(request: HttpRequest) -> None:
    """Begin anew."""
    request.session.pop(PENDING, None)


def send_code(request: HttpRequest, registered: str) -> None:
    """Send a one-time code to the telephone in the register, if that code is in it. Raises TooMany."""
    if limits.count("codes address", limits.address_of(request), 60) > ASKED:
        raise TooMany
    code, entity = f"{secrets.randbelow(1_000_000):06d}", by_code(registered)
    request.session[PENDING] = {
        "entity": entity.pk if entity else None,
        "registered": registered[:40],
        "nonce": secrets.token_hex(8),
        "digest": _digest(code),
        "until": (timezone.now() + dt.timedelta(minutes=MINUTES)).isoformat(),
    }
    if limits.count("codes entity", registered, 60) > CODES or entity is None:
        return
    with scoped(SYSTEM):
        tell(entity, matter=None, template="enterprise.code", data={"code": code}, actor=SYSTEM, only=str(Channel.SMS))


def accept(request: HttpRequest, code: str) -> Entity | None:
    """The enterprise, if the code is right; None for a wrong one. Raises Spent, or TooMany from one address.

    A try is counted before it is looked at, so that many at once are no more than one after another.
    """
    waiting = request.session.get(PENDING)
    if not waiting or dt.datetime.fromisoformat(waiting["until"]) < timezone.now():
        forget(request)
        raise Spent
    address = limits.address_of(request)
    if limits.tried("wrong", address, 60) >= WRONG:
        raise TooMany
    if limits.count("tries", waiting["nonce"], 2 * MINUTES) > TRIES:
        forget(request)
        raise Spent
    if not hmac.compare_digest(waiting["digest"], _digest(code)) or waiting["entity"] is None:
        limits.count("wrong", address, 60)
        return None
    found = Entity.objects.select_related("merged_into").filter(pk=waiting["entity"]).first()
    entity = found.stands if found else None
    if entity is not None:
        _let_in(request, entity)
    return entity


def _let_in(request: HttpRequest, entity: Entity) -> None:
    forget(request)
    request.session.cycle_key()
    request.session[KEY] = entity.pk
    with scoped(party_of(entity)) as actor:
        ledger.record(
            "enterprise.signed_in", actor=actor, subject=f"entity:{entity.pk}", entity_id=entity.pk, area=entity.area
        )
