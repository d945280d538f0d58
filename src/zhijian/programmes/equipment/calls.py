"""A call from a lift: who is called when, until nobody is inside and the cause is known.

The matter is the maintenance firm's: it is told at once by a message with a link, and says there (or by telephone to
the office) that it comes, that it is there, and how it ended. The clocks call the office, then those above it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, DISPATCHER, HEAD, INSPECTOR, PARTY, SECTION
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.equipment import doubts, effects, facts, models, rules

DUTY = [CLERK, INSPECTOR, HEAD, DISPATCHER]

CALL = Flow(
    kind="lift_call",
    title=_("Call from a lift"),
    plural=_("Calls from lifts"),
    record=models.LiftCall,
    doubt=doubts.sentence,
    of_things=True,
    board=("called", "coming", "there", "settled"),
    states=[
        State("called", _("Called: nobody has answered yet"), tone="bad"),
        State("coming", _("The firm is on the way"), tone="act"),
        State("there", _("The firm is at the lift"), tone="act"),
        State("settled", _("Settled at the lift: the cause is sought"), tone="warn"),
        State("closed", _("Closed"), final=True, tone="good"),
        State("mistaken", _("False alarm"), final=True, void=True),
    ],
    steps=[
        Step(
            "trapped", to="called", who=DUTY, hidden=True, label=_("People are trapped"), facts=facts.Called,
            said=_("People are trapped in the lift. {words}"), does=effects.called,
            starts=[rules.TAKE_WITHIN, rules.RESCUE_WITHIN], tells=[PARTY, HEAD, INSPECTOR],
            article=rules.RESCUE_WITHIN,
        ),
        Step(
            "fault", to="called", who=DUTY, hidden=True, label=_("Report a fault"), facts=facts.Faulty,
            said=_("A fault was reported. {words}"), does=effects.called, tells=PARTY,
        ),
        Step(
            "take", "called", "coming", who=[PARTY, *DUTY], label=_("We are on the way"), facts=facts.OnTheWay,
            said=_("The firm is on the way {who}"), likely=True, stops=rules.TAKE_WITHIN, does=effects.on_the_way,
        ),
        Step(
            "arrive", ("called", "coming"), "there", who=[PARTY, *DUTY], label=_("We are at the lift"), likely=True,
            said=_("The firm is at the lift"), stops=[rules.TAKE_WITHIN, rules.RESCUE_WITHIN],
            does=effects.at_the_lift, article=rules.RESCUE_WITHIN,
        ),
        Step(
            "free", "there", "settled", who=[PARTY, *DUTY], label=_("Everybody is out, or it runs again"),
            facts=facts.Freed, said=_("Settled at the lift: {word}"), likely=True, does=effects.settled,
            tells=HEAD,
        ),
        Step(
            "explain", "settled", who=PARTY, label=_("Report the cause"), facts=facts.Cause,
            said=_("The cause: {cause}"), tells=HEAD,
        ),
        Step(
            "close", "settled", "closed", who=[HEAD, INSPECTOR, CLERK], label=_("Close"), facts=facts.Cause,
            likely=True,
            said=_("Closed; the cause: {cause}"), tells=PARTY,
        ),
        Step(
            "mistake", ("called", "coming", "there"), "mistaken", who=DUTY, label=_("It was a false alarm"),
            facts=facts.Reason, confirm=True, said=_("A false alarm: {reason}"), tells=PARTY,
            does=effects.heard,
        ),
        Step(
            "unanswered", "called", by=CLOCK, on=rules.TAKE_WITHIN.overdue, label=_("The firm does not answer"),
            said=_("The firm has not answered in time: call it, and the hotline"), tells=[HEAD, INSPECTOR, SECTION],
            article=rules.TAKE_WITHIN,
        ),
        Step(
            "too_late", ("called", "coming"), by=CLOCK, on=rules.RESCUE_WITHIN.overdue, label=_("Rescuers are late"),
            said=_("Nobody is at the lift in time"), tells=[HEAD, SECTION, PARTY], article=rules.RESCUE_WITHIN,
        ),
    ],
)  # fmt: skip
