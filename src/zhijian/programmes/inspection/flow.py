"""What can happen to an inspection, to each finding, to the proposal to investigate, and to the duty to publish."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CLERK, HEAD, HELPER, INSPECTOR, PARTY, SECOND, SECTION
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.inspection import doubts, effects, facts, guards, hindered, kinds, models, publishing, rules
from zhijian.programmes.inspection.amending import steps as amending
from zhijian.programmes.inspection.draw.flow import VISIT_DRAW
from zhijian.programmes.inspection.fair import capping, items, planning, visit
from zhijian.programmes.inspection.fair.flow import VISIT_PLAN
from zhijian.programmes.inspection.leading import LEAD
from zhijian.programmes.inspection.onsite.flow import VISIT_QUESTION
from zhijian.programmes.inspection.rectifying import RECTIFICATION
from zhijian.programmes.inspection.unreachable import UNREACHABLE

__all__ = [
    "INSPECTION", "LEAD", "PUBLICATION", "RECTIFICATION", "UNREACHABLE", "VISIT_DRAW", "VISIT_PLAN", "VISIT_QUESTION",
]  # fmt: skip

on_a_day = [guards.two_officers, guards.a_day_to_come, guards.room_in_the_day]
possible = [*on_a_day, guards.checklist_applies]
fair_enough = [items.only_listed, planning.in_the_plan, capping.within_cap]  # the cap locks: last

INSPECTION = Flow(
    kind="inspection",
    title=_("Inspection"),
    plural=_("Inspections"),
    record=models.Inspection,
    doubt=doubts.sentence,
    reads=(HELPER,),  # they look and photograph at the visits of their office
    board=("planned", "away", "rectifying", "closed", "hindered"),
    states=[
        State("planned", _("To be visited"), tone="act"),
        State("away", _("Moved: to be handed over"), tone="warn"),
        State("rectifying", _("Being put right"), tone="warn"),
        State("closed", _("Closed"), final=True, tone="good"),
        State("hindered", _("Could not be inspected"), final=True),
        State("cancelled", _("Cancelled"), final=True),
    ],
    steps=[
        Step(
            "plan",
            to="planned",
            who=[HEAD, SECTION, CLERK],
            label=_("Plan a visit"),
            facts=facts.Plan,
            said=_("Visit planned for {planned_for}"),
            when=[kinds.can_be_planned, *possible, *fair_enough],
            tells=ASSIGNEE,
            article=rules.OFFICERS_MIN,
            back="cancel",
            does=visit.planned,
        ),
        Step(
            "plan_drawn",
            to="planned",
            who=[HEAD, SECTION, CLERK],
            label=_("Plan a visit that was drawn"),
            facts=facts.Plan,
            hidden=True,
            said=_("Drawn at random, visit planned for {planned_for}"),
            when=[kinds.in_force, *possible, *fair_enough],
            tells=ASSIGNEE,
            article=rules.RANDOM_SHARE,
            does=visit.planned,
        ),
        Step(
            "start",
            to="planned",
            who=INSPECTOR,
            label=_("Start a visit"),
            facts=facts.Start,
            hidden=True,
            said=_("Visit started on the spot"),
        ),
        Step(
            "note_place",
            to="planned",
            who=INSPECTOR,
            label=_("Note a place"),
            facts=facts.NotedPlace,
            hidden=True,
            said=_("Seen on the way, a visit is to be made: {seen}"),
        ),
        Step(
            "assign",
            "planned",
            "planned",
            who=[HEAD, CLERK],
            label=_("Assign to others"),
            facts=facts.Assign,
            said=_("Assigned to other officers"),
            when=[*on_a_day, capping.within_cap],
            tells=[ASSIGNEE, SECOND],
            back="assign",
            does=effects.due_on_the_day,
        ),
        Step(
            "cancel",
            ("planned", "away"),
            "cancelled",
            who=HEAD,
            label=_("Cancel the visit"),
            facts=facts.Reason,
            confirm=True,
            said=_("Visit cancelled: {reason}"),
            tells=ASSIGNEE,
        ),
        Step(
            "join",
            "planned",
            "planned",
            who=[HEAD, CLERK],
            label=_("Make it one visit"),
            facts=facts.Assign,
            hidden=True,
            said=_("Other visits of these premises were joined with this one: one visit, by all its lists"),
            when=[*on_a_day, capping.within_cap],
            tells=[ASSIGNEE, SECOND],
            article=rules.JOIN_WITHIN,
            does=effects.due_on_the_day,
        ),
        Step(
            "go_into",
            "planned",
            "cancelled",
            who=[HEAD, CLERK],
            label=_("Goes into another visit"),
            facts=facts.Joined,
            hidden=True,
            said=_("Joined with visit {into}: no visit of its own is made"),
            tells=ASSIGNEE,
            article=rules.JOIN_WITHIN,
        ),
        Step(
            "finish",
            "planned",
            "closed",
            who=[ASSIGNEE, SECOND, INSPECTOR],
            facts=facts.Recorded,
            hidden=True,
            label=_("Record: nothing to be put right by order"),
            said=_("Visit recorded: nothing was ordered to be put right; items that did not comply: {failed}"),
            tells=PARTY,
            article=rules.OFFICERS_MIN,
            does=effects.visited,
        ),
        Step(
            "order",
            "planned",
            "rectifying",
            who=[ASSIGNEE, SECOND, INSPECTOR],
            facts=facts.Recorded,
            hidden=True,
            label=_("Record: findings to be put right"),
            said=_("Visit recorded: {failed} items did not comply"),
            tells=PARTY,
            article=rules.RECTIFY_WITHIN,
            does=effects.visited,
        ),
        Step(
            "note_down",
            "planned",
            "closed",
            who=[ASSIGNEE, SECOND, INSPECTOR],
            facts=facts.Noted,
            hidden=True,
            label=_("Record: what was seen, without a checklist"),
            said=_("On-site record: {seen}"),
            tells=HEAD,
            article=rules.OFFICERS_MIN,
            does=effects.visited,
        ),
        *amending.STEPS,
        *hindered.STEPS,
        Step(
            "look",
            ("planned", "away", "rectifying", "closed", "hindered"),
            who=HEAD,
            label=_("Doubts looked at"),
            facts=facts.Looked,
            said=_("The doubts of the record were looked at: {word}"),
            when=[guards.in_doubt, guards.no_paper_by_a_helper],
            quiet=True,
            does=effects.looked_at,
        ),
        Step(
            "close",
            "rectifying",
            "closed",
            who=[ASSIGNEE, SECOND, HEAD],
            label=_("Close"),
            likely=True,
            said=_("What was ordered is put right; closed"),
            when=guards.all_put_right,
            tells=PARTY,
            confirm=True,
        ),
        Step(
            "end",
            "rectifying",
            "closed",
            who=HEAD,
            label=_("Close"),
            hidden=True,
            said=_("Closed: what was left no longer applies, and was not put right"),
            tells=PARTY,
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
            "await",
            to="waiting",
            who=INSPECTOR,
            label=_("Await publication"),
            said=_("Result to be published"),
            starts=rules.PUBLISH_WITHIN,
            hidden=True,
            article=rules.PUBLISH_WITHIN,
        ),
        Step(
            "publish",
            "waiting",
            "published",
            who=[HEAD, CLERK],
            label=_("Publish the result"),
            likely=True,
            said=_("Result published"),
            does=effects.publish,
            stops=rules.PUBLISH_WITHIN,
            tells=PARTY,
            confirm=True,
        ),
        publishing.CLASSIFY,
        Step(
            "withhold",
            "waiting",
            "withheld",
            who=HEAD,
            label=_("Withhold"),
            facts=facts.Reason,
            confirm=True,
            said=_("Not published: {reason}"),
            stops=rules.PUBLISH_WITHIN,
        ),
        Step(
            "remind",
            "waiting",
            "waiting",
            by=CLOCK,
            on=rules.PUBLISH_WITHIN.overdue,
            tells=HEAD,
            label=_("Overdue"),
            said=_("The time to publish is over"),
        ),
    ],
)
