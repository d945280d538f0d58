"""What can happen to a request for joint handling. Whoever asked acts from the page of the matter (`joint.pages`)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CLERK, DISPATCHER, HEAD
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, Guard, State, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.supervision import rules
from zhijian.programmes.supervision.guards import day_to_come
from zhijian.programmes.supervision.joint import effects, facts
from zhijian.programmes.supervision.models import JointHandling

OPEN = ("asked", "taken", "answered")
SORTS = (HEAD, DISPATCHER, CLERK)  # who gives what is asked of an office to its people
ASKS = (HEAD, DISPATCHER)  # who, besides those in charge of a matter, asks about it


def _of(record: JointHandling) -> Matter:
    """Its matter, which whoever acts need not see."""
    with scoped(SYSTEM):
        return Matter.objects.get(pk=record.of_id)


def who_asked(matter: Matter, record: JointHandling, actor: Actor, told: Any) -> Guard:
    """Only who asked judges and withdraws: by the page of the matter, where the system's hand does it."""
    if actor.kind == "system" or actor.roles_at(record.by_area) & set(ASKS):
        return ok()
    return no(_("Whoever asked judges the contribution, on the page of the matter."))


def astray(matter: Matter, record: JointHandling, actor: Actor, told: Any) -> Guard:
    """Its matter lies elsewhere by now, or is about somebody else."""
    of = _of(record)
    same = (of.area, of.entity_id, of.premises_id) == (record.by_area, matter.entity_id, matter.premises_id)
    return no(_("It lies where its matter lies.")) if same else ok()


def over(matter: Matter, record: JointHandling, actor: Actor, told: Any) -> Guard:
    """Only where the matter has ended."""
    return ok() if _of(record).closed is not None else no(_("The matter that it is about is still open."))


def came_here(matter: Matter, record: JointHandling, actor: Actor, told: Any) -> Guard:
    """Only where the matter itself lies with the office that was asked."""
    return ok() if _of(record).area == matter.area else no(_("The matter lies with another office."))


JOINT = Flow(
    kind="joint_handling",
    title=_("Joint handling"),
    plural=_("Joint handlings"),
    record=JointHandling,
    of_area=True,
    unseen=True,
    follows=True,
    reads=facts.WORKS,
    board=OPEN,
    states=[
        State("asked", _("To be taken over"), tone="act"),
        State("taken", _("Being worked on"), tone="act"),
        State("answered", _("Contribution to be judged")),
        State("accepted", _("Contribution accepted"), final=True, tone="good"),
        State("declined", _("Request declined"), final=True, void=True),
        State("withdrawn", _("Request withdrawn"), final=True, void=True),
    ],
    steps=[
        Step(
            "ask", to="asked", who=ASKS, label=_("Ask for joint handling"), facts=facts.Asked, hidden=True,
            said=_("Asked of {area}: {subject}; they are told who came: {tell_who} {who_reason}"), when=day_to_come,
            does=effects.asked, tells=[HEAD, DISPATCHER, CLERK], article=rules.JOINT_WITHIN,
        ),
        Step(
            "take", "asked", "taken", who=facts.WORKS, label=_("Take it over"), facts=facts.Taken,
            said=_("Taken over by {assignee}"), likely=True, tells=ASSIGNEE,
        ),
        Step(
            "give_on", "taken", who=SORTS, label=_("Give it to somebody else"), facts=facts.Taken,
            said=_("Given to {assignee}"), quiet=True, tells=ASSIGNEE,
        ),
        Step(
            "decline", ("asked", "taken"), "declined", who=[ASSIGNEE, HEAD, DISPATCHER], label=_("Decline the request"),
            facts=facts.Why, said=_("Declined: {why}"), does=effects.declined,
        ),
        Step(
            "answer", "taken", "answered", who=[ASSIGNEE, HEAD], label=_("Send the contribution"),
            facts=facts.Contributed, said=_("Contributed: {answer}"), likely=True, does=effects.contributed,
            stops=rules.JOINT_WITHIN, article=rules.JOINT_WITHIN,
        ),
        Step(
            "accept", "answered", "accepted", who=ASKS, label=_("Accept the contribution"), hidden=True,
            said=_("The contribution is accepted"), when=who_asked, does=effects.judged, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "send_back", "answered", "taken", who=ASKS, label=_("Send the contribution back"), facts=facts.SentBack,
            hidden=True, said=_("Sent back: {why}"), when=[who_asked, day_to_come], does=effects.sent_back,
            tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "withdraw", OPEN, "withdrawn", who=ASKS, label=_("Withdraw the request"), facts=facts.Why, hidden=True,
            said=_("Withdrawn: {why}"), when=who_asked, does=effects.judged, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "go_with", OPEN, who=ASKS, label=_("It follows its matter"), hidden=True,
            said=_("The matter went to another office or person, who asks from now on"), when=astray,
            does=effects.went_with,
        ),
        Step(
            "matter_ended", ("asked", "taken"), "withdrawn", who=ASKS, label=_("The matter has ended"), hidden=True,
            said=_("The matter has ended: nothing is asked any more"), when=over, does=effects.judged,
            tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "matter_ended", "answered", "accepted", who=ASKS, label=_("The matter has ended"), hidden=True,
            said=_("The matter has ended: the contribution stands"), when=over, does=effects.judged, tells=ASSIGNEE,
        ),
        Step(
            "let_go", OPEN, "withdrawn", who=ASKS, label=_("The matter itself came to this office"), hidden=True,
            said=_("The matter itself came to this office: nothing is asked any more"), when=came_here,
            does=effects.judged, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "late", ("asked", "taken"), by=CLOCK, on=rules.JOINT_WITHIN.overdue, label=_("Overdue"),
            said=_("It was not answered in time"), does=effects.late, tells=[ASSIGNEE, HEAD],
        ),
    ],
)  # fmt: skip
