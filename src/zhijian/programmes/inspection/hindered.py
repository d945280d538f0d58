"""Visits that do not go to plan: what the officers find at the door, and the lawful next step of each.

The steps stand here as a table, each of the six outcomes one row for a planned visit and one for a re-check. A planned
visit that nobody will try again ends in a final state of its own: it was not made, so nobody is asked how it was, and
it counts as no finished inspection.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, HEAD, INSPECTOR, PARTY, SECOND
from zhijian.kernel.matters import Step
from zhijian.programmes.inspection import effects, facts, guards, rules
from zhijian.programmes.inspection.fair import capping
from zhijian.programmes.inspection.models import Hindered

OFFICERS: list[Any] = [ASSIGNEE, SECOND, INSPECTOR]


def _found(verb: str, to: str | None, said: Any, **more: Any) -> list[Step]:
    """The step from a planned visit, and at a re-check, whose findings stay as they are."""
    common: dict[str, Any] = {
        "who": OFFICERS, "facts": facts.AtTheDoor, "label": Hindered(verb).label, "said": said, "hidden": True,
        "does": effects.stood_before, **more,
    }  # fmt: skip
    return [Step(verb, "planned", to, **common), Step(verb, "rectifying", None, **common)]


STEPS = [
    *_found("shut", None, _("Shut; to be visited again on {planned_for}")),
    *_found("repair", None, _("Under repair; to be visited again on {planned_for}")),
    *_found(
        "closed_down",
        "hindered",
        _("Closed down. The licence is to be handed in for cancellation"),
        tells=[HEAD, PARTY],
        article=rules.CANCEL_LICENCE,
    ),
    *_found("moved", "away", _("Moved; said to be now at {address}"), tells=HEAD),
    *_found("not_found", "hindered", _("Not to be found at the registered address")),
    *_found("refused", "hindered", _("Entry refused: {note}"), tells=HEAD, article=rules.REFUSED_ENTRY),
    Step(
        "too_often",
        ("planned", "rectifying"),
        who=OFFICERS,
        label=_("Often in vain"),
        said=_("Several visits found nobody: the head of office is told"),
        hidden=True,
        tells=HEAD,
        article=rules.FRUITLESS_MAX,
    ),
    Step(
        "hand_over",
        "away",
        "planned",
        who=HEAD,
        label=_("Hand over to the office of the new address"),
        facts=facts.HandedOver,
        hidden=True,
        said=_("Handed over to the office of the new address"),
        does=effects.handed_over,
        tells=HEAD,
    ),
    # Open findings go along: the new office re-checks, the days that were set hold.
    Step(
        "hand_over",
        "rectifying",
        None,
        who=HEAD,
        label=_("Hand over to the office of the new address"),
        facts=facts.HandedOver,
        hidden=True,
        said=_("Handed over, with its open findings, to the office of the new address"),
        does=effects.without_officers,
        tells=HEAD,
    ),
    Step(
        "entrust",
        "rectifying",
        None,
        who=HEAD,
        label=_("Name the officers of the re-check"),
        facts=facts.Pair,
        said=_("Given to other officers"),
        when=guards.two_officers,
        does=effects.entrusted,
        tells=[ASSIGNEE, SECOND],
    ),
    Step(
        "visit_again",
        "away",
        "planned",
        who=HEAD,
        label=_("Visit here again"),
        facts=facts.Again,
        said=_("Has not moved out of reach: visit planned for {planned_for}"),
        when=capping.within_cap,
        does=effects.due_on_the_day,
        tells=ASSIGNEE,
    ),
]
