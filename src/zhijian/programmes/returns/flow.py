"""What can happen to a return pledge."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, HEAD, INSPECTOR, MEDIATOR, PARTY, SECTION
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.returns import effects, facts, guards, models, rules

STAFF = [CLERK, MEDIATOR, INSPECTOR, SECTION, HEAD]
ENDS = [SECTION, HEAD]
OPEN = guards.OPEN

PLEDGE = Flow(
    kind="return_pledge",
    title=_("No-reason return pledge"),
    plural=_("No-reason return pledges"),
    record=models.ReturnPledge,
    board=OPEN,
    states=[
        State("offered", _("To be looked at"), tone="act"),
        State("sent_back", _("Sent back: to be corrected by the shop"), tone="warn"),
        State("in_force", _("In force"), tone="good"),
        State("withdrawn", _("Withdrawn by the shop"), final=True),
        State("ended", _("Ended by the office"), final=True, tone="bad"),
        State("run_out", _("Run out"), final=True),
    ],
    steps=[
        Step(
            "pledge", to="offered", who=[PARTY, *STAFF], label=_("Pledge no-reason return"), facts=facts.Pledged,
            said=_("Pledged: {days} days, refund within {refund_days} days, until {valid_until}"),
            when=[guards.has_a_shop, guards.one_at_a_time, guards.within_the_rules], fills=effects.pledged,
            starts=rules.LOOK_WITHIN, tells=CLERK, article=rules.DAYS_LEAST,
        ),
        Step(
            "accept", "offered", "in_force", who=STAFF, label=_("Accept the pledge"), likely=True,
            said=_("The pledge is in force"), when=guards.still_valid, does=effects.accepted, stops=rules.LOOK_WITHIN,
            tells=PARTY, article=rules.DAYS_LEAST,
        ),
        Step(
            "send_back", "offered", "sent_back", who=STAFF, label=_("Send back to the shop"), facts=facts.SentBack,
            said=_("Sent back: {why}"), stops=rules.LOOK_WITHIN, tells=PARTY,
        ),
        Step(
            "correct", "sent_back", "offered", who=PARTY, label=_("Correct and send again"), facts=facts.Pledged,
            said=_("Corrected: {days} days, refund within {refund_days} days, until {valid_until}"), likely=True,
            when=guards.within_the_rules, starts=rules.LOOK_WITHIN, tells=CLERK, article=rules.DAYS_LEAST,
        ),
        Step(
            "change", "in_force", who=PARTY, label=_("Change the pledge"), facts=facts.Pledged,
            said=_("Changed: {days} days, refund within {refund_days} days, until {valid_until}"),
            when=[guards.within_the_rules, guards.something_changes], does=effects.changed, article=rules.DAYS_LEAST,
        ),
        Step(
            "withdraw", OPEN, "withdrawn", who=PARTY, label=_("Withdraw the pledge"), facts=facts.Why, confirm=True,
            quiet=True, said=_("Withdrawn by the shop: {why}"), does=effects.over, tells=CLERK,
        ),
        Step(
            "end", OPEN, "ended", who=ENDS, label=_("End the pledge"), facts=facts.Why, confirm=True,
            said=_("Ended by the office: {why}"), does=effects.over, tells=PARTY, article=rules.BROKEN_MOST,
        ),
        Step(
            "leave", "in_force", who=ENDS, label=_("Leave it in force"), facts=facts.Why, quiet=True,
            said=_("Left in force although it was broken often: {why}"), when=guards.is_asked, does=effects.borne,
            article=rules.BROKEN_MOST,
        ),
        Step(
            "restore", ("ended", "withdrawn"), "in_force", who=ENDS, label=_("Put it back in force"), facts=facts.Why,
            reopens=True, said=_("Back in force: {why}"),
            when=[guards.was_accepted, guards.still_valid, guards.has_a_shop, guards.one_at_a_time],
            does=effects.restored, tells=PARTY,
        ),
        Step(
            "count", (*OPEN, "withdrawn", "ended", "run_out"), who=HEAD, label=_("A broken pledge"), hidden=True,
            said=_("It was found at the end of a complaint that the pledge was broken"), does=effects.counted,
            tells=[PARTY, HEAD], article=rules.BROKEN_MOST,
        ),
        Step(
            "count_off", (*OPEN, "withdrawn", "ended", "run_out"), who=HEAD, label=_("No broken pledge after all"),
            hidden=True, said=_("What was held to be a broken pledge counts no more"), does=effects.counted,
            tells=PARTY,
        ),
        Step(
            "run_out", "in_force", "run_out", by=CLOCK, on=rules.VALID.overdue, label=_("Run out"),
            said=_("Its last day is over"), does=effects.over, tells=PARTY,
        ),
        Step(
            "late", "offered", by=CLOCK, on=rules.LOOK_WITHIN.overdue, label=_("Overdue"),
            said=_("The time to look at the pledge is over"), tells=[CLERK, HEAD],
        ),
    ],
)  # fmt: skip
