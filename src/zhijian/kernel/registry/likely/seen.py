"""Which premises of the register a place seen in the field may be: candidates with their reasons, the likeliest first.

Found by the search over names (its index) and by what lies near (the index of places); ranked by what they have in
common, so that each reason can be shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Premises, PremisesStatus
from zhijian.kernel.registry.search import search
from zhijian.kernel.registry.text import fold, grams
from zhijian.kernel.routing.matrix import Place, between

NEAR = 300  # metres within which a place without a like name is still offered
ENOUGH = 6
LOOKED_AT = 60
LIKE = 0.5  # from here on two names are called alike


@dataclass(frozen=True)
class Likely:
    """A candidate. `name` is how alike the names are (0 to 1), `metres` how far away it stands in the register."""

    premises: Premises
    name: float
    metres: int | None
    phone: bool = False
    trade: bool = False
    score: float = field(default=0.0, compare=False)

    @property
    def alike(self) -> bool:
        """Whether the names are alike."""
        return self.name >= LIKE

    @property
    def sure(self) -> bool:
        """Whether one key may match it; what only lies near is looked at once more first."""
        return self.alike or self.phone


def likely(
    name: str,
    lat: Decimal | None,
    lon: Decimal | None,
    *,
    phone: str = "",
    where: str = "",
    trade: str = "",
) -> list[Likely]:
    """At most `ENOUGH` candidates that share a name, a phone, or the place. Nothing is found by trade alone."""
    found = {row.pk: row for row in [*_by_words([name, phone, where]), *_near(lat, lon)]}
    rated = [_rated(row, name, lat, lon, phone, trade) for row in found.values()]
    rated = [one for one in rated if one.score > 0.2]
    return sorted(rated, key=lambda one: -one.score)[:ENOUGH]


def _by_words(texts: Iterable[str]) -> list[Premises]:
    hits = [hit for text in texts if len(text) > 1 for hit in search(text, limit=20) if hit.premises]
    rows = Premises.objects.select_related("entity").exclude(status=PremisesStatus.CLOSED)
    return list(rows.filter(pk__in=[hit.premises.pk for hit in hits if hit.premises]))


def _near(lat: Decimal | None, lon: Decimal | None) -> list[Premises]:
    if lat is None or lon is None:
        return []
    north = Decimal(NEAR) / Decimal(111_320)
    east = north / Decimal(max(math.cos(math.radians(float(lat))), 0.01))
    rows = Premises.objects.filter(
        lat__gte=lat - north, lat__lte=lat + north, lon__gte=lon - east, lon__lte=lon + east
    ).exclude(status=PremisesStatus.CLOSED)
    return list(rows.select_related("entity").order_by("lat", "lon")[:LOOKED_AT])


def _rated(row: Premises, name: str, lat: Decimal | None, lon: Decimal | None, phone: str, trade: str) -> Likely:
    alike = max(likeness(name, row.name), likeness(name, row.entity.name))
    away = metres_between(lat, lon, row.lat, row.lon)
    same_phone = bool(phone) and phone in (row.phone, row.entity.phone)
    near = max(0.0, 1 - away / NEAR) if away is not None else 0.0
    same_trade = bool(trade) and trade == row.trade
    score = 2 * alike + near + 2 * same_phone + (0.2 if same_trade and (alike or near) else 0)
    return Likely(row, round(alike, 2), away, same_phone, same_trade, score)


def core(name: str) -> str:
    """A name without the city and district that it begins with, which half the register shares."""
    places = [re.escape(area.short or area.name) for area in stack().areas.values() if area.level != "office"]
    return re.sub(f"^(?:(?:{'|'.join(places)})[市区县]?)+", "", name) or name


def likeness(a: str, b: str) -> float:
    """How many of the bigrams of the shorter name stand in the other, 0 to 1; the place's own names don't count."""
    one, other = set(grams(fold(core(a)))), set(grams(fold(core(b))))
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def metres_between(
    lat1: Decimal | None, lon1: Decimal | None, lat2: Decimal | None, lon2: Decimal | None
) -> int | None:
    """Great-circle distance in metres; None where a place is not known."""
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    return between(Place(float(lat1), float(lon1)), Place(float(lat2), float(lon2)))
