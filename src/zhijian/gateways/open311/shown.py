"""What a platform is shown of its own requests: how each stands, and the approved answer. Nothing that others told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.gateways.open311 import inbox, reading, services, updates
from zhijian.gateways.open311.models import Request, Update
from zhijian.gateways.open311.reading import Bad
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange import acts, entries
from zhijian.kernel.exchange.declared import owed
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.exchange.owing import digests
from zhijian.kernel.exchange.tables import platforms, table_of
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints.exchange import ANSWER

SPAN = dt.timedelta(days=90)
MOST, IDS = 1000, 1000


def visible(platform: str) -> QuerySet[Request]:
    """The requests of a platform that became an order."""
    rows = Request.objects.filter(platform=platform).exclude(matter=None)
    return rows.select_related("matter__item", "matter__entity", "matter__assignee").prefetch_related("media")


def listed(platform: str, asked: QueryDict) -> list[Request]:
    """What a list asks for, the newest first; at most 1,000. Raises Bad."""
    rows = visible(platform)
    if ids := reading.said(asked, "service_request_id", 40_000):
        numbers = [one.strip() for one in ids.split(",") if one.strip()]
        if len(numbers) > IDS:
            raise Bad(400, _("At most %(n)s numbers at once.") % {"n": IDS})
        return list(rows.filter(number__in=numbers).order_by("-received", "-pk")[:MOST])
    rows, column = _period(rows, asked)
    codes = [one for one in reading.said(asked, "service_code").split(",") if one]
    wanted = {one.strip() for one in reading.said(asked, "status").lower().split(",") if one.strip()}
    if not wanted <= {"open", "closed"}:
        raise Bad(400, _("status is open or closed."))
    if codes:
        rows = rows.filter(service__in=codes)
    if len(wanted) == 1:
        rows = rows.filter(matter__closed__isnull=wanted == {"open"})
    start, end = paging(asked)
    return list(rows.order_by(f"-{column}", "-pk")[start:end])


def _period(rows: QuerySet[Request], asked: QueryDict) -> tuple[QuerySet[Request], str]:
    """By when it came (90 days where nothing is said), or by when it changed; and the column of the order."""
    bounds = {name: moment(asked, name) for name in ("start_date", "end_date", "updated_after", "updated_before")}
    if bounds["updated_after"] or bounds["updated_before"]:
        where = Q()
        if after := bounds["updated_after"]:
            where &= Q(changed__gte=after)
        if before := bounds["updated_before"]:
            where &= Q(changed__lt=before)
        rows = rows.filter(where)
        column = "changed"
    else:
        column = "received"
    start, end = bounds["start_date"], bounds["end_date"]
    if column == "received" and (start is None or end is None):  # as the specification has it: 90 days
        end = end or (start + SPAN if start else timezone.now() + SPAN)
        start = start or min(end, timezone.now()) - SPAN
    if start is not None:
        rows = rows.filter(received__gte=start)
    if end is not None:
        rows = rows.filter(received__lte=end)
    return rows, column


def moment(asked: QueryDict, name: str) -> dt.datetime | None:
    """A moment that was asked for. Raises Bad."""
    text = reading.said(asked, name)
    return reading.moment(text, name) if text else None


def paging(asked: QueryDict) -> tuple[int, int]:
    """From which row to which. Raises Bad."""
    told = [reading.said(asked, "page") or "1", reading.said(asked, "page_size") or str(MOST)]
    if not all(one.isascii() and one.isdigit() and 0 < int(one) <= 1_000_000 for one in told):
        raise Bad(400, _("page and page_size are whole numbers from 1 on."))
    page, size = int(told[0]), min(int(told[1]), MOST)
    return (page - 1) * size, page * size


def shown(one: Request) -> dict[str, Any]:
    """A request as the specification has it. The words are those that this platform gave itself."""
    matter, service = one.matter, services.find(one.service)
    assert matter is not None
    values = inbox.values_of(one)
    closed = matter.closed is not None
    return {
        "service_request_id": one.number,
        "status": "closed" if closed else "open",
        "status_notes": updates.answer(matter),
        "service_name": service.name if service else values.get("category", ""),
        "service_code": one.service,
        "description": values.get("text", ""),
        "agency_responsible": stack().organ(matter.area).name,
        "service_notice": "",
        "requested_datetime": calendar.local(one.received).isoformat(timespec="seconds"),
        "updated_datetime": calendar.local(one.changed).isoformat(timespec="seconds"),
        "expected_datetime": "" if closed or matter.due is None else _end_of(matter.due),
        "address": values.get("address", ""),
        "address_id": "",
        "zipcode": "",
        "lat": None if one.lat is None else float(one.lat),
        "long": None if one.lon is None else float(one.lon),
        "media_url": next((row.url for row in one.media.all() if row.url), ""),  # type: ignore[attr-defined]
    }


def _end_of(due: dt.date | dt.datetime) -> str:
    if isinstance(due, dt.datetime):
        return calendar.local(due).isoformat(timespec="seconds")
    return calendar.start_of(due + dt.timedelta(days=1)).isoformat(timespec="seconds")


def told(platform: str, rows: Iterable[Request | Update]) -> None:
    """The platform has fetched these: answers that were to be reported to it have gone over. In a system scope."""
    tables = _answers(platform)
    matters = {one.matter_id if isinstance(one, Request) else one.request.matter_id for one in rows}
    if not tables or not matters:
        return
    rows_of = Owed.objects.filter(platform=platform, table__in=tables, matter__in=matters)
    waiting = rows_of.filter(state=State.TO_REPORT, matter__closed__isnull=False)
    for row in waiting.select_for_update(of=("self",)).select_related("matter")[:MOST]:
        gone_over(row, str(State.EXPORTED))


def _answers(platform: str) -> list[str]:
    known = platforms()[platform].tables.values()
    return [one.code for one in known if one.owing and one.record == ANSWER.record and one.record in owed()]


def gone_over(row: Owed, state: str, number: str = "") -> None:
    """A record went over by this door: how it reads there now is kept, as of an export."""
    table = table_of(row.platform, row.table)
    cells, _bad = acts.told_now(row, table)
    whole, marks = digests(table, cells)
    at = timezone.now()
    about = {"told": True, "digest": whole, "sent": marks, "why": "", "batch": None}
    acts.put(row, str(state), at, **about, number=number[:80] or row.number)
    acts.note(entries.EXPORTED, row, SYSTEM, at, round=row.round)
    acts.keep_number(row)
