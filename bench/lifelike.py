"""Makes the made-up register harder to search, as a real one is: streets that many share, other signs, successors.

The generator gives nearly every entity a street of its own and hangs its registered name over its door, which would
make finding too easy. Here each town has `STREETS` streets; part of the shops trade under another sign, some as a
branch of a chain; agents' telephones stand in many files; where one has closed another has opened, at times under its
name.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from typing import Any

STREETS = 30  # of a town; 6,200 entities of a town share them
OTHER_SIGN, BRANCH = 0.30, 0.3  # of the units: share with a sign of its own, and of those that name a street as branch
AGENT = 0.03  # of all entities: share that gave the telephone of an agent
AGENTS = 300
SUCCESSOR, SAME_NAME = 0.25, 0.35  # of entities where one has closed, and of those that trade under its name
OFFICE = 0.04  # of all: "12号楼3单元302室" behind the house number
BRANDS = """
    老味道 小胖 阿姨家 好再来 一家人 千里香 大丰收 老地方 三兄弟 巷子里 百姓 学府 天天见 胖大嫂 老街坊 四季 金色
""".split()  # noqa: SIM905
TRADE_SIGNS = {
    "restaurant": ["烧烤", "烤鱼", "火锅", "家常菜", "快餐", "水饺", "羊汤", "面馆", "小吃", "饮品"],
    "food_retail": ["超市", "便利店", "水果", "粮油", "烟酒", "生鲜", "茶叶"],
    "drug_retail": ["大药房", "药店"],
}
_ROAD = re.compile(r"^(.*街道)(.+路)(\d+)号$")


class Lifelike:
    """Changes made-up entities in the order in which they are made; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"lifelike {seed}")
        self.agents = [f"1{self.random.choice('3578')}{self.random.randrange(10**9):09d}" for _ in range(AGENTS)]
        self.streets: dict[str, list[str]] = defaultdict(list)
        self.left: dict[str, list[Any]] = defaultdict(list)  # closed ones of a town whose place is free

    def change(self, e: Any) -> Any:
        """The entity as it will be planted."""
        town, road, number = _ROAD.fullmatch(e.address).groups()  # type: ignore[union-attr]
        streets = self.streets[e.area]
        if len(streets) < STREETS:
            streets.append(road)
        else:
            road = self.random.choice(streets)
        e.address = f"{town}{road}{number}号"
        if self.random.random() < OFFICE:
            e.address += f"{self.random.randrange(1, 30)}号楼{self.random.randrange(1, 6)}单元"
        if self.random.random() < AGENT:
            e.phone = self.random.choice(self.agents)
        left = self.left[e.area]
        if e.status == "closed":
            left.append(e)
        elif e.status == "active" and left and self.random.random() < SUCCESSOR:
            self._follow(e, left.pop())
        if e.unit and self.random.random() < OTHER_SIGN:
            e.unit.name = self._sign(e.unit.trade, road, e.unit.name)
        return e

    def _follow(self, e: Any, before: Any) -> None:
        e.address = before.address
        if self.random.random() < SAME_NAME and e.kind == before.kind and e.unit is None:
            e.name = before.name
            if self.random.random() < 0.5:
                e.representative, e.phone = before.representative, before.phone

    def _sign(self, trade: str, road: str, name: str) -> str:
        if trade not in TRADE_SIGNS:
            return name
        sign = self.random.choice(BRANDS) + self.random.choice(TRADE_SIGNS[trade])
        return f"{sign}（{road}店）" if self.random.random() < BRANCH else sign
