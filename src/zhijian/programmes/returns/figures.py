"""What is counted of return pledges."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure


@figure(
    "pledges.in_force", _("No-reason return pledges"), unit=_("pledges"), good="more",
    definition=_("Pledges of shops that were in force at the end of the period."),
)  # fmt: skip
def in_force(t: Any, period: Period, area: Any) -> Any:
    rows = t.return_pledge
    stands = rows.closed_on.isnull() | (rows.closed_on > period.as_of)
    return rows.filter(rows.accepted_on <= period.as_of, stands, area(rows.area))


@figure(
    "pledges.accepted", _("Return pledges accepted"), unit=_("pledges"), good="more",
    definition=_("Pledges of shops that came into force in the period."),
)  # fmt: skip
def accepted(t: Any, period: Period, area: Any) -> Any:
    rows = t.return_pledge
    return rows.filter(period(rows.accepted_on), area(rows.area))


@figure(
    "pledges.broken", _("Broken return pledges"), unit=_("broken pledges"), good="less",
    definition=_("Complaints at whose end it was found in the period that the shop had not kept its pledge; those taken"
                 " back are left out."),
)  # fmt: skip
def broken(t: Any, period: Period, area: Any) -> Any:
    rows = t.return_pledge_broken
    return rows.filter(period(rows.found_on), rows.struck_on.isnull(), area(rows.area))
