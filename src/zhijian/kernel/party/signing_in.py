"""Signing in without a password: the enterprise's registered code or its number, and a one-time code to the telephone.

What is signed in is the number, for every enterprise for which it may act (`standing`). Nothing that is answered tells
whether a code or a number is known: an unknown one is waited for, counted and refused alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.notices import texts
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.party import limits
from zhijian.kernel.party.doors import KEY, opened, sealed
from zhijian.kernel.party.standing import Holder, holder_of
from zhijian.kernel.registry.proposals import is_number
from zhijian.kernel.registry.search import by_code

MINUTES = 10  # a code is good for so long
TRIES = 5  # wrong codes before it is worth nothing
CODES = 5  # sent to an enterprise in an hour
ASKED, WRONG = 30, 30  # from one address in an hour: codes asked for, codes typed wrong
PENDING = "enterprise_code"  # of the session: {number, typed, digest, until}

ledger.entry_kind("enterprise.signed_in", label=gettext_lazy("The enterprise signed in"))
notice_template(
    "enterprise.code",
    title=gettext_lazy("Code to sign in"),
    text=gettext_lazy("A code to sign in was sent."),
    sms=gettext_lazy("Your code is {code}, good for 10 minutes. Nobody from the bureau will ask you for it."),
    passing=True,
)


class TooMany(Exception):
    """Too many tries from one address: later."""


class Spent(Exception):
    """The code is too old, or was typed wrong too often: a new one is needed."""


def _digest(code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"enterprise:{code}".encode(), hashlib.sha256).hexdigest()


def pending(request: HttpRequest) -> str:
    """What was typed and a one-time code is awaited for on this browser; empty when there is none."""
    waiting = request.session.get(PENDING)
    return opened(waiting["typed"]) if waiting else ""


def forget(request: HttpRequest) -> None:
    """Begin anew."""
    request.session.pop(PENDING, None)


def _is_telephone(typed: str) -> bool:
    return is_number(typed) and len(plain_number(typed)) < 15  # 15 digits are a former registered number


def is_deaf(typed: str) -> bool:
    """Whether it is a telephone number at which no text message can arrive."""
    return _is_telephone(typed) and not texts.book().reaches(typed)


def why_deaf(number: str) -> str:
    """Why nobody can sign in with a number, and what to do; empty for one that gets text messages."""
    if texts.book().reaches(number):
        return ""
    return _("No text message arrives at this number, so nobody could sign in with it. Type a mobile number.")


def _meant(typed: str) -> str:
    """The number to which the code goes: the one that was typed, or that of the enterprise whose code was; or empty."""
    if _is_telephone(typed):
        return typed if holder_of(typed).standings else ""
    entity = by_code(typed)
    return entity.stands.phone if entity is not None else ""


def send_code(request: HttpRequest, typed: str) -> None:
    """Send a one-time code to the telephone that is meant, if it is known here. Raises TooMany."""
    if limits.count("codes address", limits.address_of(request), 60) > ASKED:
        raise TooMany
    code, number = f"{secrets.randbelow(1_000_000):06d}", _meant(typed)
    request.session[PENDING] = {
        "number": sealed(number),
        "typed": sealed(typed[:40]),
        "nonce": secrets.token_hex(8),
        "digest": _digest(code),
        "until": (timezone.now() + dt.timedelta(minutes=MINUTES)).isoformat(),
    }
    if limits.count("codes entity", plain_number(number) or typed, 60) > CODES or not number:
        return
    holder = holder_of(number)
    if not holder.standings:
        return
    entity = holder.standings[0].entity
    with scoped(SYSTEM):
        tell(entity, matter=None, template="enterprise.code", data={"code": code}, actor=SYSTEM, number=number)


def accept(request: HttpRequest, code: str) -> Holder | None:
    """Who may come in, if the code is right; None for a wrong one. Raises Spent, or TooMany from one address.

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
    number = opened(waiting["number"])
    holder = holder_of(number) if number else None
    if not hmac.compare_digest(waiting["digest"], _digest(code)) or holder is None or not holder.standings:
        limits.count("wrong", address, 60)
        return None
    _let_in(request, holder)
    return holder


def _let_in(request: HttpRequest, holder: Holder) -> None:
    forget(request)
    request.session.cycle_key()
    request.session[KEY] = sealed(holder.number)
    for one in holder.standings:
        entity = one.entity
        with scoped(one.actor) as actor:
            ledger.record(
                "enterprise.signed_in",
                actor=actor,
                subject=f"entity:{entity.pk}",
                entity_id=entity.pk,
                area=entity.area,
            )
