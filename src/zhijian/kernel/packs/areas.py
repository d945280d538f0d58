"""The packs' areas: into the table of jurisdictions, and which local office a place on the map belongs to."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from .current import stack
from .loader import Area

Ring = Sequence[Sequence[float]]


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


def office_at(latitude: float, longitude: float) -> Area | None:
    """The local office of a place (WGS-84 degrees), None outside the city.

    The outline says which district; inside it the nearest office's point counts, so an office's area is the cell around
    its point: made (示意), since towns have no published outlines. Without outlines the nearest office counts.
    """
    offices = [area for area in stack().areas.values() if area.level == "office"]
    paths = stack().files("areas/districts.geojson")
    if paths:
        district = _district(latitude, longitude, next(iter(paths.values())))
        offices = [area for area in offices if area.parent == district]
    return min(offices, key=lambda area: _distance(latitude, longitude, area), default=None)


def office_named(address: str) -> Area | None:
    """The local office whose town or street an address names (in its district, where it names one); None for none."""
    offices = [area for area in stack().areas.values() if area.level == "office"]
    found = [area for area in offices if (stem := _stem(area)) and stem in address]
    return max(found, key=lambda area: (_named_above(area, address), len(_stem(area))), default=None)


def _stem(area: Area) -> str:
    return (area.short or area.name).removesuffix("所")


def _named_above(area: Area, address: str) -> bool:
    above = stack().areas.get(area.parent)
    return above is not None and (above.short or above.name) in address


def offices() -> list[tuple[str, str]]:
    """Every local office by its code, with its name, to be chosen from."""
    areas = stack().areas
    level = {area.level for area in areas.values()}
    leaves = [area for area in areas.values() if area.level == "office" or "office" not in level]
    return [(area.code, f"{_parent(area)} {area.short or area.name}".strip()) for area in leaves]


def _parent(area: Area) -> str:
    above = stack().areas.get(area.parent)
    return (above.short or above.name) if above else ""


def _distance(latitude: float, longitude: float, area: Area) -> float:
    """Good enough to compare near places: degrees, with longitude shrunk by the latitude's cosine."""
    east = (longitude - float(area.longitude)) * math.cos(math.radians(latitude))
    return math.hypot(east, latitude - float(area.latitude))


def _district(latitude: float, longitude: float, outlines: Path) -> str | None:
    for code, polygons in _outlines(outlines).items():
        for outer, *holes in polygons:
            if _inside(latitude, longitude, outer) and not any(_inside(latitude, longitude, hole) for hole in holes):
                return code
    return None


@cache
def _outlines(path: Path) -> dict[str, list[list[Ring]]]:
    shapes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {str(f["properties"]["adcode"]): f["geometry"]["coordinates"] for f in shapes["features"]}


def _inside(latitude: float, longitude: float, ring: Ring) -> bool:
    """Even-odd rule."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
