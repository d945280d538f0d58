"""What is counted of inspections, findings, and the publication of results."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.figures import Period, figure
from zhijian.programmes.inspection import rules


def _finished(t: Any, period: Period, area: Any) -> Any:
    """Made and recorded; one more record of the same visit is none."""
    made, once = t.inspection.state.isin(["rectifying", "closed"]), t.inspection.twice_of_id.isnull()
    visits = t.inspection.filter(made, once, area(t.inspection.area))
    return visits.filter(period(visits.ended_on.coalesce(visits.closed_on)))


@figure(
    "inspection.finished", _("Inspections finished"), unit=_("inspections"),
    definition=_("Visits whose record was received, by the day on which they ended."),
)  # fmt: skip
def finished(t: Any, period: Period, area: Any) -> Any:
    return _finished(t, period, area)


@figure(
    "inspection.entities", _("Entities inspected"), unit=_("entities"), count="entity_id",
    definition=_("Different entities with at least one finished inspection in the period."),
)  # fmt: skip
def entities(t: Any, period: Period, area: Any) -> Any:
    visits = _finished(t, period, area)
    return visits.filter(visits.entity_id.notnull())


@figure(
    "inspection.with_problems", _("Inspections with problems"), unit=_("inspections"),
    definition=_("Finished inspections at which at least one item did not comply."),
)  # fmt: skip
def with_problems(t: Any, period: Period, area: Any) -> Any:
    visits = _finished(t, period, area)
    return visits.filter(visits.failed > 0)


figure(
    "inspection.problem_rate", _("Inspections with problems, of all"), unit="%",
    definition=_("Inspections with problems, divided by inspections finished."),
    ratio=("inspection.with_problems", "inspection.finished"),
)  # fmt: skip
figure(
    "inspection.visits_per_entity", _("Inspections per entity"), unit=_("inspections per entity"),
    definition=_("Inspections finished, divided by entities inspected. Their number should fall, not rise."),
    ratio=("inspection.finished", "inspection.entities"), good="less",
)  # fmt: skip


@figure(
    "inspection.outside_cap", _("Inspections outside the yearly cap"), unit=_("inspections"),
    definition=_(
        "Finished inspections for which a lawful exception was named: a complaint, a clue, an accident, looking again,"
        " a campaign of the superiors, key supervision by law."
    ),
)  # fmt: skip
def outside_cap(t: Any, period: Period, area: Any) -> Any:
    visits = _finished(t, period, area)
    return visits.filter(visits.outside != "")


# Visits of each kind that is neither routine nor a re-check: (kind, name, what it is).
KINDS = (
    ("special", _("Special visits"), _("Finished inspections of the kind “special”.")),
    ("random", _("Double-random visits"), _("Finished inspections whose place and officers were drawn by lot.")),
    ("flight", _("Unannounced visits"), _("Finished inspections that the enterprise was not told of beforehand.")),
    ("complaint", _("Visits after a complaint or clue"), _("Finished inspections that a complaint or clue set off.")),
)


def _of_kind(kind: str) -> Any:
    def count(t: Any, period: Period, area: Any) -> Any:
        visits = _finished(t, period, area)
        return visits.filter(visits.purpose == kind)

    return count


for _kind, _name, _what in KINDS:
    figure(f"inspection.{_kind}_visits", _name, unit=_("inspections"), definition=_what)(_of_kind(_kind))


@figure(
    "inspection.items_checked", _("Items checked"), unit=_("items"), sum="items_checked",
    definition=_("Items of checklists that were answered at finished inspections, those not applicable left out."),
)  # fmt: skip
def items_checked(t: Any, period: Period, area: Any) -> Any:
    return _finished(t, period, area)


@figure(
    "inspection.timed", _("Inspections with known time on site"), unit=_("inspections"),
    definition=_("Finished inspections whose record tells how long the officers were there."),
)  # fmt: skip
def timed(t: Any, period: Period, area: Any) -> Any:
    visits = _finished(t, period, area)
    return visits.filter(visits.minutes.notnull())


@figure(
    "inspection.minutes", _("Minutes on site"), unit=_("minutes"), sum="minutes",
    definition=_(
        "From the begin of the visit to its last signature, by the record that was signed, without stretches in which"
        " nothing was written down for longer than the rule says. Counted by office, never by person."
    ),
)  # fmt: skip
def minutes(t: Any, period: Period, area: Any) -> Any:
    visits = _finished(t, period, area)
    return visits.filter(visits.minutes.notnull())


figure(
    "inspection.minutes_per_visit", _("Minutes on site per inspection"), unit=_("minutes per inspection"),
    definition=_("Minutes on site, divided by inspections with known time on site."),
    ratio=("inspection.minutes", "inspection.timed"),
)  # fmt: skip


@figure(
    "inspection.key_items_failed", _("Key items failed"), unit=_("items"),
    definition=_("Key items (marked * in the checklist) that did not comply, by the day on which they were answered."),
)  # fmt: skip
def key_items_failed(t: Any, period: Period, area: Any) -> Any:
    answers = t.inspection_answer
    return answers.filter(answers.key, answers.answer == "no", period(answers.at_on), area(answers.area))


@figure(
    "inspection.problems_found", _("Problems found"), unit=_("problems"),
    definition=_("Findings that an enterprise was ordered to put right, by the day of the order."),
)  # fmt: skip
def problems_found(t: Any, period: Period, area: Any) -> Any:
    found = t.rectification
    return found.filter(period(found.opened_on), area(found.area))


@figure(
    "inspection.hindered", _("Inspections that could not be made"), unit=_("visits"),
    definition=_(
        "Visits that ended without an inspection: closed down, not to be found, entry refused. By the day on which the"
        " officers stood at the door. They are not among the inspections finished."
    ),
)  # fmt: skip
def hindered(t: Any, period: Period, area: Any) -> Any:
    visits = t.inspection
    return visits.filter(visits.state == "hindered", period(visits.closed_on), area(visits.area))


def _due(t: Any, period: Period, area: Any) -> Any:
    found = t.rectification
    return found.filter(period.over(found.deadline), found.state.notin(("dropped", "retracted")), area(found.area))


@figure(
    "inspection.problems_due", _("Problems whose deadline has passed"), unit=_("problems"),
    definition=_(
        "Findings whose deadline, with the time granted, lies in the period and before today. Those that"
        " no longer apply are left out."
    ),
)  # fmt: skip
def problems_due(t: Any, period: Period, area: Any) -> Any:
    return _due(t, period, area)


@figure(
    "inspection.corrected_in_time", _("Problems corrected in time"), unit=_("problems"),
    definition=_(
        "Of the problems whose deadline has passed: those that are accepted as put right and were answered, or seen on"
        " the spot, no later than the deadline."
    ),
)  # fmt: skip
def corrected_in_time(t: Any, period: Period, area: Any) -> Any:
    due = _due(t, period, area)
    return due.filter(due.state == "accepted", due.answered_on.coalesce(due.closed_on) <= due.deadline)


figure(
    "inspection.in_time_rate", _("Problems corrected in time, of those due"), unit="%",
    definition=_("Problems corrected in time, divided by problems whose deadline has passed."),
    ratio=("inspection.corrected_in_time", "inspection.problems_due"),
)  # fmt: skip


@figure(
    "inspection.overdue", _("Overdue findings"), unit=_("problems"),
    definition=_("Findings past their deadline and not put right at the end of the period (today, while it lasts)."),
)  # fmt: skip
def overdue(t: Any, period: Period, area: Any) -> Any:
    found = t.rectification
    still_open = found.closed_on.isnull() | (found.closed_on > period.as_of)
    return found.filter(found.deadline < period.as_of, found.opened_on <= period.as_of, still_open, area(found.area))


def _to_publish(t: Any, period: Period, area: Any) -> Any:
    clocks = t.clock
    ours = clocks.filter(clocks.kind == "publication", clocks.rule == rules.PUBLISH_WITHIN.name)
    duty = ours.filter(ours.state != "withheld")
    return duty.filter(period.over(duty.due), area(duty.area))


@figure(
    "inspection.publications_due", _("Results to be published"), unit=_("results"),
    definition=_("Results whose last day for publication lies in the period and before today; withheld ones left out."),
)  # fmt: skip
def publications_due(t: Any, period: Period, area: Any) -> Any:
    return _to_publish(t, period, area)


@figure(
    "inspection.published_in_time", _("Results published in time"), unit=_("results"),
    definition=_("Of the results to be published: those published within 20 working days (Order 49, article 39)."),
)  # fmt: skip
def published_in_time(t: Any, period: Period, area: Any) -> Any:
    duty = _to_publish(t, period, area)
    return duty.filter(duty.state == "published", duty.stopped_on <= duty.due)


figure(
    "inspection.published_rate", _("Results published in time, of those due"), unit="%",
    definition=_("Results published in time, divided by results to be published."),
    ratio=("inspection.published_in_time", "inspection.publications_due"),
)  # fmt: skip


@figure(
    "inspection.leads", _("Proposals to investigate"), unit=_("proposals"),
    definition=_("Proposals to investigate that inspections made, by the day of the proposal."),
)  # fmt: skip
def leads(t: Any, period: Period, area: Any) -> Any:
    return t.lead.filter(period(t.lead.opened_on), area(t.lead.area))
