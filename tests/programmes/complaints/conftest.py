"""The centre of a city and of a district, an office, and the sheets of 12345 and 12315."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from django.utils import timezone
from tests import world
from tests.kernel.exchange.conftest import book

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange import arriving
from zhijian.kernel.exchange.models import Arrival
from zhijian.kernel.exchange.tables import table_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.complaints.models import Order

HEAD = [
    "工单编号", "受理时间", "来电人", "来电号码", "联系号码", "是否保密", "诉求类型", "诉求分类", "标题", "诉求内容",
    "被投诉对象", "事发区县", "地址", "紧急程度", "办理时限", "重办次数", "重办原因", "12315编号",
]  # fmt: skip


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.person("市中心", Role.DISPATCHER, world.CITY)
        made.person("区中心", Role.DISPATCHER, world.DISTRICT)
        made.person("李桂芬", Role.CLERK, world.OFFICE)
        made.inspector, made.head, made.stranger
        return made


@pytest.fixture
def centre(w: world.World) -> Actor:
    return w.actor("市中心")


@cache
def received() -> str:
    """When the orders of these tests were received: one moment of today, so that a row made twice is the same row."""
    now = timezone.now()
    at = max(now - dt.timedelta(hours=2), calendar.start_of(calendar.legal_day(now)))
    return f"{calendar.local(at):%Y-%m-%d %H:%M:%S}"


def order(number: str = "ZB2026113000001", **more: str) -> dict[str, str]:
    """A row of the hotline as it exports them, dirty as they are."""
    return {
        "工单编号": number, "受理时间": received(), "来电人": "张先生", "来电号码": "+86 138-0533-1234",
        "联系号码": "/", "是否保密": "否", "诉求类型": "投诉", "诉求分类": "食品安全/餐饮", "标题": "吃出异物",
        "诉求内容": "<p>在清风小馆吃出<b>头发</b>，要求退款。</p>", "被投诉对象": "清风小馆", "事发区县": "张店区",
        "地址": "水晶街1号", "紧急程度": "一般",
    } | more  # fmt: skip


def take_in(actor: Actor, *rows: dict[str, str], table: str = "zibo12345/orders", area: str = world.CITY) -> Arrival:
    """The sheet that holds these rows, taken in."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    sheet = [head, *([row.get(name, "") for name in head] for row in rows)]
    with scoped(actor):
        return arriving.take_in(table_of(*table.split("/")), "records", book(sheet), area, actor)


def matter_of(number: str) -> Matter:
    """The matter of an outer number, as it stands now."""
    with scoped(SYSTEM):
        return (
            Order.objects.select_related("matter__item", "matter__entity", "matter__premises").get(number=number).matter
        )


def do(actor: Actor, matter: Matter, verb: str, **facts: object) -> Matter:
    """A step, in the actor's own scope."""
    with scoped(actor):
        return perform(Matter.objects.get(pk=matter.pk), verb, actor, **facts)
