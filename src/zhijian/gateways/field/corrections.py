"""A correction made at the door: a record of its own kind, kept like any other, that becomes proposals for the desk."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.registry.proposals import propose
from zhijian.programmes.inspection.actions import CannotPlace
from zhijian.programmes.inspection.record import Part

Text = Annotated[str, Field(max_length=200)]


class Change(Part):
    """One thing as the phone knew it and as it is. `text` for phone and sign; name and phone; lat and lon."""

    what: Literal["phone", "contact", "sign", "pin"]
    old: dict[str, Text] | None = None
    new: dict[str, Text]


class Correction(Part):
    """What was corrected, where and when, and in which visit, if in one."""

    premises: UUID
    visit: UUID | None = None
    device: UUID
    app: str = ""
    made: dt.datetime
    changes: Annotated[list[Change], Field(min_length=1, max_length=4)]


def take_corrections(kept: FieldRecord, raw: dict[str, Any]) -> None:
    """Make proposals of a correction; each thing once. Raises CannotPlace when the premises are unknown."""
    told = Correction.model_validate(raw["content"])
    premises = Premises.objects.select_related("entity").filter(uid=told.premises).first()
    if premises is None:
        raise CannotPlace("premises")
    actor: Actor = actor_of(kept.device.person, device=str(kept.device.uid))
    visit = FieldRecord.objects.filter(pk=told.visit).first() if told.visit else None
    with scoped(SYSTEM):
        for change in told.changes:
            propose(
                premises,
                change.what,
                change.new,
                actor,
                record=kept.uid,
                at=min(told.made, kept.received),  # a phone's clock may be fast, nothing is told before it was received
                old=change.old,
                matter=visit.matter if visit else None,
            )
    kept.matter, kept.flags, kept.area = None, [], premises.area
