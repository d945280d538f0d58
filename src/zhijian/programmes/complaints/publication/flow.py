"""What can happen to the line of an ended complaint: a matter of its own, since the shop never sees the complaint."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import DISPATCHER, HEAD, INSPECTOR, LEADER, MEDIATOR, PARTY, SECTION
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import CLOCK, calendar
from zhijian.kernel.matters import Flow, State, Step
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.publication import counts, facts, fitting, rules
from zhijian.programmes.complaints.publication.models import Line

DECIDES = [HEAD, LEADER]
OPEN = fitting.OPEN


def published(matter: Matter, record: Line, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The public counts it from now on."""
    record.shown_on = calendar.legal_day(at)
    record.save(update_fields=["shown_on"])
    counts.enter(matter, record)


def gone(matter: Matter, record: Line, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The public counts it no more, from this moment on."""
    counts.leave(record)


PUBLICATION = Flow(
    kind="complaint_line",
    title=_("Publication of a complaint"),
    plural=_("Publication of complaints"),
    record=Line,
    numbered=False,
    of_area=True,
    reads=(SECTION, DISPATCHER, MEDIATOR, INSPECTOR),
    board=OPEN,
    states=[
        State("waiting", _("To be published: the shop may object")),
        State("objected", _("Objection to be decided"), tone="act"),
        State("shown", _("Counted in public"), tone="good"),
        State("kept_back", _("Not published: the objection was right"), final=True, void=True),
        State("taken_down", _("Taken down"), final=True, void=True),
        State("over", _("No longer published: its time is over"), final=True),
    ],
    steps=[
        Step(
            "await", to="waiting", who=HEAD, label=_("To be published"), hidden=True,
            said=_("The complaint has ended: it is to be counted in public"), starts=rules.OBJECT_WITHIN, tells=PARTY,
            article=rules.OUTCOMES,
        ),
        Step(
            "object", "waiting", "objected", who=PARTY, label=_("Object to publication"), facts=facts.Objected,
            said=_("The shop objects: {objection}"), stops=rules.OBJECT_WITHIN, starts=rules.DECIDE_WITHIN,
            tells=HEAD, article=rules.OBJECT_WITHIN,
        ),
        Step(
            "uphold", "objected", "kept_back", who=DECIDES, label=_("The objection is right: do not publish"),
            facts=facts.Decided, said=_("Not published: {answer}"), stops=rules.DECIDE_WITHIN, tells=PARTY,
            article=rules.OBJECT_WITHIN,
        ),
        Step(
            "dismiss", "objected", "shown", who=DECIDES, label=_("Publish all the same"), facts=facts.Decided,
            said=_("Published all the same: {answer}"), does=published, stops=rules.DECIDE_WITHIN,
            starts=rules.SHOWN_FOR, tells=PARTY, article=rules.OBJECT_WITHIN,
        ),
        Step(
            "publish", "waiting", "shown", by=CLOCK, on=rules.OBJECT_WITHIN.overdue, label=_("Published"),
            said=_("Nobody objected: it is counted in public"), does=published, stops=rules.OBJECT_WITHIN,
            starts=rules.SHOWN_FOR, tells=PARTY, article=rules.OUTCOMES,
        ),
        Step(
            "take_down", OPEN, "taken_down", who=DECIDES, label=_("Take it down"), facts=facts.Why, confirm=True,
            said=_("Taken down: {why}"), does=gone, tells=PARTY,
        ),
        Step(
            "drop", OPEN, "taken_down", who=HEAD, label=_("It no longer holds"), hidden=True,
            said=_("Taken down: the complaint is handled again, or is about another shop"), does=gone, tells=PARTY,
        ),
        Step(
            "again", ("taken_down", "kept_back"), "waiting", who=DECIDES, label=_("Publish after all"),
            facts=facts.Anew, reopens=True, said=_("To be published after all: {reason}"), when=fitting.still_holds,
            starts=rules.OBJECT_WITHIN, tells=PARTY, article=rules.OUTCOMES,
        ),
        Step(
            "end", "shown", "over", by=CLOCK, on=rules.SHOWN_FOR.overdue, label=_("Its time is over"),
            said=_("Its time is over: it is counted no more"), does=gone, tells=PARTY, article=rules.SHOWN_FOR,
        ),
        Step(
            "late", "objected", by=CLOCK, on=rules.DECIDE_WITHIN.overdue, label=_("Overdue"),
            said=_("The time to decide the objection is over"), tells=HEAD,
        ),
    ],
)  # fmt: skip
