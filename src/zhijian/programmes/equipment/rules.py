"""The rules that special equipment needs, by name and meaning; what they are here and since when stands in the pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import Unit, calendar, rule
from zhijian.kernel.clock.arithmetic import minutes_over
from zhijian.kernel.packs import Limit, rule_timeline
from zhijian.programmes.equipment import periods
from zhijian.programmes.equipment.periods import Law, LiftYears, Phases

INSPECT_BY = rule(
    "equipment.inspect_by",
    _("That equipment may not run past the day of its inspection"),
    label=_("Inspection or testing"),
    starts="registered or inspected",
    stops="inspected, out of use or scrapped",
    theirs=True,
)
BOILER = rule(periods.BOILER, _("How often a boiler is inspected from outside"))
VESSEL_FIRST = rule(periods.VESSEL_FIRST, _("When a pressure vessel is inspected for the first time"))
VESSEL = rule(periods.VESSEL, _("How often a pressure vessel is inspected, by its safety grade"))
CYLINDER = rule(periods.CYLINDER, _("How often a gas cylinder is inspected where its report names no day"))
LIFT_YEARS = rule(periods.LIFT, _("In which years a lift is inspected; in the others it is tested"))
LIFT_EARLY = rule("equipment.lift_early", _("How many months early a lift may be inspected, or tested"))
CRANE = rule(periods.CRANE, _("How often a crane is inspected"))
CRANE_YEARLY = rule(periods.CRANE_YEARLY, _("How often tower cranes, hoists and mobile cranes are inspected"))
CRANES_YEARLY = rule("equipment.cranes_yearly", _("Which cranes are inspected more often, by category"))
VEHICLE = rule(periods.VEHICLE, _("How often a works vehicle is inspected"))
RIDE = rule(periods.RIDE, _("How often a large amusement ride is inspected"))
PIPE = rule(periods.PIPE, _("How often pressure piping is inspected, by its grade"))
ROPEWAY = rule(periods.ROPEWAY, _("How often a passenger ropeway is inspected"))
IDLE_LONG = rule("equipment.idle_long", _("After what time out of use it is inspected before it runs again"))
REMIND = rule("equipment.remind", _("How many days before the day the user is reminded"))
MAINTAIN_EVERY = rule("equipment.maintain_every", _("Within how many days a lift is maintained again"))
FAR_FROM_LIFT = rule("equipment.far_from_lift", _("From how many metres away a maintenance visit is doubted"))
ORDER_GROUND = rule("equipment.uninspected", _("What is broken by who runs equipment that was not inspected"))
ORDER_POWER = rule("equipment.order_power", _("By which article an order is given"))
OFFICERS_MIN = rule("equipment.officers_min", _("How many officers sign an order about equipment"))
PUT_RIGHT = rule(
    "equipment.put_right",
    _("By when an order about equipment is obeyed"),
    label=_("Obeying the order"),
    starts="ordered",
    stops="reported or looked at",
    theirs=True,
)
PUT_RIGHT_LONGEST = rule("equipment.put_right_longest", _("How much time an order about equipment may give at most"))
RECHECK_WITHIN = rule(
    "equipment.recheck_within",
    _("By when equipment is looked at again"),
    label=_("Re-check"),
    starts="reported, or the time is over",
    stops="lifted, ordered again or handed over",
)
TAKE_WITHIN = rule(
    "equipment.take_within",
    _("Within what time the maintenance firm answers a call from a lift"),
    label=_("Answer of the firm"),
    starts="called",
    stops="on the way or arrived",
    theirs=True,
)
RESCUE_WITHIN = rule(
    "equipment.rescue_within",
    _("Within what time rescuers are at the lift"),
    label=_("Rescuers at the lift"),
    starts="called",
    stops="arrived",
    theirs=True,
)
HOTLINE = rule("equipment.hotline", _("The number for people who are trapped, day and night"))

T = TypeVar("T")
BY_GRADE = (VESSEL, PIPE)
BY_TIME = (BOILER, VESSEL_FIRST, CYLINDER, CRANE, CRANE_YEARLY, VEHICLE, RIDE, ROPEWAY)


def months_of(limit: Limit) -> int:
    """A period in months. Raises ValueError for one that is not counted in months or years."""
    if limit.unit not in (Unit.MONTHS, Unit.YEARS):
        raise ValueError(f"a period of inspection is months or years, not {limit}")
    return limit.n * (12 if limit.unit is Unit.YEARS else 1)


def _phases(name: str, read: Callable[[Any], T]) -> Phases[T]:
    """A rule's rows through the years, the bureau's own among them."""
    timeline = rule_timeline(name)
    if timeline is None:
        return Phases()
    ends = {row.until + dt.timedelta(days=1) for row in timeline.all_rows() if row.until is not None}
    days = sorted({row.since for row in timeline.all_rows()} | ends)
    rows = [timeline.on(day) for day in days]
    return Phases(tuple(days), tuple(read(row.given) if row and not row.absent else None for row in rows))


def _years(value: Any) -> LiftYears:
    return LiftYears(frozenset(value["years"]), int(value["yearly_after"]))


def _grades(value: Any) -> dict[str, int]:
    return {grade: months_of(Limit.parse(limit)) for grade, limit in value.items()}


def law(day: dt.date) -> Law:
    """The rules as they stand, for any number of pieces. What has no history (early months, cranes) is of `day`."""
    early = LIFT_EARLY.value(day, {"inspection": 0, "testing": 0})
    return Law(
        months={one.name: _phases(one.name, months_of) for one in BY_TIME},
        by_grade={one.name: _phases(one.name, _grades) for one in BY_GRADE},
        lift=_phases(LIFT_YEARS.name, _years),
        early=(int(early["inspection"]), int(early["testing"])),
        yearly_cranes=frozenset(CRANES_YEARLY.value(day, ())),
    )


def ground(of: Any, day: dt.date) -> str:
    """The article of a rule on a day; empty where the place names none."""
    row = of.maybe(day)
    return f"{row.basis} {row.article}".strip() if row is not None else ""


BY_NAME = {one.name: one for one in (*BY_TIME, *BY_GRADE, LIFT_YEARS)}


def reminders(day: dt.date) -> list[int]:
    """How many days before the user is reminded, the earliest first."""
    return sorted((int(n) for n in REMIND.value(day, ())), reverse=True)


def minutes_late(call: Any, arrived: dt.datetime | None) -> int | None:
    """By how many minutes rescuers were late; None where they were not, or are not there yet."""
    clock = call.clocks.filter(rule=RESCUE_WITHIN.name).order_by("-started").first()
    if arrived is None or clock is None or clock.due_at is None or arrived <= clock.due_at:
        return None
    return minutes_over(clock.due_at, arrived)


def latest_to_obey(day: dt.date) -> dt.date | None:
    """The furthest day that an order of `day` may name; None where the place sets no bound."""
    from zhijian.kernel.clock import clocks

    row = PUT_RIGHT_LONGEST.maybe(day)
    return clocks.count(row, calendar.start_of(day)).due if row is not None and row.limit is not None else None


def maintain_days(day: dt.date) -> int | None:
    """Within how many days a lift is maintained again; None where nobody set it."""
    row = MAINTAIN_EVERY.maybe(day)
    return row.limit.n if row is not None and row.limit is not None else None
