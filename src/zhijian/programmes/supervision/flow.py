"""What can happen to a supervision order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CASE_OFFICER, CLERK, HEAD, INSPECTOR, MEDIATOR, SECTION
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.supervision import effects, facts, guards, models, rules
from zhijian.programmes.supervision.guards import ORDERERS
from zhijian.programmes.supervision.joint.flow import JOINT

__all__ = ["JOINT", "OPEN", "SUPERVISION"]

OPEN = ("ordered", "answered")
WORKS = (INSPECTOR, MEDIATOR, CASE_OFFICER, CLERK, SECTION)

SUPERVISION = Flow(
    kind="supervision",
    title=_("Supervision order"),
    plural=_("Supervision orders"),
    record=models.SupervisionOrder,
    of_area=True,
    unseen=True,
    follows=True,
    reads=WORKS,
    board=OPEN,
    states=[
        State("ordered", _("To be answered"), tone="act"),
        State("answered", _("Answer to be judged"), tone="act"),
        State("accepted", _("Accepted, done with"), final=True, tone="good"),
        State("withdrawn", _("Order withdrawn"), final=True, void=True),
    ],
    steps=[
        Step(
            "order", to="ordered", who=ORDERERS, label=_("Order supervision"), facts=facts.Ordered, hidden=True,
            said=_("Ordered ({grade}): {what}"), when=guards.day_to_come, does=effects.ordered,
            tells=[ASSIGNEE, HEAD], article=rules.ANSWER_WITHIN,
        ),
        Step(
            "see", "ordered", who=ASSIGNEE, label=_("Sign as seen"), said=_("Signed as seen"), quiet=True,
            when=guards.not_seen, does=effects.seen,
        ),
        Step(
            "answer", "ordered", "answered", who=[ASSIGNEE, HEAD], label=_("Answer the order"), facts=facts.Answered,
            said=_("The order is answered: {answer}"), likely=True, when=guards.not_his_own, does=effects.answered,
            stops=rules.ANSWER_WITHIN, article=rules.ANSWER_WITHIN,
        ),
        Step(
            "accept", "answered", "accepted", who=ORDERERS, label=_("Accept the answer"), likely=True,
            said=_("The answer is accepted"), when=guards.his_to_judge, does=effects.accepted, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "send_back", "answered", "ordered", who=ORDERERS, label=_("Send the answer back"), facts=facts.SentBack,
            said=_("Sent back: {why}"), when=[guards.his_to_judge, guards.day_to_come], does=effects.sent_back,
            tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "withdraw", OPEN, "withdrawn", who=ORDERERS, label=_("Withdraw the order"), facts=facts.Why,
            said=_("Withdrawn: {why}"), when=guards.his_to_end, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "go_with", OPEN, hidden=True, who=ORDERERS, label=_("It follows its matter"), tells=ASSIGNEE,
            said=_("It follows its matter to its office and whoever holds it"), when=guards.went_elsewhere,
            does=effects.went_with,
        ),
        Step(
            "matter_ended", "ordered", "answered", hidden=True, who=ORDERERS, label=_("The matter has ended"),
            said=_("The matter has ended: how it ended is the answer"), when=guards.matter_ended,
            does=effects.ended_unanswered, stops=rules.ANSWER_WITHIN,
        ),
        Step(
            "matter_ended", "answered", hidden=True, who=ORDERERS, label=_("The matter has ended"),
            said=_("The matter has ended"), when=guards.matter_ended, does=effects.ended_answered,
        ),
        Step(
            "let_go", OPEN, "withdrawn", hidden=True, who=ORDERERS,
            label=_("The matter left the jurisdiction that ordered"),
            said=_("The matter left the jurisdiction that ordered: the order ends"), when=guards.out_of_reach,
            does=effects.let_go, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "late", "ordered", by=CLOCK, on=rules.ANSWER_WITHIN.overdue, label=_("Overdue"),
            said=_("It was not answered in time"), does=effects.late, tells=[ASSIGNEE, HEAD],
        ),
    ],
)  # fmt: skip
