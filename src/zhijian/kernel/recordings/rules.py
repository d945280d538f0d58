"""The rules of films: how long they are kept, and how far beside a visit's own times one still belongs to it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import rule
from zhijian.kernel.clock.arithmetic import add_months

KEEP = rule("recordings.keep_months", _("How many months films of enforcement are kept at least"))
MARGIN = rule("recordings.margin_minutes", _("How many minutes before and after a visit a film still belongs to it"))


def margin(day: dt.date) -> dt.timedelta:
    """How far beside the visit's own times."""
    return dt.timedelta(minutes=int(MARGIN.value(day, 10)))


def kept_until(day: dt.date) -> dt.date | None:
    """Until when a film of that day is kept at least; None where the place has no rule."""
    months = KEEP.value(day, 0)
    if not months:
        return None
    return add_months(day, int(months))
