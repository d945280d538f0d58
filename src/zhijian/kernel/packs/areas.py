"""Brings the packs' areas into the table of jurisdictions, where an administrator moves and adds them."""

from __future__ import annotations

from django.db import transaction

from .current import stack


def load() -> int:
    """Add the areas that are not there yet, parents first; what is there is left as the bureau made it.

    Returns how many were added.
    """
    from zhijian.kernel.accounts.models import Jurisdiction

    with transaction.atomic():
        known = set(Jurisdiction.objects.values_list("code", flat=True))
        new = [area for area in stack().areas.values() if area.code not in known]
        for area in new:
            organ = stack().organs.get(area.code)
            Jurisdiction.objects.create(
                code=area.code,
                name=area.name,
                short=area.short,
                level=area.level,
                parent_id=area.parent or None,
                lat=area.latitude or None,
                lon=area.longitude or None,
                illustrative=area.illustrative,
                phone=organ.phone if organ else "",
            )
    return len(new)
