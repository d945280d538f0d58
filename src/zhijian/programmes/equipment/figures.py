"""What is counted of special equipment, its orders, calls from lifts, and maintenance."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure


def _in_use(t: Any, period: Period, area: Any) -> Any:
    all_of_it = t.equipment
    return all_of_it.filter(all_of_it.state == "in_use", all_of_it.opened_on <= period.as_of, area(all_of_it.area))


@figure(
    "equipment.in_use", _("Special equipment in use"), unit=_("pieces"),
    definition=_("Pieces on the register that are in use now, put on it by the end of the period."),
)  # fmt: skip
def in_use(t: Any, period: Period, area: Any) -> Any:
    return _in_use(t, period, area)


@figure(
    "equipment.overdue", _("Special equipment past its inspection"), unit=_("pieces"),
    definition=_("Pieces in use whose day of inspection or testing lies before the end of the period."),
)  # fmt: skip
def overdue(t: Any, period: Period, area: Any) -> Any:
    running = _in_use(t, period, area)
    return running.filter(running.next_on < period.as_of)


figure(
    "equipment.overdue_rate", _("Past its inspection, of all in use"), unit="%",
    definition=_("Special equipment past its inspection, divided by special equipment in use."),
    ratio=("equipment.overdue", "equipment.in_use"),
)  # fmt: skip


@figure(
    "equipment.orders", _("Orders about special equipment"), unit=_("orders"),
    definition=_("Orders that were given, by the day of the order."),
)  # fmt: skip
def orders(t: Any, period: Period, area: Any) -> Any:
    given = t.equipment_order
    return given.filter(period(given.opened_on), area(given.area))


def _trapped(t: Any, period: Period, area: Any) -> Any:
    calls = t.lift_call
    there = calls.filter(calls.what == "trapped", calls.state != "mistaken", area(calls.area))
    return there.filter(period(there.opened_on), there.in_time.notnull())


@figure(
    "equipment.rescues", _("Rescues from lifts"), unit=_("rescues"),
    definition=_("Calls of people who were trapped and to whom rescuers came, by the day of the call."),
)  # fmt: skip
def rescues(t: Any, period: Period, area: Any) -> Any:
    return _trapped(t, period, area)


@figure(
    "equipment.rescued_in_time", _("Rescuers at the lift in time"), unit=_("rescues"),
    definition=_("Rescues from lifts at which rescuers were there within the time of the rule (30 minutes in Zibo)."),
)  # fmt: skip
def rescued_in_time(t: Any, period: Period, area: Any) -> Any:
    there = _trapped(t, period, area)
    return there.filter(there.in_time)


figure(
    "equipment.rescued_rate", _("Rescuers in time, of all rescues"), unit="%",
    definition=_("Rescuers at the lift in time, divided by rescues from lifts."),
    ratio=("equipment.rescued_in_time", "equipment.rescues"),
)  # fmt: skip


def _visits(t: Any, period: Period, area: Any) -> Any:
    visits = t.equipment_maintenance
    return visits.filter(period(visits.at_on), visits.in_time.notnull(), area(visits.area))


@figure(
    "equipment.maintenance", _("Maintenance visits"), unit=_("visits"),
    definition=_("Visits of maintenance firms to lifts of which it was known by when they were due, by their day."),
)  # fmt: skip
def maintenance(t: Any, period: Period, area: Any) -> Any:
    return _visits(t, period, area)


@figure(
    "equipment.maintained_in_time", _("Maintenance in time"), unit=_("visits"),
    definition=_(
        "Maintenance visits within the days of the rule (15) after the one before, or since the firm keeps the lift."
    ),
)  # fmt: skip
def maintained_in_time(t: Any, period: Period, area: Any) -> Any:
    visits = _visits(t, period, area)
    return visits.filter(visits.in_time)


figure(
    "equipment.maintained_rate", _("Maintenance in time, of all visits"), unit="%",
    definition=_("Maintenance in time, divided by maintenance visits."),
    ratio=("equipment.maintained_in_time", "equipment.maintenance"),
)  # fmt: skip
