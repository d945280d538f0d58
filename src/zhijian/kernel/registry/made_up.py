"""Made-up entities, the same for the same seed: plausible names, valid codes, places inside their district.

Words and shares come from the pack (`names.toml`); towns are the pack's areas of the lowest level. No Django: the
benches write the same rows as a spreadsheet.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from .codes import make_food_licence, make_uscc

Ring = list[tuple[float, float]]  # lon, lat


@dataclass(frozen=True, slots=True)
class Town:
    """A place where entities are made: its office's code, district, names and point."""

    code: str
    district_code: str  # six digits, for USCC and licence numbers
    city: str
    district: str
    town: str
    lat: float
    lon: float
    ring: Ring | None  # outline of the district, None where there is none


@dataclass(slots=True)
class MadeUnit:
    """A food or drug unit's place and licence."""

    name: str
    trade: str
    lat: str
    lon: str
    kind: str  # of the licence
    number: str
    valid_from: dt.date
    valid_until: dt.date


@dataclass(slots=True)
class MadeEntity:
    """One made-up entity; `unit` for food and drug."""

    code: str
    name: str
    kind: str
    status: str
    representative: str
    phone: str
    address: str
    area: str
    industry: str
    established: dt.date
    ended: dt.date | None
    unit: MadeUnit | None


# kind, first two characters of the USCC, form at the end of the name, share in thousandths
_KINDS = [
    ("9500", "92", "", 700),
    ("1100", "91", "有限公司", 225),
    ("4540", "91", "", 30),
    ("2000", "91", "分公司", 25),
    ("9100", "93", "专业合作社", 20),
]
_KIND_SHARES = list(accumulate(kind[3] for kind in _KINDS))
# Who runs a unit, in running totals: a pharmacy is rather a branch, a food factory a company, and nobody cooks as a
# farmers' cooperative.
_UNIT_SHARES = {
    "food_production": [0, 800, 950, 1000, 1000],
    "drug_retail": [350, 600, 650, 1000, 1000],
    "": [700, 930, 960, 1000, 1000],
}
_STATUS = [("active", 780), ("closed", 160), ("revoked", 45), ("dormant", 15)]
_STATUS_SHARES = list(accumulate(status[1] for status in _STATUS))
# trade → kind of licence, prefix, first digits of the number
_LICENCES = {
    "food_retail": ("food_business", "JY", "1"),
    "restaurant": ("food_business", "JY", "2"),
    "canteen": ("food_business", "JY", "3"),
    "school_canteen": ("food_business", "JY", "3"),
    "food_production": ("food_production", "SC", "1"),  # and the category, 01 to 31
}
_INDUSTRY = {"food_retail": "F52", "food_production": "C14", "drug_retail": "F5251"}
# Who keeps a canteen: name, first characters of the USCC, kind, industry, and what the canteen is called. Schools and
# hospitals are not registered with the bureau, so have no kind.
_CANTEENS = {
    "canteen": [
        ("陶瓷有限公司", "91", "1100", "C30", "职工食堂"),
        ("机械制造有限公司", "91", "1100", "C34", "职工食堂"),
        ("医院", "12", "", "Q84", "职工食堂"),
        ("敬老院", "52", "", "Q85", "食堂"),
    ],
    "school_canteen": [
        ("实验学校", "12", "", "P83", "食堂"),
        ("中心小学", "12", "", "P83", "食堂"),
        ("中学", "12", "", "P83", "食堂"),
        ("幼儿园", "52", "", "P83", "食堂"),
    ],
}


class Maker:
    """Makes entities one after the other from one seed."""

    def __init__(
        self,
        words: dict[str, Any],
        towns: Sequence[Town],
        seed: int = 1,
        today: dt.date | None = None,
        busy: Collection[str] = (),
    ) -> None:
        self.words, self.towns = words, towns
        self.random = random.Random(seed)
        self.today = today or dt.date(2026, 1, 1)
        self.trades = words["trade"]
        self.trade_shares = list(accumulate(t["share"] for t in self.trades))
        self.by_industry = {t["industry"]: t for t in self.trades}
        self.unit_trades, self.unit_shares = list(words["units"]), list(accumulate(words["units"].values()))
        # Some towns are busier; those of `busy` most of all, so that a small city has one office with a day's work.
        self.town_shares = list(accumulate(20 if t.code in busy else self.random.choice((1, 1, 2, 4)) for t in towns))

    def entities(self, count: int, units: int) -> Iterator[MadeEntity]:
        """`count` entities, of which the first `units` are food and drug units."""
        for serial in range(1, count + 1):
            yield self._entity(serial, is_unit=serial <= units)

    def _entity(self, serial: int, is_unit: bool) -> MadeEntity:
        pick = self.random.choices
        town = pick(self.towns, cum_weights=self.town_shares)[0]
        trade = pick(self.unit_trades, cum_weights=self.unit_shares)[0] if is_unit else ""
        shares = _UNIT_SHARES.get(trade, _UNIT_SHARES[""]) if is_unit else _KIND_SHARES
        kind, prefix, form, _ = pick(_KINDS, cum_weights=shares)[0]
        status = "active" if is_unit else pick(_STATUS, cum_weights=_STATUS_SHARES)[0][0]
        established = dt.date(1995, 1, 1) + dt.timedelta(days=int(11_000 * self.random.betavariate(3, 1.2)))
        ended = (
            established + dt.timedelta(days=self.random.randrange(200, 4000))
            if status in ("closed", "revoked")
            else None
        )
        if trade in _CANTEENS:
            keeper, prefix, kind, industry, canteen = self.random.choice(_CANTEENS[trade])
            name = f"{town.district}{self._brand()}{keeper}"
        else:
            words = self.by_industry[_INDUSTRY.get(trade, "H62")] if trade else self._trade()
            name, industry, canteen = self._name(town, words, kind, form), words["industry"], ""
        code = make_uscc(prefix, town.district_code, 20_000_000 + serial)
        unit = self._unit(town, trade, name + canteen, serial, established) if trade else None
        return MadeEntity(
            code, name, kind, status, self._person(), self._phone(), self._address(town), town.code, industry,
            established, min(ended, self.today) if ended else None, unit,
        )  # fmt: skip

    def _person(self) -> str:
        given = "".join(self.random.choices(self.words["given"], k=self.random.choice((1, 2, 2, 2))))
        return self.random.choice(self.words["surnames"]) + given

    def _phone(self) -> str:
        if self.random.random() < 0.2:
            return f"0533-{self.random.randrange(2_000_000, 9_000_000)}"
        return (
            f"{self.random.choice(('133', '136', '139', '150', '158', '186', '189'))}{self.random.randrange(10**8):08d}"
        )

    def _trade(self) -> dict[str, Any]:
        return self.random.choices(self.trades, cum_weights=self.trade_shares)[0]

    def _brand(self) -> str:
        return "".join(self.random.choices(self.words["brand"], k=self.random.choice((2, 2, 3))))

    def _name(self, town: Town, words: dict[str, Any], kind: str, form: str) -> str:
        brand = self._brand()
        if kind in ("9500", "4540"):
            start = self.random.choice((town.district, town.district + town.town, town.city + town.district))
            return f"{start}{brand}{self.random.choice(words['words'])}"
        start = self.random.choice((town.city.removesuffix("市"), town.city, town.district))
        middle = f"{words['firm']}" if kind != "9100" else "农产品"
        end = "有限公司" + town.district + "分公司" if kind == "2000" else form
        return f"{start}{brand}{middle}{end}"

    def _address(self, town: Town) -> str:
        road = "".join(self.random.choices(self.words["brand"], k=2))
        return f"山东省{town.city}{town.district}{town.town}{road}路{self.random.randrange(1, 400)}号"

    def _unit(self, town: Town, trade: str, name: str, serial: int, established: dt.date) -> MadeUnit:
        lat, lon = self._point(town)
        kind, prefix, digits = _LICENCES.get(trade, ("drug", "", ""))
        if prefix == "SC":
            digits += f"{serial // 10_000 % 31 + 1:02d}"
        if prefix:
            tail = f"{serial % 10 ** (13 - len(digits) - 6):0{13 - len(digits) - 6}d}"
            number = make_food_licence(prefix, f"{digits}{town.district_code}{tail}")
        else:
            number = f"鲁C{'AB'[serial % 2]}533{serial // 100_000 % 10}{serial % 100_000:05d}"
        begun = max(self.today - dt.timedelta(days=self.random.randrange(30, 1860)), established)  # some have run out
        until = begun.replace(year=begun.year + 5, day=min(begun.day, 28)) - dt.timedelta(days=1)
        return MadeUnit(name, trade, lat, lon, kind, number, begun, until)

    def _point(self, town: Town) -> tuple[str, str]:
        """A point near the office and inside the district."""
        for spread in (0.02, 0.015, 0.01, 0.005):
            lat, lon = self.random.gauss(town.lat, spread), self.random.gauss(town.lon, spread)
            if town.ring is None or inside(lon, lat, town.ring):
                return f"{lat:.6f}", f"{lon:.6f}"
        return f"{town.lat:.6f}", f"{town.lon:.6f}"


def inside(x: float, y: float, ring: Ring) -> bool:
    """Whether a point lies inside a ring (even-odd rule)."""
    found = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
        x1, y1 = x2, y2
    return found
