"""What is counted of ratings and return calls, by office; each opens its records."""

from __future__ import annotations

from functools import reduce
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure
from zhijian.kernel.ratings.acts import READERS
from zhijian.kernel.ratings.declared import questions
from zhijian.kernel.ratings.models import Satisfied

SHOWN = ("id", "number", "title", "entity_id", "area", "state", "kind", "opened_on", "due", "closed_on")
CONTENT = [str(Satisfied.SATISFIED), str(Satisfied.BASICALLY)]


@figure(
    "ratings.given", _("Ratings given"), unit=_("ratings"), roles=READERS,
    definition=_("Ratings that enterprises gave to closed matters, by the day on which they were first given."),
)  # fmt: skip
def given(t: Any, period: Period, area: Any) -> Any:
    return t.rating.filter(period(t.rating.rated_at_on), area(t.rating.area))


# What was given is no figure: of any period and area it could be one enterprise's. `groups.py` tells it in blocks.


@figure(
    "returns.closed", _("Closed matters that may be called back"), unit=_("matters"), roles=READERS,
    definition=_("Matters about which the enterprise is asked, by the day on which they were closed."),
)  # fmt: skip
def closed(t: Any, period: Period, area: Any) -> Any:
    tables = []
    for question in questions().values():
        rows = getattr(t, question.flow.kind)
        over = rows.filter(rows.state.isin(list(question.states)), period(rows.closed_on), area(rows.area))
        tables.append(over.select(*SHOWN))
    return reduce(lambda one, other: one.union(other), tables)


def _called(t: Any, period: Period, area: Any) -> Any:
    calls = t.return_call
    return calls.filter(calls.state == "called", period(calls.closed_on), area(calls.area))


@figure(
    "returns.called", _("Return calls that reached somebody"), unit=_("calls"), roles=READERS,
    definition=_("Return calls that were ended by an answer, by the day of the call."),
)  # fmt: skip
def called(t: Any, period: Period, area: Any) -> Any:
    return _called(t, period, area)


@figure(
    "returns.valid", _("Return calls with a valid answer"), unit=_("calls"), roles=READERS,
    definition=_("Return calls that reached somebody who said whether he is satisfied."),
)  # fmt: skip
def valid(t: Any, period: Period, area: Any) -> Any:
    calls = _called(t, period, area)
    return calls.filter(calls.satisfied != str(Satisfied.SILENT))


@figure(
    "returns.satisfied", _("Return calls: satisfied"), unit=_("calls"), roles=READERS,
    definition=_("Return calls with the answer satisfied or basically satisfied."),
)  # fmt: skip
def satisfied(t: Any, period: Period, area: Any) -> Any:
    calls = _called(t, period, area)
    return calls.filter(calls.satisfied.isin(CONTENT))


figure(
    "returns.satisfaction_rate", _("Satisfaction rate"), unit="%", roles=READERS,
    definition=_("Satisfied and basically satisfied, divided by return calls with a valid answer."),
    ratio=("returns.satisfied", "returns.valid"),
)  # fmt: skip
figure(
    "returns.return_rate", _("Return rate"), unit="%", roles=READERS,
    definition=_("Return calls that reached somebody, divided by closed matters that may be called back."),
    ratio=("returns.called", "returns.closed"),
)  # fmt: skip
