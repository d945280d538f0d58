"""What an appointment can be for: declared in the programmes' `appointments.py`.

RECHECK = Bookable("inspection.recheck", _("Re-check on the spot"), flow=INSPECTION, when=findings_are_open)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.matters.catalogue import furniture
from zhijian.kernel.matters.flow import Flow, Guard, Text, no, ok
from zhijian.kernel.matters.models import Matter


def _always(matter: Matter) -> Guard:
    return ok()


@dataclass(frozen=True, eq=False)
class Bookable:
    """A kind of appointment. `flow`: about which matters (None: any, or none); `when` says whether one can be made.

    `visits`: the officers come to the enterprise, so that the slot needs no place of its own.
    """

    code: str
    label: Text
    flow: Flow | None = None
    when: Callable[[Matter], Guard] = _always
    visits: bool = False

    def suits(self, matter: Matter | None) -> bool:
        """Whether an appointment of this kind can be about the matter."""
        return self.flow is None or (matter is not None and matter.kind == self.flow.kind)


def _can_wait(matter: Matter) -> Guard:
    """Nobody comes to the counter about people who are trapped."""
    return no(_("This cannot wait for an appointment.")) if matter.urgency == Matter.Urgency.CRITICAL else ok()


COUNTER = Bookable("counter", _("Consultation at the counter"), when=_can_wait)


@cache
def bookables() -> dict[str, Bookable]:
    """Every kind of appointment by its code."""
    found = [value for module in furniture("appointments") for value in vars(module).values()]
    return {one.code: one for one in [*found, COUNTER] if isinstance(one, Bookable)}


def label_of(code: str) -> str:
    """What a kind is called; its code where no programme declares it any more."""
    found = bookables().get(code)
    return str(found.label) if found is not None else code


# How entries of the ledger name the kind that they hold.
KIND_IN_WORDS = {"kind": lambda facts: label_of(str(facts.get("kind", "")))}
