"""What can happen to an inspection, to each finding, to the proposal to investigate, and to the duty to publish."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CLERK, HEAD, INSPECTOR, PARTY, SECOND, SECTION
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.inspection import effects, facts, guards, models, rules

INSPECTION = Flow(
    kind="inspection",
    title=_("Inspection"),
    plural=_("Inspections"),
    record=models.Inspection,
    states=[
        State("planned", _("To be visited"), tone="act"),
        State("rectifying", _("Being put right"), tone="warn"),
        State("closed", _("Closed"), final=True, tone="good"),
        State("cancelled", _("Cancelled"), final=True),
    ],
    steps=[
        Step(
            "plan", to="planned", who=[HEAD, SECTION, CLERK], label=_("Plan a visit"), facts=facts.Plan,
            said=_("Visit planned for {planned_for}"), when=[guards.two_officers, guards.checklist_applies],
            tells=ASSIGNEE, article=rules.OFFICERS_MIN,
        ),
        Step(
            "start", to="planned", who=INSPECTOR, label=_("Start a visit"), facts=facts.Start, hidden=True,
            said=_("Visit started at the door"),
        ),
        Step(
            "assign", "planned", "planned", who=[HEAD, CLERK], label=_("Assign to others"), facts=facts.Assign,
            said=_("Assigned to other officers"), when=guards.two_officers, tells=[ASSIGNEE, SECOND],
        ),
        Step(
            "cancel", "planned", "cancelled", who=HEAD, label=_("Cancel the visit"), facts=facts.Reason, confirm=True,
            said=_("Visit cancelled: {reason}"), tells=ASSIGNEE,
        ),
        Step(
            "finish", "planned", "closed", who=[ASSIGNEE, SECOND, INSPECTOR], facts=facts.Recorded, hidden=True,
            label=_("Record: nothing left to put right"), said=_("Visit recorded: nothing left to put right"),
            tells=PARTY, article=rules.OFFICERS_MIN,
        ),
        Step(
            "order", "planned", "rectifying", who=[ASSIGNEE, SECOND, INSPECTOR], facts=facts.Recorded, hidden=True,
            label=_("Record: findings to be put right"), said=_("Visit recorded: {failed} items did not comply"),
            tells=PARTY, article=rules.RECTIFY_WITHIN,
        ),
        Step(
            "close", "rectifying", "closed", who=[ASSIGNEE, SECOND, HEAD], label=_("Close"), likely=True,
            said=_("Everything is put right; closed"), when=guards.all_put_right, tells=PARTY, confirm=True,
        ),
    ],
)

RECTIFICATION = Flow(
    kind="rectification",
    title=_("Finding to be put right"),
    plural=_("Findings to be put right"),
    record=models.Rectification,
    states=[
        State("ordered", _("To be put right"), tone="warn"),
        State("answered", _("Answered"), tone="act"),
        State("accepted", _("Put right"), final=True, tone="good"),
    ],
    steps=[
        Step(
            "order", to="ordered", who=INSPECTOR, label=_("Order"), facts=facts.Order, hidden=True,
            said=_("To be put right by {deadline}: {required}"), does=effects.start_deadline, article=rules.RECTIFY_WITHIN,
        ),
        Step(
            "answer", "ordered", "answered", who=[PARTY, CLERK, INSPECTOR], label=_("Answer"), facts=facts.Answered,
            said=_("Answered: {answer}"), likely=True, does=effects.keep_answer, tells=ASSIGNEE,
        ),
        Step(
            "ask_time", "ordered", "ordered", who=PARTY, label=_("Ask for more time"), facts=facts.MoreTime,
            said=_("Asks for time until {asked_until}: {asked_reason}"), when=guards.not_asked_yet, tells=ASSIGNEE,
        ),
        Step(
            "grant_time", "ordered", "ordered", who=[ASSIGNEE, HEAD], label=_("Grant more time"), facts=facts.Deadline,
            said=_("More time granted, until {deadline}"), when=[guards.time_was_asked, guards.within_extension],
            does=effects.move_deadline, tells=PARTY,
        ),
        Step(
            "refuse_time", "ordered", "ordered", who=[ASSIGNEE, HEAD], label=_("Refuse more time"), facts=facts.Reason,
            said=_("More time refused: {reason}"), when=guards.time_was_asked, does=effects.clear_ask, tells=PARTY,
        ),
        Step(
            "accept", ("ordered", "answered"), "accepted", who=[ASSIGNEE, SECOND, INSPECTOR], label=_("Accept"),
            facts=facts.Review, said=_("Accepted as put right {review_note}"), when=guards.answered_or_on_site,
            does=effects.after_acceptance, likely=True, stops=rules.RECTIFY_WITHIN, tells=PARTY,
        ),
        Step(
            "send_back", ("ordered", "answered"), "ordered", who=[ASSIGNEE, SECOND, INSPECTOR],
            label=_("Send back"), facts=facts.Return, said=_("Sent back: {return_reason}"),
            when=guards.answered_or_on_site, does=effects.move_deadline, tells=PARTY,
        ),
        Step(
            "remind", "ordered", "ordered", by=CLOCK, on=rules.RECTIFY_WITHIN.overdue, tells=[HEAD, PARTY],
            label=_("Overdue"), said=_("Overdue since {deadline}"),
        ),
    ],
)

LEAD = Flow(
    kind="lead",
    title=_("Proposal to investigate"),
    plural=_("Proposals to investigate"),
    numbered=False,
    record=models.Lead,
    states=[
        State("proposed", _("Proposed"), tone="bad"),
        State("opened", _("Handed over for investigation"), final=True),
        State("declined", _("Not investigated"), final=True),
    ],
    steps=[
        Step(
            "propose", to="proposed", who=INSPECTOR, label=_("Propose an investigation"), facts=facts.Found,
            said=_("Investigation proposed: key items {items}"), starts=rules.VERIFY_WITHIN, hidden=True, tells=HEAD,
            article=rules.VERIFY_WITHIN,
        ),
        Step(
            "open", "proposed", "opened", who=HEAD, label=_("Hand over for investigation"), likely=True, confirm=True,
            said=_("Handed over for investigation"), stops=rules.VERIFY_WITHIN,
        ),
        Step(
            "decline", "proposed", "declined", who=HEAD, label=_("Do not investigate"), facts=facts.Reason, confirm=True,
            said=_("Not investigated: {reason}"), stops=rules.VERIFY_WITHIN, tells=ASSIGNEE,
        ),
        Step(
            "remind", "proposed", "proposed", by=CLOCK, on=rules.VERIFY_WITHIN.overdue, tells=HEAD,
            label=_("Overdue"), said=_("The time to decide is over"),
        ),
    ],
)

PUBLICATION = Flow(
    kind="publication",
    title=_("Publication of a result"),
    plural=_("Publication of results"),
    record=models.Publication,
    numbered=False,
    states=[
        State("waiting", _("To be published"), tone="act"),
        State("published", _("Published"), final=True, tone="good"),
        State("withheld", _("Withheld"), final=True),
    ],
    steps=[
        Step(
            "await", to="waiting", who=INSPECTOR, label=_("Await publication"), said=_("Result to be published"),
            starts=rules.PUBLISH_WITHIN, hidden=True, article=rules.PUBLISH_WITHIN,
        ),
        Step(
            "publish", "waiting", "published", who=[HEAD, CLERK], label=_("Publish the result"), likely=True,
            said=_("Result published"), does=effects.publish, stops=rules.PUBLISH_WITHIN, tells=PARTY, confirm=True,
        ),
        Step(
            "withhold", "waiting", "withheld", who=HEAD, label=_("Withhold"), facts=facts.Reason, confirm=True,
            said=_("Not published: {reason}"), stops=rules.PUBLISH_WITHIN,
        ),
        Step(
            "remind", "waiting", "waiting", by=CLOCK, on=rules.PUBLISH_WITHIN.overdue, tells=HEAD,
            label=_("Overdue"), said=_("The time to publish is over"),
        ),
    ],
)
