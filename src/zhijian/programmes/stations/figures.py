"""What is counted of service stations, and of the disputes that are sent to them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure

NOT_JUDGED = ("recalled", "ended")  # taken back, or the complaint ended otherwise
SETTLED = ("settled", "done")
OVER = (*SETTLED, "unsettled", "returned", "lapsed")


@figure(
    "stations.approved", _("Service stations approved"), unit=_("stations"),
    definition=_("Stations and ODR enterprises by the day on which they were approved, whatever became of them."),
)  # fmt: skip
def approved(t: Any, period: Period, area: Any) -> Any:
    rows = t.station
    return rows.filter(period(rows.approved_on), area(rows.area))


def _sent(t: Any, period: Period, area: Any) -> Any:
    rows = t.station_dispute
    return rows.filter(period(rows.opened_on), area(rows.area), rows.state.notin(NOT_JUDGED))


def _over(t: Any, period: Period, area: Any) -> Any:
    rows = _sent(t, period, area)
    return rows.filter(rows.state.isin(OVER))


@figure(
    "stations.sent", _("Disputes sent to stations"), unit=_("disputes"),
    definition=_("Disputes by the day on which they were sent to a station or an ODR enterprise; those taken back, or"
                 " whose complaint ended otherwise, are left out."),
)  # fmt: skip
def sent(t: Any, period: Period, area: Any) -> Any:
    return _sent(t, period, area)


@figure(
    "stations.over", _("Disputes that stations dealt with"), unit=_("disputes"),
    definition=_("Of those, the disputes that the station settled, did not settle or handed back, or whose time there"
                 " is over."),
)  # fmt: skip
def over(t: Any, period: Period, area: Any) -> Any:
    return _over(t, period, area)


@figure(
    "stations.settled", _("Disputes settled by stations"), unit=_("disputes"),
    definition=_("Of those, the disputes that the station settled and whoever complained did not deny."),
)  # fmt: skip
def settled(t: Any, period: Period, area: Any) -> Any:
    rows = _over(t, period, area)
    return rows.filter(rows.state.isin(SETTLED))


@figure(
    "stations.in_time", _("Disputes that stations dealt with in time"), unit=_("disputes"),
    definition=_("Of the disputes that stations dealt with, those on which the station spoke by its day."),
)  # fmt: skip
def in_time(t: Any, period: Period, area: Any) -> Any:
    rows = _over(t, period, area)
    return rows.filter(rows.in_time)


figure(
    "stations.settled_rate", _("Settled by stations"), unit="%",
    definition=_("Disputes settled by stations, divided by disputes that stations dealt with."),
    ratio=("stations.settled", "stations.over"),
)  # fmt: skip
figure(
    "stations.in_time_rate", _("Dealt with by stations in time"), unit="%",
    definition=_("Disputes that stations dealt with in time, divided by disputes that stations dealt with."),
    ratio=("stations.in_time", "stations.over"),
)  # fmt: skip


@figure(
    "stations.recovered", _("Recovered by stations"), unit=_("yuan"), sum="recovered",
    definition=_("What stations recovered for consumers in the disputes that they settled."),
)  # fmt: skip
def recovered(t: Any, period: Period, area: Any) -> Any:
    rows = _over(t, period, area)
    return rows.filter(rows.state.isin(SETTLED))
