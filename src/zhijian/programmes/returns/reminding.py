"""Before a pledge runs out its shop is told once: it can give a later day, or let it end."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.packs import stack
from zhijian.programmes.returns import rules
from zhijian.programmes.returns.models import ReturnPledge

NEAR = notice_template(
    "returns.near",
    title=_("Your return pledge runs out on {day}"),
    text=_("{title}: the pledge of no-reason return holds until {day}. Give it a later day, or let it end: then take"
           " the sign down."),
    sms=_("{organ}: {title}: your return pledge runs out on {day}. Give a later day, or let it end: {link}"),
)  # fmt: skip


def remind(today: dt.date | None = None) -> int:
    """Tell each shop whose pledge ends within the days of the rule and that was not told of this day yet. How many."""
    today = today or calendar.today()
    days = rules.number(rules.REMIND, today)
    if days is None:
        return 0
    told = 0
    with scoped(SYSTEM):
        near = ReturnPledge.objects.filter(live=True, valid_until__range=(today, today + dt.timedelta(days=days)))
        for record in near.select_related("matter__entity").order_by("pk").iterator(500):
            if record.reminded == record.valid_until or record.matter.entity is None:
                continue
            matter, day = record.matter, f"{record.valid_until}"
            data = {"organ": stack().organ(matter.area).name, "title": matter.title, "day": day}
            tell(matter.entity, matter=matter, template=NEAR.code, data=data, actor=SYSTEM,
                 dedupe=f"returns:{record.pk}:{day}")  # fmt: skip
            ReturnPledge.objects.filter(pk=record.pk).update(reminded=record.valid_until)
            told += 1
    return told
