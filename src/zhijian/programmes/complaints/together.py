"""What belongs together is dealt with together: items join a leading one, and each keeps its own clocks and its answer.

What is done to the leading one can be done to all that joined it in the same act, each by its own step: who came with
each is answered under their own number, and is told nothing of the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, NotOpen, StepError
from zhijian.kernel.matters.flow import State, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform, why_not
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.complaints.models import Item

# What rests on one finding and may be said of all alike. Withdrawing is each one's own word.
VERBS = (
    "assign", "pass_on", "hand_up", "give_back", "accept", "refuse", "settle", "rest", "go_on", "end", "decide",
    "extend", "reply", "redo", "approve",
)  # fmt: skip
OWN = ("recovered",)  # what counts once: it is kept with the leading one
MOST = 200
COLUMNS = (
    "uid", "kind", "number", "title", "state", "area", "opened", "closed", "version", "due", "assignee", "second",
    "entity", "premises", "kept_from", "partner",
)  # fmt: skip
Refused = list[tuple[Matter, str]]


def joined_to(leading: Matter, actor: Actor) -> list[Matter]:
    """What is dealt with together with it, as far as he may read it, the oldest first."""
    rows = readable(Matter.objects.filter(item__leading=leading), actor)
    return list(rows.select_related("item").only(*COLUMNS, "item__phone_mark").order_by("opened", "pk")[:MOST])


def join(leading: Matter, others: Iterable[Matter], actor: Actor, at: dt.datetime | None = None) -> Refused:
    """Join each to the leading one; what could not be joined, with the reason."""
    refused: Refused = []
    for other in others:
        try:
            with transaction.atomic():
                _locked(leading, other)
                perform(other, "join", actor, at=at, leading=leading.pk, number=str(leading.number or ""))
                perform(leading, "gather", actor, at=at, number=str(other.number or ""))
        except StepError as error:
            refused.append((other, error.message))
    return refused


def part(matter: Matter, reason: str, actor: Actor) -> Matter:
    """It is dealt with by itself again. Raises StepError."""
    with transaction.atomic():
        leading = Matter.objects.filter(joined__pk=matter.pk).first()
        _locked(matter, *([leading] if leading is not None else []))
        number = str(leading.number or "") if leading is not None else ""
        done = perform(matter, "part", actor, reason=reason, number=number)
        if leading is not None and not why_not(leading, "let_go", actor):
            perform(leading, "let_go", actor, number=str(matter.number or ""))
        return done


def _locked(*matters: Matter) -> None:
    """Two people who join two items crosswise meet here: always in the same order."""
    keys = sorted(matter.pk for matter in matters)
    list(Matter.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def acts(leading: Matter, actor: Actor) -> list[Step]:
    """The steps that may be done to all at once: those open for the leading one or for one that joined it."""
    found: dict[str, Step] = {}
    unlike = {(one.state, one.assignee_id, one.area): one for one in (*joined_to(leading, actor), leading)}
    for matter in unlike.values():  # the same steps are open for those alike
        for offer in offers(matter, actor):
            if offer.open and offer.step.verb in VERBS:
                found.setdefault(offer.step.verb, offer.step)
    return list(found.values())


@dataclass(frozen=True)
class Target:
    """One of those together as the page shows it: whether the step is open for it, and if not why."""

    matter: Matter
    shut: str = ""

    @property
    def state(self) -> State:
        return flow_of(self.matter.kind).state(self.matter.state)


def targets(leading: Matter, verb: str, actor: Actor) -> list[Target]:
    """The leading one and those that joined it, for this step."""
    return [Target(one, why_not(one, verb, actor)) for one in (leading, *joined_to(leading, actor))]


def do(leading: Matter, verb: str, chosen: Sequence[Matter], facts: dict[str, Any], actor: Actor) -> Refused:
    """The step for each of those chosen, each by itself; what was refused, with the reason."""
    refused: Refused = []
    people = _people([leading, *joined_to(leading, actor)]) if "reply" in facts else {}
    for matter in chosen:
        told = facts if matter.pk == leading.pk else {k: v for k, v in facts.items() if k not in OWN}
        try:
            with transaction.atomic():
                _names_nobody_else(str(told.get("reply", "")), matter, people)
                perform(matter, verb, actor, **told)
        except BadFacts as error:
            refused.append((matter, " ".join(said for many in error.errors.values() for said in many)))
        except StepError as error:
            refused.append((matter, error.message))
    return refused


def _people(matters: Sequence[Matter]) -> dict[int, set[str]]:
    """The name and the number of who came with each."""
    rows = Item.objects.filter(pk__in=[one.pk for one in matters])
    return {row.pk: {str(value) for value in (row.person, row.phone) if value and len(value) > 1} for row in rows}


def _names_nobody_else(reply: str, matter: Matter, people: dict[int, set[str]]) -> None:
    """Nobody is told of another who came (Order 121 art. 37). Raises NotOpen."""
    own = people.get(matter.pk, set())
    others = {value for pk, values in people.items() if pk != matter.pk for value in values} - own
    if any(value in reply for value in others):
        raise NotOpen(_("The answer names somebody else who came: each is told only of their own."), "")


def persons(matters: Sequence[Matter]) -> int:
    """How many people stand behind these, by their numbers; each that left none counts as one. No query."""
    marks = [one.item.phone_mark or f"#{one.pk}" for one in matters]  # type: ignore[attr-defined]
    return len(set(marks))
