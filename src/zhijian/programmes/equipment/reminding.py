"""Reminders before the day: 60 and 30 days before, each user once for all the pieces that come near together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import LIMITS, notice_template
from zhijian.kernel.packs import stack
from zhijian.programmes.equipment import rules
from zhijian.programmes.equipment.models import Equipment

COUNTED = 1000  # of an office's overdue pieces
NEAR = notice_template(
    "equipment.near",
    title=_("Special equipment is due: {n}"),
    text=_(
        "{title}: {n} pieces of special equipment must be inspected, the first by {day}. Ask the inspection body for a "
        "date a month before, and stop whatever has not been inspected by its day."
    ),
    sms=_("{organ}: {title}: {n} pieces of special equipment must be inspected, the first by {day}: {link}"),
    kind=LIMITS,
)
OVERDUE = notice_template(
    "equipment.overdue",
    title=_("Special equipment past its inspection: {n}"),
    text=_("{office}: {n} pieces run past their day, the oldest since {day}. The list: /l/equipment/?overdue=1"),
    kind=LIMITS,
)


def remind(today: dt.date | None = None) -> int:
    """Tell each user whose pieces have come within the next threshold. Returns how many users were told."""
    today = today or calendar.today()
    told = 0
    with scoped(SYSTEM):
        for days in sorted(rules.reminders(today)):  # the nearest first: one message says it
            told += _within(days, today)
    return told


def _within(days: int, today: dt.date) -> int:
    """Those who come within so many days and were not told so yet."""
    near = Equipment.objects.filter(next_on__gte=today, next_on__lte=today + dt.timedelta(days=days))
    near = near.exclude(reminded__range=(1, days)).filter(matter__state="in_use").exclude(matter__entity=None)
    rows = near.select_related("matter__entity").order_by("next_on", "pk")
    by_user: dict[int, list[Equipment]] = defaultdict(list)
    for record in rows.iterator(1000):
        by_user[record.matter.entity_id or 0].append(record)
    for pieces in by_user.values():
        first = pieces[0]
        _tell_user(first, len(pieces), days)
        Equipment.objects.filter(pk__in=[one.pk for one in pieces]).update(reminded=days)
    return len(by_user)


def _tell_user(first: Equipment, n: int, days: int) -> None:
    matter = first.matter
    data = {"organ": stack().organ(matter.area).name, "title": matter.title, "n": n, "day": f"{first.next_on}"}
    assert matter.entity is not None
    tell(
        matter.entity, matter=matter, template=NEAR.code, data=data, actor=SYSTEM,
        dedupe=f"equipment:{first.pk}:{first.next_on}:{days}",
    )  # fmt: skip


def morning(today: dt.date | None = None) -> int:
    """Tell the head of each office how many pieces run past their day, once a day. Returns how many heads."""
    today = today or calendar.today()
    told = 0
    with scoped(SYSTEM):
        for office in Jurisdiction.objects.filter(level="office").order_by("code"):
            late = Matter.objects.filter(kind="equipment", state="in_use", area=office.code, closed=None, due__lt=today)
            days = list(late.order_by("due").values_list("due", flat=True)[:COUNTED])
            if not days:
                continue
            n = f"{COUNTED}+" if len(days) == COUNTED else str(len(days))
            data = {"office": office.short, "n": n, "day": f"{days[0]}"}
            for head in holders(Role.HEAD, office.code):
                told += bool(
                    tell(
                        head, matter=None, template=OVERDUE.code, data=data, actor=SYSTEM,
                        dedupe=f"equipment.overdue:{office.code}:{today}",
                    )
                )  # fmt: skip
    return told
