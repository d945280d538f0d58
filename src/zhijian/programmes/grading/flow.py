"""What can happen to a grade: it is computed, proposed, confirmed by a person, and looked at again when asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, HEAD, INSPECTOR, PARTY, SECTION
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.grading import effects, facts, guards, models, rules

STAFF = [INSPECTOR, CLERK, SECTION, HEAD]
DECIDE = [HEAD, SECTION]
OPEN = ("proposed", "held", "asked")

GRADING = Flow(
    kind="grading",
    title=_("Risk grade"),
    plural=_("Risk grades"),
    record=models.Grading,
    numbered=False,
    board=("proposed", "asked", "held"),
    states=[
        State("proposed", _("To be confirmed"), tone="act"),
        State("held", _("In force"), tone="good"),
        State("asked", _("A review is asked for"), tone="warn"),
        State("ended", _("Graded no more"), final=True),
    ],
    steps=[
        Step(
            "compute", to="proposed", who=DECIDE, label=_("Compute the grade"), facts=facts.Computed, hidden=True,
            said=_("Computed for the first time: {computed}, {points} points"), article=rules.CUTOFFS,
        ),
        Step(
            "propose", "held", "proposed", who=DECIDE, label=_("Propose another grade"), facts=facts.Computed,
            hidden=True, said=_("Computed anew, to be confirmed: {computed}, {points} points"), article=rules.CUTOFFS,
        ),
        Step(
            "settle", "proposed", "held", who=DECIDE, label=_("Back to the grade in force"), facts=facts.Computed,
            hidden=True, said=_("Computed as it was decided: {computed}, {points} points"),
        ),
        Step(
            "recompute", OPEN, who=DECIDE, label=_("Compute anew"), facts=facts.Computed, hidden=True,
            said=_("Computed anew: {computed}, {points} points"), article=rules.CUTOFFS,
        ),
        Step(
            "confirm", "proposed", "held", who=DECIDE, label=_("Confirm the computed grade"), likely=True,
            confirm=True, said=_("The computed grade is confirmed"), does=effects.hold, tells=PARTY,
            article=rules.CUTOFFS,
        ),
        Step(
            "differ", "proposed", "held", who=DECIDE, label=_("Set another grade"), facts=facts.Differ,
            said=_("Another grade than the computed one: {to}. {reason}"), when=guards.is_another,
            does=effects.hold, tells=PARTY, article=rules.ADJUST,
        ),
        Step(
            "ask", "held", "asked", who=PARTY, label=_("Ask for a review of the grade"), facts=facts.Ask, quiet=True,
            said=_("A review is asked for: {review}"), tells=HEAD,
        ),
        Step(
            "keep", "asked", "held", who=DECIDE, label=_("The grade stays"), facts=facts.Answered,
            said=_("Looked at again, the grade stays: {answer}"), tells=PARTY,
        ),
        Step(
            "change", "asked", "held", who=DECIDE, label=_("Change the grade"), facts=facts.Reviewed,
            said=_("Looked at again, the grade is {to} now: {answer}"), when=guards.is_changed, does=effects.hold,
            tells=PARTY,
        ),
        Step(
            "describe", OPEN, who=STAFF, label=_("Enter what the place is"), facts=facts.Described, hidden=True,
            said=_("What the place is was entered"), does=effects.recount,
        ),
        Step(
            "note", OPEN, who=STAFF, label=_("Enter what raises the grade"), facts=facts.Noted,
            said=_("Entered, of {on}: {word}"), when=guards.has_happened, does=effects.entered, article=rules.ADJUST,
        ),
        Step(
            "strike", OPEN, who=DECIDE, label=_("Take an entry back"), facts=facts.Struck, quiet=True,
            said=_("An entry that raised the grade is taken back: {reason}"), when=guards.was_entered,
            does=effects.struck,
        ),
        Step(
            "move", OPEN, who=DECIDE, label=_("Move to another office"), facts=facts.Moved, hidden=True,
            said=_("The place belongs to another office now"), when=guards.is_an_area,
        ),
        Step(
            "end", OPEN, "ended", who=DECIDE, label=_("End the grade"), facts=facts.Ended, hidden=True,
            said=_("Graded no more"), does=effects.over,
        ),
    ],
)  # fmt: skip
