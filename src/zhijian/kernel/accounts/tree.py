"""The tree of jurisdictions, as the pack names it; what an administrator moved later, loading again leaves be."""

from __future__ import annotations

from decimal import Decimal

from zhijian.kernel.accounts.models import Jurisdiction
from zhijian.kernel.packs import stack

LEVELS = ("city", "district", "office")


def _degrees(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def load_jurisdictions() -> int:
    """Make the jurisdictions of the pack that are missing, parents first. Returns how many were made."""
    known = set(Jurisdiction.objects.values_list("code", flat=True))
    made = 0
    areas = sorted(stack().areas.values(), key=lambda area: (LEVELS.index(area.level), area.code))
    for level in LEVELS:
        rows = [
            Jurisdiction(
                code=area.code,
                name=area.name,
                short=area.short,
                level=area.level,
                parent_id=area.parent or None,
                lat=_degrees(area.latitude),
                lon=_degrees(area.longitude),
                illustrative=area.illustrative,
            )
            for area in areas
            if area.level == level and area.code not in known
        ]
        made += len(Jurisdiction.objects.bulk_create(rows))
    return made
