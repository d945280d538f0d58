"""Whether the firm that must come to a lift can be told at once, and by what: who waits inside is told the truth."""

from __future__ import annotations

from typing import Any

from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Arrival, Channel, Notice, NoticeState
from zhijian.kernel.notices.telling import texted
from zhijian.kernel.registry.models import Entity

MESSAGE, RING, NOBODY = "message", "ring", "nobody"
LOST = {"ring": "unheard", "nobody": "nameless"}  # the flag of a call of which its firm was not told


def way_to(firm: Entity | None) -> str:
    """How a firm is told of a call: by a text message, by somebody who rings it, or not at all."""
    number = firm.phone if firm is not None else ""
    return NOBODY if not number else MESSAGE if texted(number) else RING


def way_of(call: Matter) -> str:
    """How the firm of a call was told: a message that did not get through is none."""
    way = way_to(call.entity)
    if way != MESSAGE:
        return way
    last = (
        Notice.objects.filter(matter=call, entity=call.entity, access=None, channel=Channel.SMS).order_by("-pk").first()
    )
    lost = last is None or last.state == NoticeState.FAILED or last.arrival == Arrival.UNKNOWN
    return RING if lost else MESSAGE


def flags_of(call: Matter) -> list[dict[str, Any]]:
    """What the office must see at once of a call: that nobody of the firm was told."""
    way = way_to(call.entity)
    if way == MESSAGE:
        return []
    return [{"code": LOST[way], "phone": call.entity.phone if call.entity is not None else ""}]
