"""After which matters the enterprise is asked: declared in the programmes' `ratings.py`.

VISIT = Question(INSPECTION, states=["closed"], asks=_("How was the visit?"), invites=["close"])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from zhijian.kernel.accounts.roles import Relation
from zhijian.kernel.matters.catalogue import furniture
from zhijian.kernel.matters.flow import Flow, Text
from zhijian.kernel.matters.models import Matter


@dataclass(frozen=True, eq=False)
class Question:
    """Matters of `flow` are rated once they stand in one of `states` (final ones); `asks` is the question.

    `invites` are the steps with which the enterprise is told of the end: that message invites it to rate.
    """

    flow: Flow
    states: Sequence[str]
    asks: Text
    invites: Sequence[str] = ()

    def __post_init__(self) -> None:
        for code in self.states:
            if not self.flow.state(code).final:
                raise ValueError(f"{self.flow.kind}: what is not over is not rated ({code})")
        for verb in self.invites:
            if not any(s.verb == verb and s.to in self.states and Relation.PARTY in s.told for s in self.flow.steps):
                raise ValueError(f"{self.flow.kind}: {verb} tells the enterprise of no end")

    @property
    def entry_kinds(self) -> list[str]:
        """The ledger's entries that end such a matter."""
        return [self.flow.entry_kind(step) for step in self.flow.steps if step.to in self.states]


@cache
def questions() -> dict[str, Question]:
    """Every question by the kind of matter."""
    found = [value for module in furniture("ratings") for value in vars(module).values()]
    return {one.flow.kind: one for one in found if isinstance(one, Question)}


def question_of(matter: Matter) -> Question | None:
    """What the enterprise is asked about a matter; None while it is not over, or nothing is asked."""
    found = questions().get(matter.kind)
    return found if found is not None and matter.state in found.states else None
