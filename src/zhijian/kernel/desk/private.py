"""Private values that pages show covered: opened one by one, with the reason, and an entry for each opening.

Who holds an open matter there opens with one tap, since the reason is his duty; everybody else says why. A room
registers what it keeps: `private("contact", _("own number of the contact"), find)`, told the uid and who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter

LONGEST = 300  # characters of a reason
DUTY = "=duty"  # what an entry holds for whoever needed no reason of his own
CALL = "=call"  # and for whoever rings about the matter


def by_duty(name: str) -> ledger.Say:
    """How the reason of an opening reads."""
    return ledger.coded(name, {DUTY: gettext_lazy("holds an open matter there"), CALL: gettext_lazy("a call about it")})


def _what(facts: Mapping[str, Any]) -> str:
    kind = kind_of(str(facts.get("what", "")))
    return str(kind.label) if kind is not None else str(facts.get("what", ""))


OPENED = ledger.entry_kind(
    "private.opened",
    label=gettext_lazy("Opened the {what} of {whose}: {why}"),
    says={"what": _what, "why": by_duty("why")},
)


@dataclass(frozen=True)
class Private:
    """A value that is shown covered: whose it is, where that lies, and whether opening it is the asker's duty.

    The entry of its opening stands in the chain of `entity_id`, or of `matter` alone where nothing of it may stand in
    an enterprise's file.
    """

    value: str
    whose: str
    area: str
    entity_id: int | None
    back: str
    duty: bool
    matter: Matter | None = None

    @property
    def covered(self) -> str:
        """What everybody sees of it."""
        return mask(self.value)


Find = Callable[[UUID, Actor], Private | None]


@dataclass(frozen=True)
class Kind:
    """A kind of private value; `find` gives None for what is not there, or not this person's to ask for."""

    code: str
    label: str | Promise
    find: Find
    phone: bool = False  # whether it is called


class WhyNeeded(Exception):
    """It is not his duty, and he gave no reason."""


_kinds: dict[str, Kind] = {}


def private(code: str, label: str | Promise, find: Find, *, phone: bool = False) -> None:
    """Register a kind of private value."""
    _kinds[code] = Kind(code, label, find, phone)


def kind_of(code: str) -> Kind | None:
    """The kind of that code."""
    return _kinds.get(code)


def opened(kind: Kind, found: Private, actor: Actor, reason: str) -> str:
    """The whole value; that it was opened, by whom and why, stands in the file's ledger. Raises WhyNeeded."""
    why = reason.strip()[:LONGEST]
    if not why and not found.duty:
        raise WhyNeeded
    with scoped(actor):
        ledger.record(
            OPENED.code,
            actor=actor,
            subject=f"matter:{found.matter.pk}" if found.matter is not None else f"entity:{found.entity_id}",
            matter=found.matter,
            entity_id=found.entity_id,
            area=found.area,
            data={"what": kind.code, "whose": found.whose, "why": why or DUTY},
        )
    return found.value
