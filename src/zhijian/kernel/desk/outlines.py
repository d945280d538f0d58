"""Outlines of areas from the pack: the map's ground, without anybody else's server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.packs import stack


@cache
def _outlines(pack: str) -> dict[str, Any]:
    """The pack's outlines by area code; empty where the pack has none."""
    found: dict[str, Any] = {}
    for path in stack().files("areas/*.geojson").values():
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            facts = feature["properties"]
            code = str(facts.get("adcode") or facts.get("code") or "")
            named = {"name": str(facts.get("name", code))}
            found[code] = {"type": "Feature", "properties": named, "geometry": feature["geometry"]}
    return found


def _own(area: str) -> set[str]:
    """The codes of the outlines that make up an area: its own, those of what lies in it, or the nearest one above."""
    known = _outlines(stack().name)
    within = {code for code in known if code.startswith(area)}
    above = next((area[:end] for end in range(len(area), 0, -1) if area[:end] in known), "")
    return within or ({above} if above else set())


def _source() -> str:
    """Where the outlines come from, and the map's approval number where it has one: a map says both."""
    files = stack().table("areas/sources") if stack().files("areas/sources.toml") else {}
    named = files.get("districts", {}).get("from", "")
    approval = stack().setting("map_approval", "")
    said = _("Approval No. %(number)s") % {"number": approval} if approval else _("Illustrative, not a standard map")
    return " · ".join(filter(None, [said, named]))


def ground(areas: Iterable[str]) -> dict[str, Any] | None:
    """What a map of areas stands on: their outlines, their neighbours', and the source; None where none is known."""
    known = _outlines(stack().name)
    own: set[str] = set().union(*map(_own, areas))
    if not own:
        return None
    others = [one for code, one in known.items() if code not in own]
    return {"own": [known[code] for code in sorted(own)], "others": others, "source": _source()}


def coarse(features: Iterable[dict[str, Any]], most: int = 160) -> list[list[list[str]]]:
    """The outer lines of outlines as [[lon, lat], …] with four decimals (10 m), each of at most so many points: enough
    to see where one is on a small screen, and little to send."""
    lines = []
    for feature in features:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        for polygon in polygons:
            ring = polygon[0]
            step = -(-len(ring) // most)
            lines.append([[f"{lon:.4f}", f"{lat:.4f}"] for lon, lat, *_ in [*ring[:-1:step], ring[-1]]])
    return lines
