"""What is counted of complaints, reports and enquiries: how many came, and who was spoken to in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure

NOT_OURS = ("returned", "told", "not_taken", "corrected")  # given back; not received yet or never; of another kind


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


def _called(t: Any, period: Period, area: Any) -> Any:
    """Return calls that were ended in the period, by the office of the item that they are about."""
    rows = t.item_recall
    return rows.filter(period(rows.closed_on), area(rows.area))


def _answers(rows: Any, column: str) -> Any:
    """Those with an answer that counts: reached, and something said."""
    return rows.filter(rows.state == "called", rows[column] != "silent")


def _claims(t: Any, period: Period, area: Any) -> Any:
    rows = _answers(_called(t, period, area), "satisfied")
    return rows.filter(rows.reasonable)


def _content(rows: Any, column: str) -> Any:
    return rows.filter(rows[column].isin(["satisfied", "basically"]))


@figure(
    "complaints.process_answers", _("Answers on how it was handled"), unit=_("return calls"),
    definition=_("Return calls about drawn items, made by another unit, in which the person said whether they are"
                 " satisfied with how it was handled."),
)  # fmt: skip
def process_answers(t: Any, period: Period, area: Any) -> Any:
    return _answers(_called(t, period, area), "process")


@figure(
    "complaints.process_content", _("Satisfied with how it was handled"), unit=_("return calls"),
    definition=_("Answers on how it was handled that are satisfied or basically satisfied."),
)  # fmt: skip
def process_content(t: Any, period: Period, area: Any) -> Any:
    return _content(_answers(_called(t, period, area), "process"), "process")


@figure(
    "complaints.claim_answers", _("Answers on reasonable claims"), unit=_("return calls"),
    definition=_("Return calls about drawn items in which the person said whether they are satisfied with what came of"
                 " it; left out are claims that a second person found unreasonable."),
)  # fmt: skip
def claim_answers(t: Any, period: Period, area: Any) -> Any:
    return _claims(t, period, area)


@figure(
    "complaints.claim_content", _("Satisfied with what came of a reasonable claim"), unit=_("return calls"),
    definition=_("Answers on reasonable claims that are satisfied or basically satisfied."),
)  # fmt: skip
def claim_content(t: Any, period: Period, area: Any) -> Any:
    return _content(_claims(t, period, area), "satisfied")


figure(
    "complaints.process_rate", _("Satisfaction with the handling"), unit="%",
    definition=_("Satisfied with how it was handled, divided by answers on how it was handled."),
    ratio=("complaints.process_content", "complaints.process_answers"),
)  # fmt: skip
figure(
    "complaints.claim_rate", _("Satisfaction of reasonable claims"), unit="%",
    definition=_("Satisfied with what came of a reasonable claim, divided by answers on reasonable claims."),
    ratio=("complaints.claim_content", "complaints.claim_answers"),
)  # fmt: skip


@figure(
    "complaints.recalls_left_out", _("Return calls without an answer"), unit=_("return calls"),
    definition=_("Return calls that were given up, or in which the person would say neither: what both rates of"
                 " satisfaction leave out."),
)  # fmt: skip
def recalls_left_out(t: Any, period: Period, area: Any) -> Any:
    rows = _called(t, period, area)
    return rows.filter((rows.state == "given_up") | (rows.process == "silent") | (rows.satisfied == "silent"))


@figure(
    "complaints.claims_left_out", _("Claims found unreasonable"), unit=_("return calls"),
    definition=_("Return calls about items whose claim one person called unreasonable and a second found so: what the"
                 " rate of reasonable claims leaves out. The item names both and the ground."),
)  # fmt: skip
def claims_left_out(t: Any, period: Period, area: Any) -> Any:
    rows = _called(t, period, area)
    return rows.filter(~rows.reasonable)


@figure(
    "complaints.recalls_differ", _("Return calls that differ from the answer"), unit=_("return calls"),
    definition=_("Return calls in which the person says that something else came of it than the office wrote."),
)  # fmt: skip
def recalls_differ(t: Any, period: Period, area: Any) -> Any:
    rows = _called(t, period, area)
    return rows.filter(rows.state == "called", rows.differs)


@figure(
    "complaints.published", _("Complaints counted in public"), unit=_("complaints"),
    definition=_("Complaints that came to be counted on the public page in the period, whatever became of them since."),
)  # fmt: skip
def published(t: Any, period: Period, area: Any) -> Any:
    rows = t.complaint_line
    return rows.filter(period(rows.shown_on), area(rows.area))


@figure(
    "complaints.objections_upheld", _("Objections to publication that were right"), unit=_("complaints"), good="less",
    definition=_("Complaints that were kept back in the period because the shop's objection was right."),
)  # fmt: skip
def upheld(t: Any, period: Period, area: Any) -> Any:
    rows = t.complaint_line
    return rows.filter(period(rows.closed_on), rows.state == "kept_back", area(rows.area))
