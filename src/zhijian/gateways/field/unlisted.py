"""Places that a phone entered at their door because the register did not have them: what they are, and who they may be.

The phone gives such a place an id. A person says once which premises it is, or makes a file for it; all that came and
comes of the same id goes there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.likely.seen import Likely, likely
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.registry.unlisted import file_without_code
from zhijian.programmes.inspection.record import Record, Unlisted


@dataclass(frozen=True)
class Pin:
    """Where the phone stood, WGS-84 degrees."""

    lat: Decimal
    lon: Decimal


def told(content: dict[str, Any]) -> Unlisted | None:
    """The place that a record enters; None for one of the register, or that cannot be read."""
    try:
        return Unlisted.model_validate(content["unlisted"]) if content.get("unlisted") else None
    except ValidationError:
        return None


def pin(content: dict[str, Any]) -> Pin | None:
    """Where the phone stood when it was entered, if it knew."""
    try:
        return Pin(Decimal(content["place"]["lat"]), Decimal(content["place"]["lon"]))
    except (KeyError, TypeError, InvalidOperation):
        return None


def remember(kept: FieldRecord, raw: dict[str, Any]) -> None:
    """Note the phone's id of the place on the record, if it is a place of no file."""
    content = raw.get("content")
    if isinstance(content, dict) and told(content) is not None:
        kept.place = UUID(str(content["premises"]))


def placed(kept: FieldRecord, record: Record) -> Record:
    """The record with the premises that a person has matched its place with before; unchanged where nobody has."""
    content = record.content
    if content.unlisted is None:
        return record
    kept.place = content.premises
    before = FieldRecord.objects.filter(place=content.premises, matter__isnull=False).exclude(pk=kept.pk)
    known = before.order_by("received").values_list("matter__premises__uid", flat=True).first()
    if known is None:
        return record
    return record.model_copy(update={"content": content.model_copy(update={"premises": known})})


def candidates(raw: dict[str, Any]) -> list[Likely]:
    """Premises of the register that it may be, the likeliest first, each with its reasons."""
    place, at = told(raw["content"]), pin(raw["content"])
    if place is None:
        return []
    return likely(place.name, at.lat if at else None, at.lon if at else None, where=place.where, trade=place.trade)


def new_file(raw: dict[str, Any], area: str, actor: Actor) -> Premises | None:
    """Premises and entity without a code, as the phone entered them; None for a record that enters none."""
    content: Any = raw.get("content")
    place = told(content) if isinstance(content, dict) else None
    if place is None:
        return None
    at = pin(content)
    return file_without_code(
        UUID(str(content["premises"])),
        name=place.name,
        trade=place.trade,
        where=place.where,
        lat=at.lat if at else None,
        lon=at.lon if at else None,
        area=area,
        actor=actor,
    )


def trades() -> dict[str, str]:
    """The place's trades by code, with the names that people choose from."""
    return dict(stack().table("codes/trades")["trade"])


def licence_said(licensed: str) -> str:
    """Whether it showed a licence, in words."""
    return {"yes": _("licensed"), "no": _("no licence"), "not_shown": _("licence not shown")}[licensed]
