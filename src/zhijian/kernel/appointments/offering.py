"""Offering slots: one for each working day of a stretch; days off, leave and what overlaps are left out, with why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor, actor_of
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.appointments.declared import KIND_IN_WORDS, bookables
from zhijian.kernel.appointments.models import Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger

LONGEST = 92  # days offered at once
MOST = 600  # slots offered at once
OFFERED = ledger.entry_kind(
    "slots.offered",
    label=gettext_lazy("Slots offered: {kind}, {count} between {first} and {last}"),
    says=KIND_IN_WORDS,
)


@dataclass(frozen=True)
class Plan:
    """What is offered: of one kind, each of the weekdays (1 is Monday) from the first day to the last.

    `minutes`: the length of each slot between begin and end; 0 for one slot.
    """

    kind: str
    area: str
    first: dt.date
    last: dt.date
    begins: dt.time
    ends: dt.time
    capacity: int
    place: str = ""
    officer: Person | None = None
    weekdays: frozenset[int] = frozenset(range(1, 8))
    minutes: int = 0

    def check(self) -> None:
        """Raises ValidationError for what can't be offered."""
        kind = bookables().get(self.kind)
        if kind is None:
            raise ValidationError({"kind": _("Please choose one of those offered.")})
        if self.ends <= self.begins:
            raise ValidationError({"ends": _("It must end after it begins.")})
        if not self.first <= self.last or self.last < calendar.today():
            raise ValidationError({"last": _("The last day must not lie before the first, nor be over.")})
        if (self.last - self.first).days >= LONGEST:
            raise ValidationError({"last": _("At most %(n)s days at once.") % {"n": LONGEST}})
        if not kind.visits and not self.place.strip():
            raise ValidationError({"place": _("Say where it is.")})
        if len(self.times()) * ((self.last - self.first).days + 1) > MOST:
            raise ValidationError({"minutes": _("At most %(n)s slots at once.") % {"n": MOST}})

    def times(self) -> list[tuple[dt.time, dt.time]]:
        """Begin and end of the slots of a day; what is left at the end is too short for one."""
        if not self.minutes:
            return [(self.begins, self.ends)]
        first, last = (one.hour * 60 + one.minute for one in (self.begins, self.ends))
        starts = range(first, last - self.minutes + 1, self.minutes)
        return [(_time(start), _time(start + self.minutes)) for start in starts]


def _time(minute: int) -> dt.time:
    return dt.time(minute // 60, minute % 60)


@dataclass
class Offered:
    """What came of it: the slots, and the days that were left out with the reason."""

    slots: list[Slot] = field(default_factory=list)
    left_out: list[tuple[dt.date, str]] = field(default_factory=list)


def moment_of(day: dt.date, at: dt.time) -> dt.datetime:
    """A time of a legal day, by the place's clocks."""
    return dt.datetime.combine(day, at, tzinfo=calendar.zone())


def leave_on(person_id: int | None, day: dt.date) -> Leave | None:
    """The leave of a person on a day."""
    if person_id is None:
        return None
    return Leave.objects.between(day, day).filter(person_id=person_id).first()


def day_off(day: dt.date) -> str:
    """Why nobody is at work on a day; empty for a working day."""
    if calendar.is_working_day(day):
        return ""
    return calendar.current().holiday(day) or _("no working day")


def _overlap(plan: Plan, begins: dt.datetime, ends: dt.datetime, day: dt.date) -> bool:
    """Whether the same officer (or, of an office's own time, the same kind) is offered at that time already."""
    rows = Slot.objects.filter(area=plan.area, day=day, withdrawn_at=None, begins__lt=ends, ends__gt=begins)
    rows = rows.filter(officer=plan.officer) if plan.officer else rows.filter(officer=None, kind=plan.kind)
    return rows.exists()


def offer(plan: Plan, actor: Actor) -> Offered:
    """Offer the slots of a plan. Raises ValidationError; days that do not fit are only left out."""
    plan.check()
    made, now = Offered(), when.now()
    days = [plan.first + dt.timedelta(days=n) for n in range((plan.last - plan.first).days + 1)]
    for day, times in ((one, times) for one in days if one.isoweekday() in plan.weekdays for times in plan.times()):
        begins, ends = (moment_of(day, at) for at in times)
        if why := _why_not(plan, day, begins, ends, now):
            if (day, why) not in made.left_out:
                made.left_out.append((day, why))
            continue
        made.slots.append(
            Slot(
                area=plan.area, kind=plan.kind, officer=plan.officer, place=plan.place.strip(), day=day, begins=begins,
                ends=ends, capacity=plan.capacity, made_at=now,
            )
        )  # fmt: skip
    Slot.objects.bulk_create(made.slots)
    if made.slots:
        told = {"kind": plan.kind, "count": len(made.slots), "capacity": plan.capacity, "place": plan.place}
        told |= {"first": made.slots[0].day.isoformat(), "last": made.slots[-1].day.isoformat()}
        told |= {"officer": plan.officer.pk} if plan.officer else {}
        ledger.record(OFFERED.code, actor=actor, subject=f"slots:{plan.area}", area=plan.area, data=told)
    return made


def _why_not(plan: Plan, day: dt.date, begins: dt.datetime, ends: dt.datetime, now: dt.datetime) -> str:
    if begins <= now:
        return _("it has begun or is over")
    if off := day_off(day):
        return off
    if plan.officer is not None and leave_on(plan.officer.pk, day):
        return _("%(name)s is on leave") % {"name": plan.officer.name}
    if plan.officer is not None and not actor_of(plan.officer, day).can_read(plan.area):
        return _("%(name)s holds no post there any more") % {"name": plan.officer.name}
    return _("another slot is at that time") if _overlap(plan, begins, ends, day) else ""
