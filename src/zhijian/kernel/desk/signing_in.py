"""Signing in: wrong passwords are counted by account and by address, and everything stands in the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth import authenticate
from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.models import SignInFailure
from zhijian.kernel.evidence import ledger

MINUTES = 15  # the window in which failures are counted, and how long a lock can last at most
PER_ACCOUNT = 5
PER_ADDRESS = 30

ledger.entry_kind("account.login", label=_("Signed in"))
ledger.entry_kind("account.login_failed", label=_("Somebody tried to sign in with a wrong password"))
ledger.entry_kind("account.logout", label=_("Signed out"))
ledger.entry_kind("account.password", label=_("Changed the password"))


class TooMany(Exception):
    """Too many wrong passwords; `minutes` until it may be tried again."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


def note(kind: str, person: Person, actor: Actor, **data: Any) -> None:
    """An entry in the account's own chain. It is written as the system, since nobody is signed in before or after."""
    with scoped(SYSTEM):
        ledger.record(kind, actor=actor, subject=f"account:{person.pk}", area=person.home_id or "", data=data)


def _keys(request: HttpRequest, username: str) -> tuple[str, str]:
    address = request.META.get("REMOTE_ADDR", "")
    return blind_index(username.casefold(), "sign-in account"), blind_index(address, "sign-in address")


def _check(account: str, address: str, now: dt.datetime) -> None:
    since = now - dt.timedelta(minutes=MINUTES)
    rows = SignInFailure.objects.filter(who__in=[account, address], minute__gt=since)
    counts = dict(rows.values_list("who").annotate(n=Sum("times")))
    if counts.get(account, 0) >= PER_ACCOUNT or counts.get(address, 0) >= PER_ADDRESS:
        first = min(rows.values_list("minute", flat=True), default=now)
        left = first + dt.timedelta(minutes=MINUTES) - now
        raise TooMany(max(1, int(left.total_seconds() // 60) + 1))


def _count(who: str, now: dt.datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    row, made = SignInFailure.objects.get_or_create(who=who, minute=minute)
    if not made:
        SignInFailure.objects.filter(pk=row.pk).update(times=F("times") + 1)


def try_password(request: HttpRequest, username: str, password: str) -> Person | None:
    """The person, if name and password are right. Raises TooMany before the password is even looked at."""
    now = timezone.now()
    account, address = _keys(request, username)
    _check(account, address, now)
    person = authenticate(request, username=username, password=password)
    if isinstance(person, Person):
        SignInFailure.objects.filter(who=account).delete()
        note("account.login", person, actor_of(person))
        return person
    for who in (account, address):
        _count(who, now)
    SignInFailure.objects.filter(minute__lt=now - dt.timedelta(days=1)).delete()
    known = Person.objects.filter(username=username).first()
    if known is not None:
        note("account.login_failed", known, PUBLIC)
    return None
