"""Words that many pages share: how a due day is said, a place's name, a moment in time."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.arithmetic import minutes_over
from zhijian.kernel.clock.clocks import DueState, state_of
from zhijian.kernel.packs import stack

MINUTES = 120  # up to so many a clock of hours or minutes tells them


@dataclass(frozen=True)
class Due:
    """A due day as it is shown: its tone (late, soon, far, suspended, kept, broken), words and day."""

    tone: str
    words: str
    day: dt.date | None = None
    provisional: bool = False
    at: dt.datetime | None = None  # the moment, which `words` name then


def due_words(state: DueState) -> Due:
    """How a clock's standing is said. Days are working days unless it is overdue, then calendar days."""
    if state.due is None:
        return Due(state.state, _("resting") if state.state == "suspended" else "")
    return Due(state.state, _standing(state, state.due, state.day or calendar.today()), state.due, state.provisional)


def _standing(state: DueState, due: dt.date, day: dt.date) -> str:
    late = max((day - due).days, 0)
    if state.state == "kept":
        return _("kept")
    if state.state == "broken":
        words = ngettext("ended %(n)s day late", "ended %(n)s days late", late)
        return words % {"n": late} if late else _("ended late")
    if state.state == "late":
        return ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late} if late else _("overdue")
    if due == day:
        return _("due today")
    left = state.left or 0
    return ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}


def due_of(day: dt.date | None, at: dt.datetime | None = None) -> Due | None:
    """How a matter's nearest day stands today; where it ends at a moment (`at`), how long until then."""
    if day is None:
        return None
    due = due_words(state_of(day, calendar.today(), at, timezone.now()))
    return replace(due, words=until(at), at=at) if at is not None else due


def until(at: dt.datetime) -> str:
    """A clock of hours or minutes ends at a time of day, not with the day: near it, it counts minutes."""
    left = math.floor((at - timezone.now()).total_seconds() / 60)
    told = {"n": abs(left), "time": f"{calendar.local(at):%H:%M}"}
    if abs(left) > MINUTES:
        told["time"] = f"{calendar.local(at):%Y-%m-%d %H:%M}"
        return (_("overdue since %(time)s") if left < 0 else _("until %(time)s")) % told
    if left < 0:
        return ngettext("%(n)s minute late, due at %(time)s", "%(n)s minutes late, due at %(time)s", -left) % told
    return ngettext("%(n)s minute left, until %(time)s", "%(n)s minutes left, until %(time)s", left) % told


def ended_late(due_at: dt.datetime, stopped: dt.datetime) -> str:
    """By how many minutes too late a clock stopped that ended at a moment."""
    late = minutes_over(due_at, stopped)
    return ngettext("ended %(n)s minute late", "ended %(n)s minutes late", late) % {"n": late}


def area_name(code: str) -> str:
    """The short name of the place whose code it is, or of the nearest place above it; the code where none is known."""
    areas = stack().areas
    for end in range(len(code), 0, -1):
        if code[:end] in areas:
            return areas[code[:end]].short or areas[code[:end]].name
    return code


def area_path(code: str) -> list[str]:
    """Names from the district down to the place (the city itself is left out when there is more)."""
    areas = stack().areas
    chain = []
    while code and code in areas:
        chain.append(areas[code].short or areas[code].name)
        code = areas[code].parent
    return chain[-2::-1] if len(chain) > 1 else chain


def moment(at: dt.datetime, now: dt.datetime | None = None) -> str:
    """A moment: relative within a day, dated after."""
    now = now or timezone.now()
    gone = now - at
    local = calendar.local(at)
    if dt.timedelta(0) <= gone < dt.timedelta(minutes=1):
        return _("just now")
    if dt.timedelta(0) <= gone < dt.timedelta(hours=1):
        minutes = int(gone.total_seconds() // 60)
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    today = calendar.legal_day(now)
    if local.date() == today:
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == today - dt.timedelta(days=1):
        return _("yesterday %(time)s") % {"time": f"{local:%H:%M}"}
    if local.year == today.year:
        return f"{local:%m-%d %H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"
