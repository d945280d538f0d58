"""Made-up entities, the same for the same seed: plausible names, valid codes, places inside their district.

Words and shares come from the pack (`names.toml`); towns are the pack's areas of the lowest level. No Django: the
benches write the same rows as a spreadsheet.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
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
_STATUS = [("active", 780), ("closed", 160), ("revoked", 45), ("dormant", 15)]
# trade → kind of licence, prefix, first digits of the number
_LICENCES = {
    "food_retail": ("food_business", "JY", "1"),
    "restaurant": ("food_business", "JY", "2"),
    "canteen": ("food_business", "JY", "3"),
    "school_canteen": ("food_business", "JY", "3"),
    "food_production": ("food_production", "SC", "1"),  # and the category, 01 to 31
}
_INDUSTRY = {"food_retail": "F52", "food_production": "C14", "drug_retail": "F5251"}
_CANTEEN_NAMES = {"canteen": ["机关食堂", "职工食堂"], "school_canteen": ["实验学校食堂", "中心小学食堂", "幼儿园食堂"]}


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
        self.trade_shares = [t["share"] for t in self.trades]
        self.by_industry = {t["industry"]: t for t in self.trades}
        self.unit_trades, self.unit_shares = list(words["units"]), list(words["units"].values())
        # Some towns are busier; those of `busy` most of all, so that a small city has one office with a day's work.
        self.town_shares = [20 if t.code in busy else self.random.choice((1, 1, 2, 4)) for t in towns]

    def entities(self, count: int, units: int) -> Iterator[MadeEntity]:
        """`count` entities, of which the first `units` are food and drug units."""
        for serial in range(1, count + 1):
            yield self._entity(serial, is_unit=serial <= units)

    def _entity(self, serial: int, is_unit: bool) -> MadeEntity:
        pick = self.random.choices
        town = pick(self.towns, self.town_shares)[0]
        kind, prefix, form, _ = pick(_KINDS, [k[3] for k in _KINDS])[0]
        status = "active" if is_unit else pick(_STATUS, [s[1] for s in _STATUS])[0][0]
        established = dt.date(1995, 1, 1) + dt.timedelta(days=int(11_000 * self.random.betavariate(3, 1.2)))
        ended = (
            established + dt.timedelta(days=self.random.randrange(200, 4000))
            if status in ("closed", "revoked")
            else None
        )
        trade = pick(self.unit_trades, self.unit_shares)[0] if is_unit else ""
        industry = _INDUSTRY.get(trade, "H62") if trade else ""
        words = self.by_industry[industry] if trade else pick(self.trades, self.trade_shares)[0]
        name = self._name(town, words, kind, form, trade)
        code = make_uscc(prefix, town.district_code, 20_000_000 + serial)
        unit = self._unit(town, trade, name, serial, established) if trade else None
        return MadeEntity(
            code, name, kind, status, self._person(), self._phone(), self._address(town), town.code, words["industry"],
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

    def _name(self, town: Town, words: dict[str, Any], kind: str, form: str, trade: str) -> str:
        brand = "".join(self.random.choices(self.words["brand"], k=self.random.choice((2, 2, 3))))
        if trade in _CANTEEN_NAMES:
            return f"{town.district}{brand}{self.random.choice(_CANTEEN_NAMES[trade])}"
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
        begun = self.today - dt.timedelta(days=self.random.randrange(30, 1860))  # some have run out
        until = begun.replace(year=begun.year + 5, day=min(begun.day, 28)) - dt.timedelta(days=1)
        return MadeUnit(name, trade, lat, lon, kind, number, max(begun, established), until)

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
