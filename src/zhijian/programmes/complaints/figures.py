"""What is counted of complaints, reports and enquiries: how many came, and who was spoken to in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure

NOT_OURS = ("returned", "told", "not_taken")


def _came(rows: Any, period: Period, area: Any) -> Any:
    """What was received in the period, by its day of receipt, and was ours."""
    return rows.filter(period(rows.opened_on), area(rows.area), rows.state.notin(NOT_OURS))


def _due(t: Any, period: Period, area: Any) -> Any:
    """With a first contact that can be judged: made, or its time is over (what came since yesterday may be kept)."""
    rows = _came(t.complaint, period, area)
    over = rows.opened_on < period.as_of - dt.timedelta(days=1)
    return rows.filter(rows.reachable, rows.contacted_in_time.notnull() | over)


@figure(
    "complaints.received", _("Complaints received"), unit=_("complaints"),
    definition=_("Complaints by their day of receipt, by whichever way; those given back as not ours are left out."),
)  # fmt: skip
def received(t: Any, period: Period, area: Any) -> Any:
    return _came(t.complaint, period, area)


@figure(
    "reports.received", _("Reports received"), unit=_("reports"),
    definition=_("Reports by their day of receipt, by whichever way; those given back as not ours are left out."),
)  # fmt: skip
def reports(t: Any, period: Period, area: Any) -> Any:
    return _came(t.report, period, area)


@figure(
    "complaints.given_back", _("Complaints given back"), unit=_("complaints"),
    definition=_("Complaints by their day of receipt that were given back to the platform as not ours: what the others"
                 " leave out."),
)  # fmt: skip
def given_back(t: Any, period: Period, area: Any) -> Any:
    rows = t.complaint
    return rows.filter(period(rows.opened_on), area(rows.area), rows.state == "returned")


@figure(
    "complaints.contact_due", _("Complaints with a first contact due"), unit=_("complaints"),
    definition=_("Complaints received whose complainant left a number and was reached, or that came before yesterday."
                 " An unanswered ring is no contact."),
)  # fmt: skip
def contact_due(t: Any, period: Period, area: Any) -> Any:
    return _due(t, period, area)


@figure(
    "complaints.contacted_in_time", _("Complainants reached in time"), unit=_("complaints"),
    definition=_("Complaints with a first contact due whose complainant was reached within the time of the rule."),
)  # fmt: skip
def contacted_in_time(t: Any, period: Period, area: Any) -> Any:
    rows = _due(t, period, area)
    return rows.filter(rows.contacted_in_time)


figure(
    "complaints.response_rate", _("Response in time"), unit="%",
    definition=_("Complainants reached in time, divided by complaints with a first contact due."),
    ratio=("complaints.contacted_in_time", "complaints.contact_due"),
)  # fmt: skip


@figure(
    "complaints.agreed", _("Complaints settled by agreement"), unit=_("complaints"),
    definition=_("Complaints that were answered in the period and ended with an agreement of the two."),
)  # fmt: skip
def agreed(t: Any, period: Period, area: Any) -> Any:
    rows = t.complaint
    return rows.filter(period(rows.closed_on), area(rows.area), rows.state == "answered", rows.result == "agreed")
