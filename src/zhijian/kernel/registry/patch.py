"""The map of a patch: clusters of premises in the box that is seen, single ones when it is near enough.

Far away the clusters come from cells that a job counts (600,000 premises are some 30,000 rows of cells); from `NEAR`
on, and for premises with open matters, from the rows themselves, by index and bounded.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from .models import MapCell, Premises, PremisesStatus

CELLS = (0.005, 0.04)  # degrees: some 500 m and 4 km; of a whole city the fine ones alone are too many to add up
NEAR = 16  # zoom from which on single premises are looked at: a band of latitude then holds some thousand rows
MOST = 2_000  # premises that are gathered one by one
SINGLE = 60  # up to so many are drawn one by one
Ranges = Sequence[tuple[str, str]]
SIZES = ((10, 28), (100, 34), (1000, 42))  # fewer premises than so many: drawn so wide
LARGEST = 50
CLOSEST = 22  # what is nearer is drawn as if it were this


@dataclass(frozen=True)
class Box:
    """What is seen: degrees, and the map's zoom (0 the world, 18 a house)."""

    west: float
    south: float
    east: float
    north: float
    zoom: int

    @classmethod
    def read(cls, text: str) -> Box | None:
        """From "west,south,east,north,zoom"; None for nonsense."""
        try:
            west, south, east, north, zoom = (float(one) for one in text.split(",")[:5])
            box = cls(west, south, east, north, min(int(zoom), CLOSEST))
        except (ValueError, OverflowError):
            return None
        fits = -180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90 and box.zoom >= 0
        return box.near() if fits else None

    def near(self) -> Box:
        """The same, no larger than a screen shows at that zoom: nobody asks for a city's premises one by one."""
        widest = 16 * 360 / 2**self.zoom
        east, north = min(self.east, self.west + widest), min(self.north, self.south + widest)
        return Box(self.west, self.south, east, north, self.zoom)

    @property
    def step(self) -> float:
        """Width of a cluster in degrees: some 64 points on the screen."""
        return max(90 / 2**self.zoom, CELLS[0] if self.zoom < NEAR else 0)

    @property
    def level(self) -> int:
        """Which cells are fine enough."""
        return 1 if self.step >= CELLS[1] else 0


@dataclass(frozen=True)
class Cluster:
    """So many premises around a place."""

    lat: float
    lon: float
    n: int

    @property
    def size(self) -> int:
        """How wide it is drawn, in points on the screen."""
        return next((size for below, size in SIZES if self.n < below), LARGEST)


def _areas(ranges: Ranges, alias: str) -> tuple[str, list[str]]:
    if not ranges:
        return "false", []
    clause = " OR ".join(f"({alias}.area >= %s AND {alias}.area < %s)" for _ in ranges)
    return f"({clause})", [v for low, high in ranges for v in (low, high)]


def clusters(box: Box, ranges: Ranges, trade: str = "") -> list[Cluster]:
    """Clusters of the open premises of these areas, from the counted cells."""
    where, args = _areas(ranges, "c")
    cell = CELLS[box.level]
    every = max(1, round(box.step / cell))
    sql = f"""SELECT sum(n)::int, sum(lat * n) / sum(n), sum(lon * n) / sum(n) FROM registry_mapcell c
        WHERE level = {box.level} AND y BETWEEN %s AND %s AND x BETWEEN %s AND %s AND {where}
            AND (%s = '' OR trade = %s)
        GROUP BY y / {every}, x / {every} ORDER BY 1 DESC LIMIT {MOST}"""
    cells = [int((v + off) / cell) for v, off in ((box.south, 90), (box.north, 90), (box.west, 180), (box.east, 180))]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*cells, *args, trade, trade])
        return [Cluster(lat, lon, n) for n, lat, lon in cursor.fetchall()]


def by_area(ranges: Ranges, trade: str = "") -> list[tuple[str, Cluster]]:
    """How many open premises each area has, and around which place: the list that says what the far map says."""
    where, args = _areas(ranges, "c")
    sql = f"""SELECT area, sum(n)::int, sum(lat * n) / sum(n), sum(lon * n) / sum(n) FROM registry_mapcell c
        WHERE level = 1 AND {where} AND (%s = '' OR trade = %s) GROUP BY area ORDER BY area LIMIT {MOST}"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*args, trade, trade])
        return [(area, Cluster(lat, lon, n)) for area, n, lat, lon in cursor.fetchall()]


def inside(box: Box, ranges: Ranges, trade: str = "") -> QuerySet[Premises]:
    """The open premises of these areas in the box, from the south: the order of their index."""
    where = Q(pk__in=[])
    for low, high in ranges:
        where |= Q(area__gte=low, area__lt=high)
    rows = Premises.objects.filter(where, merged_into=None).exclude(status=PremisesStatus.CLOSED)
    rows = rows.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
    return (rows.filter(trade=trade) if trade else rows).order_by("lat", "lon")


def gather(box: Box, places: Iterable[tuple[float, float]]) -> list[Cluster]:
    """Clusters of single places (latitude, longitude)."""
    found: dict[tuple[int, int], list[Any]] = {}
    for lat, lon in places:
        one = found.setdefault((int((lat + 90) / box.step), int((lon + 180) / box.step)), [0.0, 0.0, 0])
        one[0] += lat
        one[1] += lon
        one[2] += 1
    return [Cluster(lat / n, lon / n, n) for lat, lon, n in found.values()]


def apart(box: Box, found: Iterable[Cluster]) -> list[Cluster]:
    """The same with those made one that would be drawn over each other: a finger could not tell them apart."""
    scale = 256 * 2**box.zoom / 360
    tall = scale / math.cos(math.radians((box.south + box.north) / 2))  # a degree of latitude, as the map draws it
    drawn: dict[tuple[int, int], list[Cluster]] = defaultdict(list)

    def at(one: Cluster) -> tuple[int, int]:
        return int(one.lat * tall // LARGEST), int(one.lon * scale // LARGEST)

    def touched(one: Cluster) -> Cluster | None:
        y, x = at(one)
        near = (other for dy in (-1, 0, 1) for dx in (-1, 0, 1) for other in drawn.get((y + dy, x + dx), ()))
        wide = ((o, math.hypot((o.lat - one.lat) * tall, (o.lon - one.lon) * scale)) for o in near)
        return next((other for other, far in wide if far < (one.size + other.size) / 2), None)

    for one in sorted(found, key=lambda one: -one.n):
        while (other := touched(one)) is not None:
            drawn[at(other)].remove(other)
            n = one.n + other.n
            lat, lon = ((a * one.n + b * other.n) / n for a, b in ((one.lat, other.lat), (one.lon, other.lon)))
            one = Cluster(lat, lon, n)
        drawn[at(one)].append(one)
    return [one for some in drawn.values() for one in some]


def count_cells() -> int:
    """Count the cells anew. Returns how many there are; readers see the old ones until it is done."""
    sql = """INSERT INTO registry_mapcell (area, trade, level, y, x, n, lat, lon)
        SELECT area, trade, %(level)s, floor((lat + 90) / %(cell)s)::int, floor((lon + 180) / %(cell)s)::int, count(*),
            avg(lat)::float, avg(lon)::float
        FROM registry_premises
        WHERE lat IS NOT NULL AND lon IS NOT NULL AND status <> 'closed' AND merged_into_id IS NULL
        GROUP BY 1, 2, 4, 5"""
    with transaction.atomic(), connection.cursor() as cursor:
        MapCell.objects.all().delete()
        made = 0
        for level, cell in enumerate(CELLS):
            cursor.execute(sql, {"level": level, "cell": cell})
            made += cursor.rowcount
        return made
