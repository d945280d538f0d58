"""Times by a road network: a table service as OSRM has it, where the site names one. Else, and whenever it does not
answer in time, the straight line; the matrix says which."""

from __future__ import annotations

import http.client
import json
import math
import ssl
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from zhijian.kernel.notices.channels.protocol import SendsNothingOut, real
from zhijian.kernel.routing.matrix import Matrix, Place, straight
from zhijian.kernel.routing.rules import Pace

PATIENCE = 2  # seconds: an order is waited for
MOST = 2 * 1024 * 1024  # bytes of an answer
HERE = ("127.0.0.1", "localhost", "::1")


class NoRoads(Exception):
    """The road service gave no table that can be used."""


def matrix(places: Sequence[Place | None], pace: Pace) -> Matrix:
    """Times between places. Place 0, where the day begins, may be unknown (None): it is no part of the question."""
    url = settings.ROADS_URL
    lines = straight(places, pace.detour, pace.speed)
    known = [n for n, place in enumerate(places) if place is not None]
    if not url or len(known) < 2:
        return lines
    try:
        seconds, metres = table(url, [place for place in places if place is not None])
    except (NoRoads, SendsNothingOut):
        return replace(lines, failed=True)
    for i, a in enumerate(known):
        for j, b in enumerate(known):
            lines.seconds[a][b], lines.metres[a][b] = seconds[i][j], metres[i][j]
    return replace(lines, roads=True)


def table(url: str, places: Sequence[Place]) -> tuple[list[list[int]], list[list[int]]]:
    """Seconds and metres between places from `<url>/table/v1/driving/…`. Raises NoRoads, SendsNothingOut."""
    real()
    asked = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in places)
    told = _get(f"{url.rstrip('/')}/table/v1/driving/{asked}?annotations=duration,distance")
    if not isinstance(told, dict) or told.get("code") != "Ok":
        raise NoRoads("no table")
    return _square(told.get("durations"), len(places)), _square(told.get("distances"), len(places))


def _square(rows: Any, n: int) -> list[list[int]]:
    """A table of n × n whole numbers. A way that the service does not know (null) makes it useless."""
    fits = isinstance(rows, list) and len(rows) == n and all(isinstance(row, list) and len(row) == n for row in rows)
    if not fits:
        raise NoRoads("not a table of these places")
    cells = [one for row in rows for one in row]
    if not all(isinstance(one, int | float) and math.isfinite(one) and one >= 0 for one in cells):
        raise NoRoads("a way is missing")
    return [[round(one) for one in row] for row in rows]


def _get(url: str) -> Any:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=PATIENCE, context=ssl.create_default_context()
        )
    elif parts.scheme == "http" and host in HERE:  # where officers go is nobody else's business
        line = http.client.HTTPConnection(host, parts.port, timeout=PATIENCE)
    else:
        raise NoRoads("the address is not https")
    try:
        line.request("GET", f"{parts.path}?{parts.query}", headers={"User-Agent": "zhijian"})
        answer = line.getresponse()
        return json.loads(answer.read(MOST)) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoRoads(type(error).__name__) from error
    finally:
        line.close()
