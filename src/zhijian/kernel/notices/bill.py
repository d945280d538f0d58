"""What text messages cost: kept by office and month with each one that goes out, warned of at the bureau's own line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.notices import rules
from zhijian.kernel.notices.models import SmsMonth
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.wording import LIMITS, notice_template
from zhijian.kernel.packs import stack

WARNINGS = (80, 100)  # per cent of the line
notice_template(
    "notices.cap",
    title=_("Text messages of {month}: {percent} % of the monthly line is used"),
    text=_("{cost} of {cap}. Nothing is held back; the page “Cost of text messages” shows which offices cause it."),
    kind=LIMITS,
)


def price(at: dt.datetime) -> Decimal | None:
    """What one billed message costs on that day; None where nobody said."""
    value = rules.SMS_PRICE.value(calendar.legal_day(at))
    return None if value is None else Decimal(str(value))


def cap(month: dt.date) -> Decimal | None:
    """The monthly cost of which the administrator is warned; None where there is no such line."""
    value = rules.SMS_CAP.value(month)
    return None if value is None else Decimal(str(value))


def month_of(at: dt.datetime) -> dt.date:
    """The first day of the month in which it went out, in the place's time."""
    return calendar.legal_day(at).replace(day=1)


def add(area: str, at: dt.datetime, parts: int, each: Decimal | None) -> None:
    """Count a message that went out, in the running transaction; warn when the line is crossed by it."""
    month, cost = month_of(at), (each or Decimal(0)) * parts
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notices_smsmonth AS known (area, month, messages, parts, cost) VALUES (%s, %s, 1, %s, %s)"
            " ON CONFLICT (month, area) DO UPDATE SET messages = known.messages + 1,"
            " parts = known.parts + excluded.parts, cost = known.cost + excluded.cost",
            [area, month, parts, cost],
        )
    if cost and (line := cap(month)):
        _warn(month, cost, line)


def total(month: dt.date) -> Decimal:
    """What all offices of the viewer's scope caused in a month."""
    return SmsMonth.objects.filter(month=month).aggregate(all=Sum("cost"))["all"] or Decimal(0)


def _warn(month: dt.date, cost: Decimal, line: Decimal) -> None:
    from zhijian.kernel.notices.telling import tell

    now = total(month)
    for percent in WARNINGS:
        mark = line * percent / 100
        if now - cost < mark <= now:
            told = {"month": f"{month:%Y-%m}", "percent": percent, "cost": f"{now:.2f}", "cap": f"{line:.2f}"}
            for person in holders(Role.ADMIN, str(stack().setting("city", ""))):
                tell(
                    person, matter=None, template="notices.cap", data=told, actor=SYSTEM,
                    dedupe=f"sms_cap:{month:%Y-%m}:{percent}",
                )  # fmt: skip
