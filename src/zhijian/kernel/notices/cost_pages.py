"""The administrator's page of what text messages cost: by office and month, down to each message, and as Excel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.notices import bill, rules, wording
from zhijian.kernel.notices.models import Notice, SmsMonth

READERS = (Role.ADMIN, Role.AUDITOR)
PAGE = 50


@dataclass(frozen=True)
class Line:
    """What one office caused in the month."""

    area: str
    name: str
    messages: int
    parts: int
    cost: Decimal


def _month(given: QueryDict) -> dt.date:
    """The month that the address names; the running one for nonsense."""
    try:
        return dt.date.fromisoformat(given.get("month", "") + "-01")
    except ValueError:
        return calendar.today().replace(day=1)


def _moments(month: dt.date) -> tuple[dt.datetime, dt.datetime]:
    following = (month + dt.timedelta(days=32)).replace(day=1)
    return calendar.start_of(month), calendar.start_of(following)


def lines(month: dt.date) -> list[Line]:
    """The offices of the viewer's scope, the dearest first."""
    rows = SmsMonth.objects.filter(month=month).order_by("-cost", "-parts", "area")
    return [Line(row.area, said.area_name(row.area) or "–", row.messages, row.parts, row.cost) for row in rows]


def messages_of(area: str, month: dt.date) -> QuerySet[Notice]:
    """What an office caused, message by message."""
    begins, ends = _moments(month)
    return Notice.objects.filter(billed=area, sent_at__gte=begins, sent_at__lt=ends).select_related("entity", "matter")


@require_safe
@gate.roles(*READERS)
def cost(request: HttpRequest) -> HttpResponse:
    """The month by office."""
    month = _month(request.GET)
    found = lines(month)
    total = sum((line.cost for line in found), Decimal(0))
    cap, price = bill.cap(month), rules.SMS_PRICE.maybe(calendar.today())
    context: dict[str, Any] = {
        "month": month, "lines": found, "total": total, "cap": cap, "price": price,
        "messages_sent": sum(line.messages for line in found), "parts": sum(line.parts for line in found),
        "percent": int(total * 100 / cap) if cap else None,
    }  # fmt: skip
    return render(request, "notices/cost.html", context)


@require_safe
@gate.roles(*READERS)
def cost_office(request: HttpRequest, area: str) -> HttpResponse:
    """The messages of one office in the month, page by key."""
    month = _month(request.GET)
    if not gate.actor_in(request).can_read(area):
        raise Http404
    rows, after = messages_of(area, month).order_by("-sent_at", "-id"), request.GET.get("after", "")
    at, _dot, pk = after.partition(".")
    if at.isdecimal() and pk.isdecimal():
        edge = dt.datetime.fromtimestamp(int(at) / 1_000_000, dt.UTC)
        rows = rows.filter(sent_at__lte=edge).exclude(sent_at=edge, pk__gte=int(pk))
    found = list(rows[: PAGE + 1])
    more = ""
    if len(found) > PAGE and (last := found[PAGE - 1]).sent_at is not None:
        more = f"{round(last.sent_at.timestamp() * 1_000_000)}.{last.pk}"
    shown = [(one, wording.render(one.template, one.data).title) for one in found[:PAGE]]
    context = {"month": month, "rows": shown, "more": more, "area": area, "office": said.area_name(area)}
    return render(request, "notices/cost_office.html", context)


HEADS = (
    gettext_lazy("Sent"), gettext_lazy("Which office"), gettext_lazy("Message"), gettext_lazy("Enterprise"),
    gettext_lazy("Billed as"), gettext_lazy("Cost"), gettext_lazy("Arrival"),
)  # fmt: skip


def _rows(actor: Actor, given: QueryDict) -> Iterator[Notice]:
    """Every message of the month, office by office as the page has them; of one office where the address names it."""
    month = _month(given)
    for line in lines(month):
        if actor.can_read(line.area) and given.get("area", line.area) == line.area:
            yield from messages_of(line.area, month).order_by("sent_at", "id").iterator(excel.BLOCK)


def _cells(block: list[Notice], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [
            one.sent_at, said.area_name(one.billed) or "–", wording.render(one.template, one.data).title,
            one.entity.name if one.entity else "", one.parts, one.cost, one.standing,
        ]  # fmt: skip


excel.sheet(
    "notices_cost", gettext_lazy("Cost of text messages"), READERS, HEADS, _rows, _cells,
    told=lambda _actor, given: [(_("Month"), f"{_month(given):%Y-%m}")], widths=(18, 20, 40, 36, 12, 12, 18),
)  # fmt: skip
