"""What is counted of supervision orders and joint handlings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure


def _made(t: Any, period: Period, area: Any) -> Any:
    """Orders by the day on which they were made; those that were taken back are left out."""
    rows = t.supervision
    return rows.filter(period(rows.opened_on), area(rows.area), rows.state != "withdrawn")


@figure(
    "supervision.ordered", _("Supervision orders"), unit=_("orders"),
    definition=_("Supervision orders by their day and the office that they are for; those withdrawn are left out."),
)  # fmt: skip
def ordered(t: Any, period: Period, area: Any) -> Any:
    return _made(t, period, area)


@figure(
    "supervision.due", _("Supervision orders to be judged by their day"), unit=_("orders"),
    definition=_("Supervision orders made in the period that were answered, or whose day is over."),
)  # fmt: skip
def due(t: Any, period: Period, area: Any) -> Any:
    rows = _made(t, period, area)
    return rows.filter(rows.in_time.notnull() | (rows.answer_by < period.as_of))


@figure(
    "supervision.in_time", _("Supervision orders answered in time"), unit=_("orders"),
    definition=_("Of those, the orders that were first answered by the day that they named, whatever was sent back"
                 " later."),
)  # fmt: skip
def in_time(t: Any, period: Period, area: Any) -> Any:
    rows = _made(t, period, area)
    return rows.filter(rows.in_time)


@figure(
    "supervision.overdue", _("Supervision orders overdue"), unit=_("orders"), good="less",
    definition=_("Supervision orders made in the period whose day, the first or a later one, was over without an"
                 " answer."),
)  # fmt: skip
def overdue(t: Any, period: Period, area: Any) -> Any:
    rows = _made(t, period, area)
    return rows.filter(rows.overdue)


figure(
    "supervision.in_time_rate", _("Orders answered in time"), unit="%",
    definition=_("Supervision orders answered in time, divided by those to be judged by their day."),
    ratio=("supervision.in_time", "supervision.due"),
)  # fmt: skip


def _asked(t: Any, period: Period, area: Any) -> Any:
    """Requests by the day on which they were made and the office that was asked; without those taken back."""
    rows = t.joint_handling
    return rows.filter(period(rows.opened_on), area(rows.area), rows.state != "withdrawn")


@figure(
    "joint.asked", _("Joint handlings"), unit=_("requests"),
    definition=_("Requests for joint handling by their day and the office that was asked; those withdrawn are left"
                 " out."),
)  # fmt: skip
def asked(t: Any, period: Period, area: Any) -> Any:
    return _asked(t, period, area)


@figure(
    "joint.due", _("Joint handlings to be judged by their day"), unit=_("requests"),
    definition=_("Requests made in the period that were answered, or whose day is over; those declined are left out."),
)  # fmt: skip
def joint_due(t: Any, period: Period, area: Any) -> Any:
    rows = _asked(t, period, area)
    return rows.filter(rows.state != "declined", rows.in_time.notnull() | (rows.answer_by < period.as_of))


@figure(
    "joint.in_time", _("Joint handlings answered in time"), unit=_("requests"),
    definition=_("Of those, the requests that were first answered by the day that they named."),
)  # fmt: skip
def joint_in_time(t: Any, period: Period, area: Any) -> Any:
    rows = _asked(t, period, area)
    return rows.filter(rows.in_time)


figure(
    "joint.in_time_rate", _("Joint handlings in time"), unit="%",
    definition=_("Joint handlings answered in time, divided by those to be judged by their day."),
    ratio=("joint.in_time", "joint.due"),
)  # fmt: skip
