"""A complaint may go to a service station first: what that is told, and what whoever complained sees of it.

Only a complaint is registered as a dispute: a report goes to no station, nor anything whose identity is kept secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.desk import said
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.words import listed
from zhijian.programmes.complaints.models import Claim, Item, Sort
from zhijian.programmes.stations import actions


@actions.disputes("complaint")
def _dispute(matter: Matter) -> actions.Dispute | None:
    record = Item.objects.filter(pk=matter.pk, sort=Sort.COMPLAINT).first()
    if record is None:
        return None
    with in_its_language():
        asked = listed(str(Claim(one).label) for one in record.claim)
    if record.amount is not None:
        asked = f"{asked} ¥{record.amount}".strip()
    return actions.Dispute(str(record.person or ""), str(record.phone or ""), str(record.text), asked, _never(record))


def _never(record: Item) -> str:
    if record.secret:
        return _("The identity of who complains is kept secret: it goes to nobody outside.")
    if not record.reachable:
        return _("Whoever complains left no number: a station could not speak to them.")
    return ""


@dataclass(frozen=True)
class Stationed:
    """How it stands with the station, for whoever complained."""

    name: str
    phone: str
    hours: str
    state: str
    done: str
    due: Any


def shown(item: Item) -> Stationed | None:
    """The newest, where it lies with a station or was settled there; None for what is only the office's. To be called
    in the system's scope."""
    found = next(iter(actions.of_matter(item.matter)), None) if item.sort == Sort.COMPLAINT else None
    if found is None or found.matter.state in ("recalled", "ended"):
        return None
    state = "up" if found.matter.state in ("unsettled", "returned", "lapsed") else found.matter.state
    if state == "settled" and found.confirmed:
        state = "confirmed"
    due = said.due_of(found.matter.due, found.matter.due_at) if found.matter.closed is None else None
    station = found.station
    return Stationed(station.name, station.phone, station.hours, state, found.done, due)
