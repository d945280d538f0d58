"""A return call (回访): tried on different days by somebody who was not rated, and ended by an answer or given up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, HEAD
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, Guard, State, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.ratings import facts, rules
from zhijian.kernel.ratings.models import ReturnCall

MAY_RING = (CLERK, HEAD)


def not_the_rated(matter: Matter, record: ReturnCall | None, actor: Actor, given: Any) -> Guard:
    """Whoever is rated does not call, whatever else he is."""
    return no(_("Whoever was rated never makes the call.")) if actor.label in matter.kept_from else ok()


def another_day(matter: Matter, record: ReturnCall, actor: Actor, given: Any) -> Guard:
    """Tries count on different days."""
    if record.last_try is not None and record.last_try >= matter.day:
        return no(_("It was tried today already: try again on another day."), rules.TRIES)
    return ok()


def tried_enough(matter: Matter, record: ReturnCall, actor: Actor, given: Any) -> Guard:
    """A call is given up after so many days on which nobody was reached."""
    wanted = int(rules.TRIES.value(matter.day, 1))
    if record.tries < wanted:
        told = {"tries": record.tries, "wanted": wanted}
        return no(_("Tried on %(tries)s days so far; it is given up after %(wanted)s.") % told, rules.TRIES)
    return ok()


def kept_from_the_rated(matter: Matter, record: ReturnCall, given: Any, actor: Actor, at: dt.datetime) -> None:
    """From now on the rated officers see nothing of it, below the querysets."""
    about = record.about
    matter.kept_from = sorted(f"person:{pk}" for pk in {about.assignee_id, about.second_id} if pk is not None)
    Matter.objects.filter(pk=matter.pk).update(kept_from=matter.kept_from)


def tried(matter: Matter, record: ReturnCall, given: Any, actor: Actor, at: dt.datetime) -> None:
    """One more day on which nobody was reached."""
    ReturnCall.objects.filter(pk=record.pk).update(tries=record.tries + 1, last_try=matter.day)


RETURN_CALL = Flow(
    kind="return_call",
    title=_("Return call"),
    plural=_("Return calls"),
    numbered=False,
    record=ReturnCall,
    states=[
        State("waiting", _("To be called"), tone="act"),
        State("called", _("Called"), final=True, tone="good"),
        State("given_up", _("Not reached"), final=True),
    ],
    steps=[
        Step(
            "ask",
            to="waiting",
            who=CLERK,
            label=_("Ask for a return call"),
            said=_("To be called back"),
            hidden=True,
            starts=rules.CALL_WITHIN,
            tells=CLERK,
            does=kept_from_the_rated,
        ),
        Step(
            "call",
            "waiting",
            "called",
            who=MAY_RING,
            label=_("Reached: note the answer"),
            facts=facts.Answer,
            said=_("Called back: {satisfied}"),
            when=not_the_rated,
            likely=True,
            stops=rules.CALL_WITHIN,
        ),
        Step(
            "try",
            "waiting",
            who=MAY_RING,
            label=_("Not reached"),
            facts=facts.NotReached,
            said=_("Nobody was reached"),
            when=[not_the_rated, another_day],
            does=tried,
        ),
        Step(
            "give_up",
            "waiting",
            "given_up",
            who=MAY_RING,
            label=_("Give up"),
            said=_("Given up: nobody was reached"),
            when=[not_the_rated, tried_enough],
            confirm=True,
            stops=rules.CALL_WITHIN,
        ),
        Step(
            "remind",
            "waiting",
            "waiting",
            by=CLOCK,
            on=rules.CALL_WITHIN.overdue,
            tells=[CLERK, HEAD],
            label=_("Overdue"),
            said=_("The time for the return call is over"),
        ),
    ],
)
