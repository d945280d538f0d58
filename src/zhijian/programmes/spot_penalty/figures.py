"""What is counted of penalties on the spot."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure


def _standing(t: Any, period: Period, area: Any) -> Any:
    made = t.spot_penalty
    return made.filter(period(made.opened_on), made.withdrawn_on.isnull(), area(made.area))


@figure(
    "spot_penalty.decided", _("Penalties on the spot"), unit=_("decisions"),
    definition=_("Warnings and fines that officers decided at visits and that were not withdrawn, by their day."),
)  # fmt: skip
def decided(t: Any, period: Period, area: Any) -> Any:
    return _standing(t, period, area)


@figure(
    "spot_penalty.fines", _("Fines decided on the spot"), unit=_("yuan"), sum="fine",
    definition=_("Sum of the fines of the penalties on the spot, by the day of the decision."),
)  # fmt: skip
def fines(t: Any, period: Period, area: Any) -> Any:
    return _standing(t, period, area)


@figure(
    "spot_penalty.withdrawn", _("Penalties on the spot withdrawn"), unit=_("decisions"), good="less",
    definition=_("Penalties on the spot that a head withdrew, by the day of the decision."),
)  # fmt: skip
def withdrawn(t: Any, period: Period, area: Any) -> Any:
    made = t.spot_penalty
    return made.filter(period(made.opened_on), made.withdrawn_on.notnull(), area(made.area))
