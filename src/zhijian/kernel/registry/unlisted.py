"""A file for somebody of whom the register knows nothing: (scheme, code) stays empty until he gets one."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.evidence import ledger

from .entries import FILED
from .models import Entity, Premises

SOURCE = "field"
PLACE = Decimal("0.000001")


def file_without_code(
    uid: UUID,
    *,
    name: str,
    trade: str,
    where: str,
    lat: Decimal | None,
    lon: Decimal | None,
    area: str,
    actor: Actor,
) -> Premises:
    """Make entity and premises of a place seen in the field; the same `uid` gives the same premises again."""
    known = Premises.objects.filter(uid=uid).first()
    if known is not None:
        return known
    key = {"source": SOURCE, "source_key": str(uid)}
    entity = Entity.objects.create(name=name, address=where, area=area, pinned=True, **key)
    premises = Premises.objects.create(
        uid=uid,
        entity=entity,
        name=name,
        address=where,
        area=area,
        pinned=True,
        trade=trade,
        lat=lat.quantize(PLACE) if lat is not None else None,
        lon=lon.quantize(PLACE) if lon is not None else None,
        **key,
    )
    data = {"name": name, "premises": str(uid)}
    ledger.record(FILED.code, actor=actor, subject=f"entity:{entity.pk}", entity_id=entity.pk, area=area, data=data)
    return premises
