"""Time limits that come near or ran out: whoever keeps one is told before its end, and who is above him after it.

Each clock of the bureau's own climbs the place's ladder (`clock.ladder`), rung by rung and never down: near its end
whoever has the matter is told, once it ran out his head too, and as long as nothing happens the area above and the
leaders. What rests is told to nobody; a limit that got another day begins at the foot again. What was over when it was
first looked at is told of by the highest rung alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import breaking, calendar, rule
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.receivers import holders, receivers
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import LIMITS, notice_template
from zhijian.kernel.packs import stack

LADDER = rule("clock.ladder", gettext_noop("Who is told, and when, of a time limit that comes near or ran out"))
AT_ONCE = 200  # clocks that are read, told and written together
FARTHEST = 60  # days that a rung is looked for, before or after
ONE = dt.timedelta(days=1)


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "clock": breaking.name_of(str(data["clock"]))}


def _near(data: Mapping[str, Any]) -> str:
    return str(_("{title}: “{clock}” ends on {due}.")).format_map(_named(data))


def _over(data: Mapping[str, Any]) -> str:
    said = _("{title}: “{clock}” ran out on {due}, and nothing was done yet. With: {with_whom}")
    return str(said).format_map(_named(data))


notice_template("clock.near", title=_("A time limit comes near: {number}"), text=_near, kind=LIMITS)
notice_template("clock.over", title=_("A time limit ran out: {number}"), text=_over, kind=LIMITS)


@dataclass(frozen=True)
class Rung:
    """When somebody is told and who: so many working days from the last day (negative: before it; 0: once it is over),
    for limits in hours so many hours from the last moment. `tells`: assignee, head, above, leader."""

    days: int
    hours: int
    tells: tuple[str, ...]

    def reached(self, now: dt.datetime) -> Q:
        """The clocks that stand on it, or higher."""
        return Q(due_at=None, due__lte=_last_day(calendar.legal_day(now), self.days)) | Q(
            due_at__lte=now - dt.timedelta(hours=self.hours)
        )

    def comes_too_soon(self, clock: Clock, now: dt.datetime) -> bool:
        """Whether it would be told of as it begins: a limit of a day is not near on the day that it was set."""
        if self.days >= 0:
            return False
        if clock.due_at is not None:
            return clock.due_at - clock.started <= 2 * dt.timedelta(hours=-self.hours)
        return calendar.legal_day(clock.started) == calendar.legal_day(now)


def _last_day(today: dt.date, days: int) -> dt.date:
    """The last day that a clock may end on to stand so many working days past its end today (negative: before it)."""
    day = today if days < 0 else today - ONE
    for _n in range(FARTHEST):
        if days < 0 and calendar.working_days_between(today, day + ONE) > -days:
            break
        if days >= 0 and calendar.working_days_between(day, today) >= days:
            break
        day += ONE if days < 0 else -ONE
    return day


def rungs(day: dt.date) -> list[Rung]:
    """The ladder of a day, from its foot; empty where the place has none."""
    return [Rung(int(one["days"]), int(one["hours"]), tuple(map(str, one["tells"]))) for one in LADDER.value(day, [])]


def climb(now: dt.datetime | None = None) -> int:
    """Tell what came near or ran out and was not told yet. Returns how many clocks. Runs as the system, at any time.

    Two at once share the work: each takes the clocks that the other does not hold.
    """
    now, told = now or when.now(), 0
    ladder = rungs(calendar.legal_day(now))
    with scoped(SYSTEM):
        for n, rung in reversed(list(enumerate(ladder, 1))):
            after = 0
            while pks := list(_untold(rung, n, now).filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
                after = pks[-1]
                told += _told(pks, rung, n, now)
    return told


def catch_up(now: dt.datetime) -> int:
    """Take as told what came near or ran out by then: of histories nobody wants to hear. Returns how many."""
    done = 0
    with scoped(SYSTEM):
        for n, rung in reversed(list(enumerate(rungs(calendar.legal_day(now)), 1))):
            done += _untold(rung, n, now).order_by().update(told=n)
    return done


def _untold(rung: Rung, n: int, now: dt.datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(rung.reached(now), breaking.ours(), stopped=None, told__lt=n).order_by("pk")


def _told(pks: list[int], rung: Rung, n: int, now: dt.datetime) -> int:
    """Tell of these clocks, those that somebody else holds left out. Returns of how many."""
    done = 0
    with transaction.atomic():
        rows = _untold(rung, n, now).filter(pk__in=pks).select_related("matter__assignee")
        for clock in rows.select_for_update(of=("self",), skip_locked=True):
            if rung.comes_too_soon(clock, now):
                continue
            Clock.objects.filter(pk=clock.pk).update(told=n)
            _tell(clock, rung, n)
            done += 1
    return done


def _tell(clock: Clock, rung: Rung, n: int) -> None:
    matter = clock.matter
    data = {
        "clock": clock.rule, "number": matter.number, "title": matter.title,
        "due": _said(clock), "with_whom": matter.assignee.name if matter.assignee else "–",
    }  # fmt: skip
    template = "clock.near" if rung.days < 0 else "clock.over"
    for person in _people(matter, rung.tells):
        tell(
            person, matter=matter, template=template, data=data, actor=SYSTEM,
            dedupe=f"clock:{clock.pk}:{n}:{clock.due}",
        )  # fmt: skip


def _said(clock: Clock) -> str:
    if clock.due_at is not None:
        return f"{calendar.local(clock.due_at):%Y-%m-%d %H:%M}"
    return clock.due.isoformat() if clock.due else ""


def _people(matter: Matter, tells: tuple[str, ...]) -> list[Person]:
    found = {person.pk: person for who in tells for person in _who(matter, who)}
    return list(found.values())


def _who(matter: Matter, who: str) -> Iterator[Person]:
    """Those whom a word of the ladder means. What nobody has in hand yet is with those who hand it out."""
    if who == "assignee":
        hands = [one for one in receivers(Relation.ASSIGNEE, matter) if isinstance(one, Person)]
        yield from hands or [*holders(Role.HEAD, matter.area), *holders(Role.DISPATCHER, matter.area)]
    elif who == "head":
        yield from holders(Role.HEAD, matter.area)
    elif who == "above":
        area = stack().areas.get(matter.area)
        above = area.parent if area is not None and area.parent else matter.area
        yield from [*holders(Role.HEAD, above), *holders(Role.DISPATCHER, above)]
    elif who == "leader":
        yield from holders(Role.LEADER, matter.area)
