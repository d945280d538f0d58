"""The register's part of the demo city: one enterprise that is on file twice, and the map's cells."""

from __future__ import annotations

from collections.abc import Callable

from .alike import alike
from .models import Entity, Premises
from .patch import count_cells
from .twins.finding import find


def plant(area: str, say: Callable[[str], None]) -> None:
    """In `area` an enterprise without a shop becomes the second row of one that has a shop. Does nothing twice."""
    say(f"map: {count_cells()} cells")
    shop = Premises.objects.filter(area=area).exclude(trade="").select_related("entity").order_by("pk").first()
    spare = Entity.objects.filter(area=area, premises=None, licences=None, matters=None).order_by("pk").first()
    if shop is not None and spare is not None and not alike(shop.entity):
        _double(shop, spare)
    say(f"possible duplicates: {find()}")


def _double(shop: Premises, spare: Entity) -> None:
    spare.name, spare.address = shop.entity.name, shop.entity.address
    spare.phone, spare.representative = shop.entity.phone, shop.entity.representative
    spare.save(update_fields=["name", "address", "phone", "representative"])
