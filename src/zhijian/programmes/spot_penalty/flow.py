"""What can happen to a penalty on the spot: two things are left to do, in either order: file it, settle the money.

A fine begins with both left (`open`); a warning has nothing to pay. Who collected the money hands it in, the bank's
payment is booked by the clerk; both end the same track.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CLERK, HEAD, INSPECTOR, PARTY, SECOND
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.spot_penalty import doubts, effects, facts, guards, models, rules

UNSETTLED = ("open", "paying")  # the money is not where it belongs
UNFILED = ("open", "filing")
SETTLES = (("open", "filing"), ("paying", "closed"))  # what becomes of the money's track once nothing is owed
RUNNING = ("open", "paying", "filing")
STANDING = (*RUNNING, "closed")

SPOT_PENALTY = Flow(
    kind="spot_penalty",
    title=_("Penalty on the spot"),
    plural=_("Penalties on the spot"),
    record=models.SpotPenalty,
    numbered=False,  # it bears the number of its decision, which comes from the phone
    doubt=doubts.sentence,
    states=[
        State("open", _("To be filed and paid"), tone="act"),
        State("paying", _("Filed, to be paid"), tone="warn"),
        State("filing", _("To be filed with the office"), tone="act"),
        State("closed", _("Filed, nothing open"), final=True, tone="good"),
        State("withdrawn", _("Decision withdrawn"), final=True, tone="bad", void=True),
    ],
    steps=[
        Step(
            "decide", to="open", who=INSPECTOR, label=_("Fine on the spot"), facts=facts.Decided, hidden=True,
            said=_("Decided on the spot: {decided}"), starts=rules.FILE_WITHIN, does=effects.decided,
            tells=[PARTY, HEAD], article=rules.CITIZEN,
        ),
        Step(
            "warn", to="filing", who=INSPECTOR, label=_("Warn on the spot"), facts=facts.Decided, hidden=True,
            said=_("Decided on the spot: {decided}"), starts=rules.FILE_WITHIN, tells=[PARTY, HEAD],
            article=rules.CITIZEN,
        ),
        Step(
            "serve", STANDING, who=INSPECTOR, label=_("Served"), facts=facts.Served, hidden=True,
            said=_("The decision counts as served on {served_on}"), does=effects.served, article=rules.PAY_WITHIN,
        ),
        Step(
            "file", "open", "paying", who=[HEAD, CLERK], label=_("File it"), facts=facts.Filed, likely=True,
            said=_("Filed with the office {note}"), stops=rules.FILE_WITHIN, does=effects.filed,
            article=rules.FILE_WITHIN,
        ),
        Step(
            "file", "filing", "closed", who=[HEAD, CLERK], label=_("File it"), facts=facts.Filed, likely=True,
            said=_("Filed with the office {note}"), stops=rules.FILE_WITHIN, does=effects.filed,
            article=rules.FILE_WITHIN,
        ),
        *(
            Step(
                "pay", before, after, who=[CLERK, HEAD], label=_("The fine is paid"), facts=facts.Paid, likely=True,
                said=_("Paid on {paid_on}, receipt {receipt}"),
                when=[guards.at_the_bank, guards.paid_plausibly, guards.paid_whole],
                stops=rules.PAY_WITHIN, tells=PARTY, article=rules.PAY_WITHIN,
            )
            for before, after in SETTLES
        ),
        Step(  # what was added stays owed, and the matter open for it
            "pay_part", UNSETTLED, who=[CLERK, HEAD], label=_("Paid, not all that was added"), facts=facts.PartPaid,
            said=_("Paid on {paid_on}, receipt {receipt}; of what was added only ¥{additional}"), quiet=True,
            when=[guards.at_the_bank, guards.paid_plausibly, guards.paid_in_part],
            stops=rules.PAY_WITHIN, tells=PARTY, article=rules.PERCENT,
        ),
        *(
            Step(
                "pay_rest", before, after, who=[CLERK, HEAD], label=_("The rest is paid"), facts=facts.RestPaid,
                likely=True, quiet=True, said=_("What was still owed was paid on {rest_on}, receipt {rest_receipt}"),
                when=guards.rest_owed, does=effects.rest_paid, tells=PARTY, article=rules.PERCENT,
            )
            for before, after in (*SETTLES, (("filing", "closed"), None))
        ),
        *(
            Step(
                "waive", before, after, who=HEAD, label=_("Waive what was added"), facts=facts.Waived, quiet=True,
                confirm=True, said=_("What was still owed of the additional fine is waived: {waived_why}"),
                when=guards.waivable, does=effects.waived, tells=PARTY, article=rules.WAIVE,
            )
            for before, after in (*SETTLES, (("filing", "closed"), None))
        ),
        *(
            Step(
                "hand_in", before, after, who=[ASSIGNEE, SECOND, CLERK], label=_("Hand in the money"),
                facts=facts.HandedIn, likely=True, said=_("Money handed in on {handed_on}, voucher {voucher}"),
                when=[guards.taken_on_the_spot, guards.handed_plausibly], stops=rules.HAND_IN_WITHIN,
                article=rules.HAND_IN_WITHIN,
            )
            for before, after in SETTLES
        ),
        Step(  # of whatever was decided, paid or not: a warning is appealed against as well
            "appeal", STANDING, who=[HEAD, CLERK], label=_("Review or law suit"), facts=facts.Appealed, quiet=True,
            said=_("The party asks for a review or sues: {what}"),
            when=[guards.no_review_runs, guards.review_plausible], does=effects.appealed,
        ),
        Step(
            "appeal_over", STANDING, who=[HEAD, CLERK], label=_("The decision was upheld"), facts=facts.AppealOver,
            said=_("Review or law suit ended on {until}; the decision stands"),
            when=[guards.review_runs, guards.end_plausible], quiet=True, does=effects.appeal_over, tells=PARTY,
        ),
        Step(
            "look", STANDING, who=HEAD, label=_("Doubts looked at"), facts=facts.Looked, quiet=True,
            said=_("The doubts of the record were looked at: {word}"),
            when=[guards.in_doubt, guards.no_helper_decided], does=effects.looked_at,
        ),
        Step(
            "withdraw", RUNNING, "withdrawn", who=HEAD, label=_("Withdraw the decision"), facts=facts.Withdrawn,
            confirm=True, said=_("Decision withdrawn: {reason}"), does=effects.withdrawn, paper="spot_withdrawal",
            tells=[PARTY, ASSIGNEE, CLERK],
        ),
        Step(  # what was filed and settled is so no more: the decision is none, and the money goes back
            "annul", "closed", "withdrawn", reopens=True, who=HEAD, label=_("Withdraw the decision"),
            facts=facts.Withdrawn, quiet=True,
            confirm=True, said=_("Decision withdrawn: {reason}"), when=guards.stands, does=effects.withdrawn,
            paper="spot_withdrawal", tells=[PARTY, ASSIGNEE, CLERK],
        ),
        Step(
            "refund", "withdrawn", who=[CLERK, HEAD], label=_("The money is refunded"), facts=facts.Refunded,
            quiet=True, said=_("Refunded on {refunded_on}, receipt {refund_receipt}"), when=guards.refund_owed,
        ),
        Step(
            "remind_file", UNFILED, by=CLOCK, on=rules.FILE_WITHIN.overdue, tells=[HEAD, CLERK], label=_("Overdue"),
            said=_("The time to file the decision is over"),
        ),
        Step(
            "remind_pay", UNSETTLED, by=CLOCK, on=rules.PAY_WITHIN.overdue, tells=[PARTY, CLERK], label=_("Overdue"),
            said=_("The time to pay is over: for each day a part of the fine is added, up to the fine itself"),
            article=rules.PERCENT,
        ),
        Step(
            "remind_cash", UNSETTLED, by=CLOCK, on=rules.HAND_IN_WITHIN.overdue, tells=[ASSIGNEE, HEAD],
            label=_("Overdue"), said=_("The time to hand in the money is over"),
        ),
    ],
)  # fmt: skip
