"""A small world for tests: two districts, three offices, people with posts, one restaurant, one checklist."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from zhijian.kernel.accounts.actor import Actor, actor_of
from zhijian.kernel.accounts.models import Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock.calendar import today
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.packs.models import LocalRule
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection.models import Checklist

CITY, DISTRICT, OFFICE = "3703", "370303", "370303006"
SISTER, NEIGHBOUR, NEIGHBOUR_OFFICE = "370303005", "370302", "370302001"
SINCE = dt.date(2020, 1, 1)


def in_days(days: int) -> dt.date:
    """The city's own today, and so many days from it: whatever is planned in a test is never overdue by itself."""
    return today() + dt.timedelta(days=days)


ITEMS = [
    {"no": "1.1", "key": True, "text": "食品经营许可证有效", "basis": "食法35", "fix": "停止经营", "photo": True},
    {"no": "1.2", "key": False, "text": "醒目处公示许可证", "basis": "令78", "fix": "当日补齐公示", "photo": True},
    {"no": "2.3", "key": False, "text": "冷藏 0–8 ℃", "basis": "31654", "fix": "调整温度", "photo": True},
]


@dataclass
class World:
    """Everything by name; people are made when first asked for."""

    entity: Entity
    premises: Premises
    checklist: Checklist
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str, role: Role, area: str, certificate: str = "", until: dt.date | None = None) -> Person:
        """A person with one post; the same name again adds a post."""
        if name not in self.people:
            self.people[name] = Person.objects.create(
                username=name,
                name=name,
                home_id=area,
                certificate_no=certificate,
                certificate_until=until or (dt.date(2035, 1, 1) if certificate else None),
            )
        Post.objects.get_or_create(person=self.people[name], role=role, jurisdiction_id=area, since=SINCE)
        return self.people[name]

    def actor(self, name: str) -> Actor:
        return actor_of(Person.objects.get(pk=self.people[name].pk))

    @cached_property
    def inspector(self) -> Person:
        return self.person("甲", Role.INSPECTOR, OFFICE, "鲁C-001")

    @cached_property
    def second(self) -> Person:
        return self.person("乙", Role.INSPECTOR, OFFICE, "鲁C-002")

    @cached_property
    def head(self) -> Person:
        return self.person("所长", Role.HEAD, OFFICE)

    @cached_property
    def stranger(self) -> Person:
        return self.person("外区", Role.HEAD, NEIGHBOUR_OFFICE)


def jurisdictions() -> None:
    """The tree: a city, two districts, three offices."""
    rows = [
        (CITY, "淄博市市场监督管理局", "city", None),
        (DISTRICT, "张店区市场监督管理局", "district", CITY),
        (NEIGHBOUR, "淄川区市场监督管理局", "district", CITY),
        (OFFICE, "体育场所", "office", DISTRICT),
        (SISTER, "科苑所", "office", DISTRICT),
        (NEIGHBOUR_OFFICE, "般阳路所", "office", NEIGHBOUR),
    ]
    for code, name, level, parent in rows:
        Jurisdiction.objects.update_or_create(
            code=code, defaults={"name": name, "short": name, "level": level, "parent_id": parent}
        )


def make_checklist(version: int = 1) -> Checklist:
    """Three items of the food-service checklist, one of them key."""
    items = [{**item, "answer": {"type": "yesno"}, "may_na": True, "verified": True} for item in ITEMS]
    content = {"verified": True, "sections": [{"no": "1", "title": "许可", "items": items}]}
    return Checklist.objects.create(
        code="test.food",
        version=version,
        title="餐饮服务监督检查要点表",
        since=SINCE,
        applies=["restaurant"],
        content=content,
        digest=sha256_hex(canonical(content)),
    )


def make() -> World:
    """The world, in the running transaction (inside `scoped(SYSTEM)` or any other scope: all of it is public)."""
    jurisdictions()
    entity = Entity.objects.create(
        scheme="uscc", code="91370303MA3C000001", name="淄博清风餐饮有限公司", area=OFFICE, phone="13805330000",
        representative="王清",
    )  # fmt: skip
    premises = Premises.objects.create(
        entity=entity, name="清风小馆(水晶街店)", address="水晶街 1 号", area=OFFICE, trade="restaurant",
        lat=Decimal("36.810000"), lon=Decimal("118.050000"),
    )  # fmt: skip
    Licence.objects.create(entity=entity, premises=premises, kind="food", number="JY23703030000001")
    LocalRule.objects.create(  # the lists of tests stand in no item
        rule="inspection.unlisted", since=SINCE, value="tell", basis="本局决定", reason="测试", by_name="", replaces=""
    )
    return World(entity, premises, make_checklist())
