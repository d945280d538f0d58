"""Outlines of areas from the pack: the map's ground, without anybody else's server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from zhijian.kernel.packs import stack


@cache
def _outlines(pack: str) -> dict[str, Any]:
    """The pack's outlines by area code; empty where the pack has none."""
    found: dict[str, Any] = {}
    for path in stack().files("areas/*.geojson").values():
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            code = str(feature["properties"].get("adcode") or feature["properties"].get("code") or "")
            found[code] = {"type": "Feature", "properties": {}, "geometry": feature["geometry"]}
    return found


def outline(area: str) -> Any:
    """The outline of an area, else of the nearest one above that has one; None where there is none."""
    known = _outlines(stack().name)
    return next((known[area[:end]] for end in range(len(area), 0, -1) if area[:end] in known), None)


def outlines(areas: Iterable[str]) -> dict[str, Any] | None:
    """Outlines of several areas as one collection: of a whole city, those of its districts."""
    known = _outlines(stack().name)
    found: dict[int, Any] = {}
    for area in areas:
        below = [one for code, one in known.items() if code.startswith(area) and code != area]
        for one in below or [outline(area)]:
            if one is not None:
                found[id(one)] = one
    return {"type": "FeatureCollection", "features": list(found.values())} if found else None
