"""The stack in force: shipped packs (read once) and the bureau's own rows on top (read again when they change)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import request_started
from django.db import connection, transaction
from django.db.models.signals import post_save
from django.utils import translation

from .loader import Stack
from .rows import LOCAL, Limit, RuleRow, Timeline

FRESH = 30.0  # seconds that a process trusts what it read outside of requests; every request asks anew


@cache
def _read(name: str) -> Stack:
    return Stack.read(name)


def stack() -> Stack:
    """The stack of the PACK setting. Shipped files don't change while a process lives."""
    return _read(settings.PACK)


@dataclass(frozen=True)
class Own:
    """What the bureau added, as one immutable snapshot; `version` is the highest id of each table."""

    version: tuple[int, ...]
    rules: dict[str, tuple[RuleRow, ...]]
    signed: dict[tuple[str, str], str]  # (key, digest) -> "who, day"
    years: tuple[dict[str, Any], ...]
    timelines: dict[str, Timeline]


class _Seen(threading.local):
    own: Own | None = None
    place = ("", "")  # pack and database that `own` was read for
    checked = 0.0
    stale = True
    pending: Any = None


_seen = _Seen()


def in_its_language() -> translation.override:
    """What is kept for good, or goes out, is said in the place's language, on whoever's screen it began."""
    return translation.override(stack().language)


def own() -> Own:
    """The bureau's rows. Asks the database for their version once a request, and at least every FRESH seconds.

    A change made by this thread shows at once, also before its transaction ends; one that was rolled back is forgotten.
    """
    if _seen.pending is not None and not any(entry[1] is _seen.pending for entry in connection.run_on_commit):
        _seen.pending, _seen.stale = None, True  # the transaction that made the change is over, by commit or rollback
    place = (settings.PACK, connection.settings_dict["NAME"])
    if place != _seen.place:
        _seen.own, _seen.place = None, place
    if _seen.own is None or _seen.stale or time.monotonic() - _seen.checked > FRESH:
        version = _version()
        if _seen.own is None or _seen.own.version != version:
            _seen.own = _load(version)
        _seen.checked, _seen.stale = time.monotonic(), False
    return _seen.own


def _version() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM packs_localrule),"
            " (SELECT coalesce(max(id), 0) FROM packs_rulesignoff),"
            " (SELECT coalesce(max(id), 0) FROM packs_calendaryear)"
        )
        return tuple(cursor.fetchone())


def _load(version: tuple[int, ...]) -> Own:
    from .models import CalendarYear, LocalRule, RuleSignoff

    rules: dict[str, list[RuleRow]] = {}
    for row in LocalRule.objects.order_by("since", "id") if version[0] else ():
        rules.setdefault(row.rule, []).append(local_row(row))
    signed = {
        (s.key, s.digest): f"{s.by_name}, {s.made_at.date().isoformat()}"
        for s in (RuleSignoff.objects.order_by("id") if version[1] else ())
    }
    years = {
        y.year: {"year": y.year, "number": y.number, "off": y.off, "work": y.work, "statutory": y.statutory}
        for y in (CalendarYear.objects.order_by("id") if version[2] else ())
    }
    return Own(version, {k: tuple(v) for k, v in rules.items()}, signed, tuple(years.values()), {})


def local_row(row: Any) -> RuleRow:
    """A LocalRule as a rule row; what it does not state (unit, key, whose, …) comes from the row shipped then."""
    timeline = stack().timelines.get(row.rule)
    shipped = timeline.shipped(row.since) if timeline else None
    base = shipped or RuleRow(name=row.rule, pack=LOCAL, since=row.since)
    return replace(
        base,
        pack=LOCAL,
        since=row.since,
        until=row.until,
        limit=Limit.parse(row.limit) if row.limit else None,
        value=row.value,
        basis=row.basis,
        article=row.article,
        source="",
        note="",
        verified="V",  # the bureau answers for its own value itself
        absent=False,
        reason=row.reason,
        by=row.by_name,
        signed="",
    )


def rule_timeline(name: str) -> Timeline | None:
    """Shipped and local rows of a rule, sign-offs marked; None for a name that no pack knows."""
    mine = own()
    if name not in mine.timelines:
        shipped = stack().timelines.get(name)
        if shipped is None:
            return None
        layers = tuple(tuple(_signed(row, mine) for row in layer) for layer in shipped.layers)
        mine.timelines[name] = Timeline(name, layers, mine.rules.get(name, ()))
    return mine.timelines[name]


def rule_rows(name: str) -> list[RuleRow]:
    """Every row of a rule, shipped and local."""
    timeline = rule_timeline(name)
    return timeline.all_rows() if timeline else []


def row_key(row: RuleRow) -> str:
    """How a sign-off names a shipped row."""
    return f"{row.name}@{row.since.isoformat()}@{row.pack}"


def _signed(row: RuleRow, mine: Own) -> RuleRow:
    who = mine.signed.get((row_key(row), row.digest()))
    return replace(row, signed=who) if who else row


def forget(**_: Any) -> None:
    """Ask the database again at the next look."""
    _seen.stale = True


def _changed(**_: Any) -> None:
    def done() -> None:
        _seen.stale = True

    _seen.stale = True
    if connection.in_atomic_block:
        _seen.pending = done
        transaction.on_commit(done)


def watch() -> None:
    """Called once when the app is ready."""
    from .models import CalendarYear, LocalRule, RuleSignoff

    request_started.connect(forget, dispatch_uid="packs.forget")
    for model in (LocalRule, RuleSignoff, CalendarYear):
        post_save.connect(_changed, sender=model, dispatch_uid=f"packs.changed.{model.__name__}")
