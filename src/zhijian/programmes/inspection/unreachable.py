"""Not to be found at the registered address: sought by visits and letters, then proposed to be listed as abnormal.

The matter is the bureau's own and can be exported; the programme of credit takes it over from "handed over".
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, HEAD, INSPECTOR
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.inspection import effects, facts, guards, models, rules

UNREACHABLE = Flow(
    kind="unreachable",
    title=_("Enterprise not to be reached"),
    plural=_("Enterprises not to be reached"),
    numbered=False,
    record=models.Unreachable,
    states=[
        State("sought", _("Being looked for"), tone="act"),
        State("proposed", _("Listing as abnormal proposed"), tone="bad"),
        State("handed", _("Handed over to be listed"), final=True),
        State("reached", _("Reached"), final=True, tone="good"),
    ],
    steps=[
        Step(
            "seek",
            to="sought",
            who=INSPECTOR,
            label=_("Look for it"),
            facts=facts.Sought,
            said=_("Nobody of it was found at its registered address"),
            hidden=True,
            tells=HEAD,
            article=rules.SOUGHT_MIN,
        ),
        Step(
            "seek_again",
            ("sought", "proposed"),
            who=INSPECTOR,
            label=_("Looked for again"),
            said=_("Looked for once more in vain"),
            hidden=True,
            does=effects.sought_again,
        ),
        Step(
            "letter",
            "sought",
            who=[CLERK, HEAD],
            label=_("A letter came back"),
            facts=facts.Letter,
            said=_("A letter sent on {sent_on} came back unsigned on {returned_on}"),
            when=guards.letters_apart,
            article=rules.LETTERS_MIN,
            does=effects.letter_counted,
        ),
        Step(
            "propose",
            "sought",
            "proposed",
            who=[HEAD, CLERK],
            label=_("Propose to list it as abnormal"),
            likely=True,
            confirm=True,
            said=_("Proposed to be listed as abnormal: not to be reached at the registered address"),
            when=guards.sought_enough,
            starts=rules.LIST_WITHIN,
            article=rules.SOUGHT_MIN,
        ),
        Step(
            "hand_over",
            "proposed",
            "handed",
            who=HEAD,
            label=_("Handed over to be listed"),
            likely=True,
            confirm=True,
            said=_("Handed over to be entered in the list of abnormal operations"),
            stops=rules.LIST_WITHIN,
            article=rules.LIST_WITHIN,
        ),
        Step(
            "reach",
            ("sought", "proposed"),
            "reached",
            who=[HEAD, CLERK, INSPECTOR],
            label=_("It was reached"),
            facts=facts.Reason,
            said=_("Reached after all: {reason}"),
            stops=rules.LIST_WITHIN,
        ),
        Step(
            "remind",
            "proposed",
            "proposed",
            by=CLOCK,
            on=rules.LIST_WITHIN.overdue,
            tells=HEAD,
            label=_("Overdue"),
            said=_("The time to have it listed is over"),
        ),
    ],
)
