"""The demo city's return pledges: as many shops as the interview tells of; some new ones wait, some were withdrawn, a
few were found broken at the end of the demo's complaints."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About
from zhijian.kernel.matters.planting import BATCH, Planted, Planter
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.returns import breaking, effects, rules
from zhijian.programmes.returns.flow import PLEDGE
from zhijian.programmes.returns.models import ReturnPledge

LATER = True  # some were broken, at the end of the demo's complaints
FULL, LEAST = 5_634, 40  # pledges at full scale, and at any
HEAD = "sun"
NEW = 25  # every so many-th is new and waits, or was sent back
LOOKED, MOST = 300, 12  # complaints that are looked through, and broken pledges
OVER = 60  # every so many-th was withdrawn since
TERMS = (
    ("all", "", "生鲜、散装食品、贴身衣物", 7, 0),
    ("clothes", "服装、鞋帽、箱包", "贴身衣物、定制商品", 7, 3),
    ("appliances", "", "已安装的大家电", 15, 7),
    ("digital", "手机、电脑及配件", "已激活的设备、软件", 7, 7),
    ("daily", "", "开封的一次性用品", 7, 0),
    ("food", "定型包装食品", "冷藏冷冻食品、临近保质期的食品", 7, 0),
    ("care", "", "开封的化妆品", 7, 3),
    ("furniture", "", "定制家具", 30, 7),
)
CONDITION = "商品完好，不影响二次销售，带购物小票"
WHAT = "在承诺期限内要求退货，店员以特价商品为由拒绝。"
Say = Callable[[str], None]


@dataclass
class Town:
    """What the pledges are made of."""

    dice: random.Random
    planter: Planter = field(default_factory=Planter)
    today: dt.date = field(default_factory=calendar.today)


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once; nothing in a place where no pledges are given."""
    today = calendar.today()
    with scoped(SYSTEM):
        if rules.DAYS_LEAST.maybe(today) is None or ReturnPledge.objects.exists():
            return
        town = Town(random.Random(stack().table("demo")["seed"] + 7))
        for n, place in zip(range(max(LEAST, round(FULL * scale))), _shops(), strict=False):
            _pledge(town, n, place)
            town.planter.flush(BATCH)
        town.planter.flush()
        found = broken()
        live = ReturnPledge.objects.filter(live=True).count()
        say(f"return pledges: {ReturnPledge.objects.count()}, {live} in force, {found} times broken")


def _shops() -> Iterator[Premises]:
    """Made-up shops: some of the demo office first, then every third of the others."""
    rows = Premises.objects.filter(entity__source=SOURCE, merged_into=None).exclude(status="closed")
    rows = rows.select_related("entity").defer("grams", "fold", "initials").order_by("pk")
    home = Post.objects.filter(role=Role.HEAD, person__username=HEAD).values_list("jurisdiction_id", flat=True).first()
    yield from rows.filter(area=home)[:40] if home else ()
    others = rows.exclude(area=home)
    yield from others.iterator(2000)


def _pledge(town: Town, n: int, place: Premises) -> None:
    goods, scope, excluded, days, refund = TERMS[n % len(TERMS)]
    wait = n % NEW in (11, 12)
    began = town.today - dt.timedelta(days=town.dice.randrange(1, 4) if wait else town.dice.randrange(20, 700))
    at = calendar.start_of(began) + dt.timedelta(hours=9, minutes=town.dice.randrange(400))
    until = max(began + dt.timedelta(days=730), town.today + dt.timedelta(days=town.dice.randrange(10, 500)))
    about = About(place.name, place.area or str(stack().setting("city")), place.entity, place)
    facts: dict[str, Any] = {
        "goods": goods, "scope": scope, "excluded": excluded, "days": days, "condition": CONDITION,
        "refund_days": refund, "valid_until": min(until, began + dt.timedelta(days=1090)),
    }  # fmt: skip
    made = town.planter.perform(PLEDGE, "pledge", SYSTEM, at=at, about=about, **facts)
    record = _record(made)
    effects.pledged(made.matter, record, None, at)
    if wait:
        if n % NEW == 12:
            later = at + dt.timedelta(hours=4)
            town.planter.perform(made, "send_back", SYSTEM, at=later, why="请写明退货商品的完好标准和例外商品。")
        return
    _accepted(town, made, at + dt.timedelta(days=1))
    if n % OVER == 31:
        end = at + dt.timedelta(days=15)
        town.planter.perform(made, "withdraw", SYSTEM, at=end, why="店铺调整经营范围")
        record.live = False


def _record(made: Planted) -> ReturnPledge:
    assert isinstance(made.record, ReturnPledge)
    return made.record


def _accepted(town: Town, made: Planted, at: dt.datetime) -> None:
    """As `effects.accepted` does it."""
    record, day = _record(made), calendar.legal_day(at)
    town.planter.perform(made, "accept", SYSTEM, at=at)
    effects.goes_live(record, day)
    town.planter.also(effects.version(record, day, at))
    town.planter.start_clock(made, rules.VALID, at, until=record.valid_until, by=effects.shop_of(made.matter))


def broken() -> int:
    """At the end of some complaints about shops that have pledged it was found that they did not keep it."""
    complaints = Matter.objects.filter(kind=breaking.KIND, state__in=breaking.ENDED, premises__isnull=False)
    done = 0
    for of in complaints.order_by("pk")[:LOOKED]:
        record = ReturnPledge.objects.filter(live=True, matter__premises=of.premises_id).first()
        if record is None or record.accepted_on is None or of.closed is None:
            continue
        bought = max(record.accepted_on, calendar.legal_day(of.opened) - dt.timedelta(days=3))
        if bought > calendar.legal_day(of.closed):
            continue
        with when.as_of(of.closed):
            breaking.say(of, SYSTEM, at=of.closed, pledge=record.pk, bought_on=bought, what=WHAT)
        done += 1
        if done == MOST:
            break
    return done
