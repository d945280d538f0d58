"""A platform with a key, and its software asking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests import world

from zhijian.gateways.open311 import inbox, keys, updates
from zhijian.gateways.open311.models import Request
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform

PLATFORM, OTHER = "zibo12345", "amr12315"
BASE = "/open311/v2"


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.person("市中心", Role.DISPATCHER, world.CITY)
        made.person("李桂芬", Role.CLERK, world.OFFICE)
        made.person("管理员", Role.ADMIN, world.CITY)
        made.inspector, made.head, made.stranger
        return made


class Platform:
    """Another platform's software, with its key."""

    def __init__(self, code: str = PLATFORM, pace: int = 1000) -> None:
        self.code = code
        self.row, self.key = keys.issue(code, "test", "admin", pace)
        self.client = Client(enforce_csrf_checks=True)

    def get(self, path: str, **asked: Any) -> Any:
        return self.client.get(f"{BASE}/{path}", {"api_key": self.key, **asked})

    def post(self, path: str = "requests.json", **told: Any) -> Any:
        return self.client.post(f"{BASE}/{path}", {"api_key": self.key, **told})

    def give(self, **told: Any) -> str:
        """A request, posted; its token or number."""
        answer = self.post(**order(**told))
        assert answer.status_code == 200, answer.content.decode()
        row = answer.json()[0]
        return row.get("token") or row["service_request_id"]


def order(**told: Any) -> dict[str, Any]:
    """What is posted of a complaint."""
    return {
        "service_code": "P04", "description": "在清风小馆吃出头发，要求退款。", "address_string": "张店区水晶街1号",
        "first_name": "小明", "last_name": "张", "phone": "13805331234", "attribute[said_name]": "清风小馆",
        "attribute[claim]": ["refund", "damages"], "attribute[amount]": "58.50",
    } | told  # fmt: skip


@pytest.fixture
def there(w: world.World) -> Platform:
    return Platform()


def work() -> None:
    """What the job does, now."""
    inbox.take_waiting(quiet=0)
    updates.hear_waiting()


def taken(number: str) -> Matter:
    with scoped(SYSTEM):
        found = Request.objects.select_related("matter__item").get(number=number).matter
        assert found is not None
        return found


def do(actor: Actor, matter: Matter, verb: str, **facts: object) -> Matter:
    with scoped(actor):
        return perform(Matter.objects.get(pk=matter.pk), verb, actor, **facts)


def answered(w: world.World, number: str, reply: str = "经调解，商家已退款 58 元。") -> Matter:
    """To the office, settled, approved."""
    matter = taken(number)
    do(w.actor("市中心"), matter, "pass_on", area=world.OFFICE)
    do(w.actor("所长"), matter, "assign", assignee=w.inspector.pk)
    do(w.actor("甲"), matter, "settle", why="退款 58 元", recovered="58.00")
    do(w.actor("甲"), matter, "reply", reply=reply, outcome="solved")
    return do(w.actor("所长"), matter, "approve")
