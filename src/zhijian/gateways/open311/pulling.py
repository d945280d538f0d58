"""What an endpoint lists of requests and updates: read by windows of time, kept by number, the cursor moved last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from zhijian.gateways.open311 import inbox, reading, wire
from zhijian.gateways.open311.models import Peer, Request, Update
from zhijian.gateways.open311.reading import Bad
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped

if TYPE_CHECKING:
    from zhijian.gateways.open311.client import Endpoint

OVERLAP = dt.timedelta(hours=1)  # a row may come into view later than its own moment says
SWEEP, DAYS = dt.timedelta(days=1), dt.timedelta(days=7)  # once a day, as far back as that
WINDOW = dt.timedelta(days=1)
SHORTEST = dt.timedelta(minutes=1)
SIZE, CAP = 200, 1000  # rows of a page; as many as an endpoint lists at all, where it knows no pages


def pull(peer: Peer, endpoint: Endpoint, now: dt.datetime) -> int:
    """Look at all that came since the last time. Returns how many requests were new. Raises Refused, Unreachable."""
    sweeps = peer.swept is None or now - peer.swept > SWEEP
    start, window, new = peer.pulled - (DAYS if sweeps else OVERLAP), WINDOW, 0
    while start < now:
        end = min(start + window, now)
        asked = {"start_date": _iso(start), "end_date": _iso(end)}
        try:
            for rows in _pages(endpoint, "requests", asked):
                new += _keep(peer.platform, rows)
        except _TooMany:
            if window <= SHORTEST:
                raise
            window = window / 2
            continue
        _pull_updates(peer.platform, endpoint, asked)
        _seen(peer, end)
        start = end
    if sweeps:
        Peer.objects.filter(pk=peer.pk).update(swept=now)
    return new


def _iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _TooMany(Exception):
    """It knows no pages, and lists no more than a window has."""


def _pages(endpoint: Endpoint, path: str, asked: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    first: dict[str, Any] | None = None
    page = 1
    while True:
        rows = endpoint.ask("GET", path, {**asked, "page": str(page), "page_size": str(SIZE)})
        if first is not None and rows and rows[0] == first:  # the same page again: it knows none
            return
        yield rows
        if len(rows) > SIZE and len(rows) >= CAP:
            raise _TooMany
        if len(rows) != SIZE:
            return
        first = rows[0]
        page += 1


def _seen(peer: Peer, until: dt.datetime) -> None:
    with scoped(SYSTEM):
        Peer.objects.filter(pk=peer.pk, pulled__lt=until).update(pulled=until)


def _keep(platform: str, rows: list[dict[str, Any]]) -> int:
    """Keep a page, all of it or nothing."""
    new = 0
    with scoped(SYSTEM):
        for row in rows:
            told = reading.pulled(row)
            if told.number:  # what has only a token yet has no number, and comes again with it
                new += inbox.pulled(platform, told)
    return new


def _pull_updates(platform: str, endpoint: Endpoint, asked: dict[str, str]) -> None:
    """What they say of requests; an endpoint that knows no updates says nothing."""
    from zhijian.gateways.open311.client import Refused

    try:
        for rows in _pages(endpoint, "servicerequestupdates", asked):
            with scoped(SYSTEM):
                for row in rows:
                    _keep_update(platform, row)
    except Refused:
        return


def _keep_update(platform: str, row: dict[str, Any]) -> None:
    number, code = wire.text(row, "service_request_id")[:80], wire.text(row, "update_id")[:80]
    one = Request.objects.filter(platform=platform, number=number).first()
    if one is None or not code:
        return
    status, text = wire.text(row, "status").lower()[:20], wire.text(row, "description")[: reading.LONGEST]
    text = text.replace("\0", "")
    if any(text == str(said.text) for said in one.updates.filter(ours=True)):  # type: ignore[attr-defined]
        return  # our own word, as they have it
    try:
        at = reading.moment(wire.text(row, "updated_datetime"), "updated_datetime")
    except Bad:
        at = timezone.now()
    about = {"request": one, "status": status, "text": text, "at": min(at, timezone.now())}
    Update.objects.get_or_create(platform=platform, ours=False, code=code, defaults=about)
    inbox.wake()
