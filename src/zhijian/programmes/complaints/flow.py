"""What can happen to a complaint, a report and an enquiry. They come in, are routed and answered alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import (
    ASSIGNEE,
    CLERK,
    DISPATCHER,
    HEAD,
    INSPECTOR,
    LEADER,
    MEDIATOR,
    SECOND,
    SECTION,
)
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.complaints import effects, facts, guards, models, rules
from zhijian.programmes.complaints.handling import facts as handling_facts
from zhijian.programmes.complaints.handling import identity, mediation, parting, recall, reward, visits
from zhijian.programmes.complaints.handling.mediation import MEDIATION
from zhijian.programmes.complaints.handling.recall import RECALL
from zhijian.programmes.complaints.handling.reward import REWARD
from zhijian.programmes.complaints.publication.flow import PUBLICATION

TAKE_IN = [CLERK, DISPATCHER, MEDIATOR, INSPECTOR, HEAD]
ROUTE = [DISPATCHER, HEAD, CLERK]
APPROVE = [HEAD, LEADER]
HANDLE = [ASSIGNEE, SECOND]

RECEIVED = State("received", _("To be routed"), tone="act")
HANDLING = State("handling", _("With whoever handles it"), tone="act")
CONCLUDED = State("concluded", _("Ended: the answer is to be written"), tone="act")
APPROVING = State("approving", _("Answer to be approved"), tone="act")
ANSWERED = State("answered", _("Answered and closed"), final=True, tone="good")
RETURNED = State("returned", _("Given back: not ours"), final=True, void=True)


TOLD = State("told", _("Told online: to be registered"), tone="act")
NOT_TAKEN = State("not_taken", _("Not registered"), final=True, void=True)


def told_online(begins: Sequence[Any]) -> list[Step]:
    """Told on our own pages: where that is no lawful way in, the law's clocks begin when staff register it
    (Order 121 art. 8, 40), or when it comes by the 12315 platform."""
    taken = {"said": _("Registered {note}"), "facts": facts.Accepted, "does": effects.taken_in, "starts": begins}
    return [
        Step(
            "tell", to="told", who=TAKE_IN, label=_("Told online"), facts=facts.Told, hidden=True,
            said=_("Told on our own pages"), fills=effects.received, does=effects.certified,
            starts=rules.PORTAL_WITHIN,
            tells=DISPATCHER, article=rules.PORTAL_COUNTS,
        ),
        Step(
            "take_in", "told", "received", who=TAKE_IN, label=_("Register it"), likely=True, confirm=True,
            stops=rules.PORTAL_WITHIN, tells=DISPATCHER, article=rules.PORTAL_COUNTS, **taken,
        ),
        Step(
            "decline", "told", "not_taken", who=[CLERK, DISPATCHER, HEAD], label=_("Do not register"),
            facts=facts.Reason, said=_("Not registered: {reason}"), does=effects.not_taken, stops=rules.PORTAL_WITHIN,
        ),
        Step(
            "hand_on", "told", "not_taken", who=TAKE_IN, label=_("Handed over by the person"), hidden=True,
            facts=facts.Reason, said=_("Whoever told it: {reason}"), does=effects.not_taken, stops=rules.PORTAL_WITHIN,
        ),
        Step(
            "take_in", "not_taken", "received", who=TAKE_IN, label=_("Register it all the same"), reopens=True,
            quiet=True, **taken,
        ),
    ]  # fmt: skip


def telling_more(states: Sequence[str]) -> Step:
    """What whoever told it adds by the code to follow it."""
    return Step(
        "add", tuple(states), who=TAKE_IN, label=_("Told more"), facts=facts.Added, hidden=True,
        said=_("Whoever told it online has added to it"), does=effects.added, tells=[ASSIGNEE, DISPATCHER],
    )  # fmt: skip


def coming_in(begins: Sequence[Any]) -> list[Step]:
    """How it comes in, by a person or from another platform. `begins` are the clocks of its own law."""
    return [
        Step(
            "register", to="received", who=TAKE_IN, label=_("Register"), facts=facts.Registered,
            said=_("Registered; it came by: {channel}"), fills=effects.received, does=effects.certified, starts=begins,
            tells=DISPATCHER,
        ),
        Step(
            "arrive", to="received", who=TAKE_IN, label=_("Arrived from another platform"), facts=facts.Arrived,
            hidden=True, said=_("Arrived from another platform; category there: {said_category}"),
            fills=effects.received, starts=begins, tells=DISPATCHER,
        ),
        Step(
            "split_off", to="received", who=TAKE_IN, label=_("Part of another"), facts=facts.Arrived,
            hidden=True, said=_("Was part of another, or taken for another kind"), fills=effects.received,
            starts=begins, tells=DISPATCHER,
        ),
    ]  # fmt: skip


def routed(work: Sequence[str], writing: Sequence[str]) -> list[Step]:
    """Who is meant, to which office, to whom; and back with a reason.

    `work` are the states in which it is handled, `writing` those in which it is answered.
    """
    open_ = ("received", *work)
    return [
        Step(
            "name", (*open_, *writing), who=[*ROUTE, *HANDLE], label=_("Name the enterprise"), facts=facts.Named,
            hidden=True, said=_("Which enterprise is meant: {meant}"), when=guards.on_the_register, does=effects.named,
        ),
        Step(
            "assign", ("received", "handling"), "handling", who=ROUTE, label=_("Assign"), facts=facts.Assigned,
            said=_("Assigned to {assignee}"), likely=True, stops=rules.HOTLINE_RETURN, tells=ASSIGNEE,
        ),
        Step(
            "pass_on", "received", who=ROUTE, label=_("Pass on to an office"), facts=facts.PassedOn,
            said=_("Passed on to {area}: {note}"), when=guards.goes_down,
            does=effects.passed_on, tells=[DISPATCHER, HEAD, CLERK],
        ),
        Step(
            "hand_up", open_, "received", who=[*ROUTE, *HANDLE], label=_("Hand back to the centre above"),
            facts=facts.Reason, said=_("Handed back to the centre above: {reason}"), when=guards.somebody_above,
            does=effects.handed_up, tells=DISPATCHER,
        ),
        Step(
            "give_back", ("received", "handling"), "returned", who=[DISPATCHER, HEAD], label=_("Not ours: give back"),
            facts=facts.Reason, confirm=True, said=_("Given back to the platform it came from: {reason}"),
            when=guards.came_from_a_platform, article=rules.HOTLINE_RETURN,
        ),
        Step(
            "contact", (*open_, *writing), who=[*ROUTE, *HANDLE, MEDIATOR], label=_("A call"),
            facts=facts.Spoken, hidden=True, said=_("A call to: {whom}; reached: {reached}"),
            when=guards.a_call_of_it, does=effects.spoken,
        ),
    ]  # fmt: skip


def understood(states: Sequence[str]) -> list[Step]:
    """What it is about, and what is dealt with together: each has its own page (categories, together)."""
    return [
        Step(
            "categorise", tuple(states), who=[*ROUTE, *HANDLE], label=_("Kind of problem"), facts=facts.Categorised,
            hidden=True, said=_("What it is about: {category}"), when=guards.in_the_list,
        ),
        Step(
            "join", tuple(states), who=[*ROUTE, *HANDLE], label=_("Join"), facts=facts.Joined, hidden=True,
            said=_("Dealt with together with {number}"), when=guards.belongs_to,
        ),
        Step(
            "part", tuple(states), who=[*ROUTE, *HANDLE], label=_("Part"), facts=facts.Parted, hidden=True,
            said=_("No longer dealt with together with {number}: {reason}"), when=guards.is_joined,
            does=effects.parted,
        ),
        Step(
            "gather", tuple(states), who=[*ROUTE, *HANDLE], label=_("Joined to it"), facts=facts.Gathered, hidden=True,
            said=_("{number} is dealt with together with this one"),
        ),
        Step(
            "let_go", tuple(states), who=[*ROUTE, *HANDLE], label=_("Parted from it"), facts=facts.Gathered,
            hidden=True, said=_("{number} is dealt with by itself again"),
        ),
    ]  # fmt: skip


def answered(ready: str) -> list[Step]:
    """The answer is written, approved by another person, and goes back. `ready` is the state in which it is written."""
    return [
        Step(
            "reply", ready, "approving", who=[*HANDLE, CLERK], label=_("Write the answer"), facts=facts.Replied,
            said=_("The answer is written: {outcome}"), likely=True, when=recall.reply_is_sure, does=effects.replied,
            tells=HEAD,
        ),
        Step(
            "redo", "approving", ready, who=APPROVE, label=_("Send back to be rewritten"), facts=facts.Reason,
            said=_("The answer is to be rewritten: {reason}"), tells=ASSIGNEE,
        ),
        Step(
            "approve", "approving", "answered", who=APPROVE, label=_("Approve the answer"), confirm=True,
            said=_("The answer is approved"), likely=True, when=[guards.not_its_author, parting.parts_answered],
            does=effects.approved, tells=ASSIGNEE,
        ),
        Step(
            "reopen", ("answered", "returned"), "handling", who=[DISPATCHER, HEAD], label=_("Do it again"),
            facts=facts.Reason, reopens=True, said=_("To be done again: {reason}"), does=effects.reopened,
            tells=[ASSIGNEE, HEAD],
        ),
    ]  # fmt: skip


def late(states: Sequence[str], *clocks: Any) -> list[Step]:
    """What time does: whoever handles it and the head are told that a clock ran out."""
    return [
        Step(
            f"late_{n}", tuple(states), by=CLOCK, on=clock.overdue, label=_("Overdue"),
            said=format_lazy("{}{}", _("A time limit has run out: "), _(clock.label)), tells=[ASSIGNEE, HEAD],
        )
        for n, clock in enumerate(clocks, 1)
    ]  # fmt: skip


# No enterprise ever sees one: who reported it might be guessed (Order 121 art. 37).
_flow = partial(Flow, record=models.Item, of_area=True, unseen=True, reads=(SECTION,))

COMPLAINT = _flow(
    kind="complaint",
    title=_("Complaint"),
    plural=_("Complaints"),
    board=("told", "received", "handling", "mediating", "resting", "concluded", "approving"),
    states=[
        TOLD,
        RECEIVED,
        HANDLING,
        State("mediating", _("Accepted: in mediation"), tone="act"),
        State("resting", _("Mediation rests")),
        CONCLUDED,
        APPROVING,
        ANSWERED,
        RETURNED,
        NOT_TAKEN,
        parting.CORRECTED,
    ],
    steps=[
        *told_online([rules.ACCEPT_WITHIN]),
        *coming_in([rules.ACCEPT_WITHIN]),
        telling_more(("told", "received", "handling", "mediating", "resting")),
        *routed(("handling", "mediating", "resting"), ("concluded", "approving")),
        *understood(("received", "handling", "mediating", "resting", "concluded", "approving")),
        *mediation.STEPS,
        Step(
            "settle", ("handling", "mediating"), "concluded", who=HANDLE, label=_("Settled: the two agree"),
            facts=facts.Settled, said=_("Settled: {why}"), likely=True, does=effects.settled,
            stops=[rules.ACCEPT_WITHIN, rules.MEDIATE_WITHIN], article=rules.MEDIATE_WITHIN,
        ),
        Step(
            "accept", "handling", "mediating", who=HANDLE, label=_("Accept"), facts=facts.Accepted,
            said=_("Accepted {note}"), does=effects.accepted, when=[guards.has_a_name, identity.is_known],
            stops=rules.ACCEPT_WITHIN, article=rules.ACCEPT_WITHIN,
        ),
        Step(
            "refuse", "handling", "concluded", who=HANDLE, label=_("Do not accept"), facts=facts.Refused,
            said=_("Not accepted, ground {ground}: {why}"), when=identity.time_is_over, does=effects.refused,
            stops=[rules.ACCEPT_WITHIN, rules.IDENTITY_WITHIN], article=rules.REFUSAL_GROUNDS,
        ),
        *identity.STEPS,
        Step(
            "withdraw", ("received", "handling", "mediating", "resting"), "concluded", who=[*HANDLE, *ROUTE],
            label=_("Withdrawn"), facts=facts.Reason, said=_("Withdrawn: {reason}"), does=effects.withdrawn,
            stops=[rules.ACCEPT_WITHIN, rules.MEDIATE_WITHIN],
        ),
        Step(
            "rest", "mediating", "resting", who=HANDLE, label=_("Let it rest"), facts=facts.Rest,
            said=_("Mediation rests: {reason}"), does=effects.rested, article=rules.MEDIATE_WITHIN,
        ),
        Step(
            "go_on", "resting", "mediating", who=HANDLE, label=_("Go on"), confirm=True, said=_("Mediation goes on"),
            resumes=rules.MEDIATE_WITHIN, likely=True,
        ),
        Step(
            "end", ("mediating", "resting"), "concluded", who=HANDLE, label=_("End mediation"), facts=facts.Ended,
            said=_("Mediation ended, ground {ground}: {why}"), does=effects.ended, stops=rules.MEDIATE_WITHIN,
            article=rules.END_GROUNDS,
        ),
        *answered("concluded"),
        *recall.claims(("handling", "mediating", "concluded")),
        *visits.steps(("handling", "mediating")),
        *parting.steps(("received", "handling", "mediating")),
        *late(
            ("told", "received", "handling", "mediating", "concluded", "approving"),
            rules.CONTACT_WITHIN, rules.PORTAL_WITHIN, rules.ACCEPT_WITHIN, rules.MEDIATE_WITHIN, rules.TELL_WITHIN,
            rules.HOTLINE_REPLY,
        ),
    ],
)  # fmt: skip

REPORT = _flow(
    kind="report",
    title=_("Report of a violation"),
    plural=_("Reports of violations"),
    board=("told", "received", "handling", "concluded", "approving"),
    states=[
        TOLD,
        RECEIVED,
        State("handling", _("Being verified"), tone="act"),
        State("concluded", _("Decided: the answer is to be written"), tone="act"),
        APPROVING,
        ANSWERED,
        RETURNED,
        NOT_TAKEN,
        parting.CORRECTED,
    ],
    steps=[
        *told_online([rules.VERIFY_WITHIN]),
        *coming_in([rules.VERIFY_WITHIN]),
        telling_more(("told", "received", "handling")),
        *routed(("handling",), ("concluded", "approving")),
        *understood(("received", "handling", "concluded", "approving")),
        Step(
            "extend", "handling", who=HEAD, label=_("Extend the verification"), facts=facts.Reason,
            said=_("The verification is extended: {reason}"), when=guards.not_extended, does=effects.extended,
            article=rules.VERIFY_MORE,
        ),
        Step(
            "decide", "handling", "concluded", who=HANDLE, label=_("Decide on the report"), facts=facts.Decided,
            said=_("Decided; a case is opened: {filed}. {why}"), likely=True, does=effects.decided,
            stops=rules.VERIFY_WITHIN, article=rules.VERIFY_WITHIN,
        ),
        Step(
            "tell_result", ("concluded", "approving", "answered"), who=HANDLE, label=_("Tell the result by a paper"),
            facts=handling_facts.ResultTold, said=_("The result is told by a paper, as {basis} asks"), quiet=True,
            when=guards.left_a_name, does=effects.result_told, article=rules.FORMS,
        ),
        *reward.STEPS,
        *answered("concluded"),
        *recall.claims(("handling", "concluded")),
        *visits.steps(("handling",)),
        *parting.steps(("received", "handling")),
        *late(
            ("told", "received", "handling", "concluded", "approving"),
            rules.CONTACT_WITHIN, rules.PORTAL_WITHIN, rules.VERIFY_WITHIN, rules.REPORT_TELL_WITHIN,
            rules.HOTLINE_REPLY,
        ),
    ],
)  # fmt: skip

ENQUIRY = _flow(
    kind="enquiry",
    title=_("Enquiry or suggestion"),
    plural=_("Enquiries and suggestions"),
    board=("received", "handling", "approving"),
    states=[RECEIVED, HANDLING, APPROVING, ANSWERED, RETURNED, parting.CORRECTED],
    steps=[
        *coming_in([rules.ANSWER_WITHIN]),
        telling_more(("received", "handling")),
        *routed(("handling",), ("approving",)),
        *understood(("received", "handling", "approving")),
        *answered("handling"),
        *recall.claims(("handling",)),
        *visits.steps(("handling",)),
        *parting.steps(("received", "handling")),
        *late(
            ("received", "handling", "approving"), rules.CONTACT_WITHIN, rules.ANSWER_WITHIN, rules.HOTLINE_REPLY
        ),
    ],
)  # fmt: skip

__all__ = [
    "COMPLAINT", "ENQUIRY", "FLOWS", "KINDS", "MEDIATION", "PUBLICATION", "RECALL", "REPORT", "REWARD", "flow_for",
]  # fmt: skip
KINDS = (COMPLAINT.kind, REPORT.kind, ENQUIRY.kind)
FLOWS = {models.Sort.COMPLAINT: COMPLAINT, models.Sort.REPORT: REPORT}


def flow_for(sort: str) -> Flow:
    """The flow of a kind of item: what is neither a dispute nor a clue is answered, no more."""
    return FLOWS.get(models.Sort(sort), ENQUIRY)
