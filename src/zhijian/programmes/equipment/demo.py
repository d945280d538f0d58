"""The demo city's special equipment: lifts, boilers, vessels, forklifts of made-up users, as a table would bring them.

Most are in order, some are soon due, a few are overdue; one has an order, one lift has a call that is over and one a
fault that is looked into. Maintenance of the last two months stands by its lifts. The certificate and every name but
the users' are made up.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.arithmetic import add_months
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import BATCH, Planted, Planter
from zhijian.kernel.notices import sending
from zhijian.kernel.notices.models import Channel, Notice, NoticeState
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.equipment import importing, maintenance, public, rules
from zhijian.programmes.equipment.facts import Visit
from zhijian.programmes.equipment.models import Equipment
from zhijian.programmes.equipment.periods import Law

KIND_CODES = ("equipment", "equipment_order", "lift_call")
LATER = True  # its stories are of the last days: the nights before them are sealed by then
FULL, LEAST = 113_000, 60  # pieces at full scale, and at any
KINDS = (
    ("3110", "乘客电梯"),
    ("3110", "乘客电梯"),
    ("3310", "自动扶梯"),
    ("1100", "蒸汽锅炉"),
    ("2150", "储气罐"),
    ("5110", "叉车"),
)
FIRMS = (("淄博捷安电梯维保有限公司", "13605332301"), ("淄博恒升电梯服务有限公司", "13605332302"))
BODY, MAKERS = "淄博市特种设备检验研究院", ("鲁中电梯制造有限公司", "齐都锅炉压力容器厂", "山东岱岳工业车辆有限公司")
TABLE = dt.timedelta(days=9, hours=12)  # before today, the table of pieces came
OVER = 33  # days; a piece that is overdue was last inspected a year and so many days ago, at the least
VISITED = 60  # days of maintenance that are told
Say = Callable[[str], None]


@dataclass
class Town:
    """What the pieces are made of."""

    dice: random.Random
    law: Law
    firms: list[Entity]
    planter: Planter = field(default_factory=Planter)
    today: dt.date = field(default_factory=calendar.today)

    def overdue(self, n: int) -> bool:
        """Every twenty-fifth piece is past its day."""
        return n % 25 == 7


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once; nothing in a place without these rules."""
    today = calendar.today()
    if rules.INSPECT_BY.maybe(today) is None or Equipment.objects.exists():
        return
    with scoped(SYSTEM):
        town = Town(random.Random(stack().table("demo")["seed"]), rules.law(today), _firms())
        with when.as_of(calendar.start_of(today) - TABLE):  # before anything happened by it
            lifts = _pieces(town, max(LEAST, round(FULL * scale)))
        _maintenance(town, lifts)
        late = Matter.objects.filter(kind="equipment", state="in_use", due__lt=today)
        done = [_ordered(late), _rescued(lifts), _fault(lifts)]
        pieces = Equipment.objects.count()
        say(f"special equipment: {pieces} pieces, {late.count()} overdue, {sum(done)} matters at work")


def _firms() -> list[Entity]:
    area = stack().setting("city")
    return [
        Entity.objects.create(name=name, phone=phone, area=area, source=maintenance.FIRMS, source_key=name)
        for name, phone in FIRMS
    ]


def _places(town: Town) -> Iterator[Premises]:
    """Made-up premises over and over: some of the demo accounts' office first, then the others.

    Only every third there has a piece: a shop without any is inspected with fewer lists, and most are such.
    """
    rows = Premises.objects.filter(entity__source=SOURCE).select_related("entity").defer("grams", "fold", "initials")
    home = Post.objects.filter(role=Role.HEAD, person__username="sun").values_list("jurisdiction_id", flat=True).first()
    near = list(rows.filter(area=home).order_by("pk")[:30]) if home else []
    others = [one for one in rows.order_by("pk")[:5000] if one.area != home]
    near = near[::3]
    while near or others:
        yield from near
        yield from others


def _pieces(town: Town, count: int) -> list[int]:
    """As many pieces; returns the lifts of the first places, by their keys."""
    lifts: list[int] = []
    for n, place in zip(range(count), _places(town), strict=False):
        made = _piece(town, n, place)
        if made.record is not None and made.record.group == "3" and len(lifts) < LEAST:  # type: ignore[attr-defined]
            lifts.append(made.matter.pk)
        town.planter.flush(BATCH)
    town.planter.flush()
    return lifts


def _piece(town: Town, n: int, place: Premises) -> Planted:
    category, name = KINDS[n % len(KINDS)]
    dice, lift = town.dice, category[0] == "3"
    first = town.today - dt.timedelta(days=dice.randrange(400, 4200))
    seen = _last_seen(town, n, first, lift)
    code = f"{category}{place.area[:6]}{first.year}{n:06d}"
    told = {
        "name": name, "inner_no": f"{n % 4 + 1}#", "place": place.address, "maker": MAKERS[n % 3], "body": BODY,
        "certificate": f"{'梯锅容车'[('3', '1', '2', '5').index(category[0])]}11鲁C{n + 1:05d}({first:%y})",
        "supervised_on": first, "in_use_since": first + dt.timedelta(days=20), "inspected_on": seen,
        "conclusion": "passed", "report_no": f"ZB{seen:%y%m}{n:05d}", "grade": "2" if category[0] == "2" else "",
        "maintainer": town.firms[n % len(town.firms)].pk if lift else None,
    }  # fmt: skip
    if lift and not town.overdue(n):
        told["tested_on"] = town.today - dt.timedelta(days=dice.randrange(5, 300))
    about = About(code, place.area or stack().setting("city"), place.entity, place)
    kept = {name: value for name, value in told.items() if value not in (None, "")}
    return importing.plant(town.planter, town.law, about, code, kept, "demo")


def _last_seen(town: Town, n: int, first: dt.date, lift: bool) -> dt.date:
    """The last inspection: a year and some weeks ago of what is overdue, else within the last months.

    Where a piece may be inspected until its month ends, OVER days are still some more than the month.
    """
    if town.overdue(n):
        return max(first, add_months(town.today, -12) - dt.timedelta(days=town.dice.randrange(OVER, OVER + 37)))
    return max(first, town.today - dt.timedelta(days=town.dice.randrange(10, 340)))


def _maintenance(town: Town, lifts: list[int]) -> None:
    """The last two months: every fifteen days, a few late, one far away."""
    rows = Equipment.objects.filter(pk__in=lifts).select_related("matter__premises", "maintainer").order_by("pk")
    for n, record in enumerate(rows):
        day = town.today - dt.timedelta(days=VISITED - n % 10)
        there, record.maintain_by = maintenance.place_of(record), None
        while day < town.today and record.maintainer is not None:
            at = calendar.start_of(day) + dt.timedelta(hours=9, minutes=n)
            far = there is not None and n == 3 and day > town.today - dt.timedelta(days=16)
            where = (there[0] + Decimal("0.03"), there[1]) if far and there else there
            made = maintenance.visit_of(record, record.maintainer, at, Visit(note="半月维保"), where)
            made.save()
            if made.doubt:
                maintenance.flag(record.matter, made)
            else:
                maintenance.remember(record, day)
            day += dt.timedelta(days=21 if (n + day.toordinal()) % 9 == 0 else 14)
        record.save(update_fields=["maintained_on", "maintain_by"])


@contextmanager
def _then(at: dt.datetime) -> Iterator[None]:
    """What happens is written down as of then, and whoever is told gets his message then."""
    with when.as_of(at):
        yield
        with scoped(SYSTEM):
            told = Notice.objects.filter(channel=Channel.SMS, state=NoticeState.QUEUED, matter__kind__in=KIND_CODES)
            for entity in Entity.objects.filter(pk__in=told.values("entity")):
                sending.send_waiting(entity)


def _ordered(late: QuerySet[Matter]) -> int:
    """One overdue piece of the demo office has an order since the day before yesterday."""
    pair = list(Person.objects.filter(username__in=("qian", "zhao")).order_by("-username"))
    matter = late.filter(area=pair[0].home_id).order_by("due").first() if len(pair) == 2 else None
    if matter is None:
        return 0
    at = when.now() - dt.timedelta(days=2)
    with _then(at), scoped(actor_of(pair[0])) as actor:
        perform(
            matter, "order", actor, at=at, ground="uninspected", problem="设备检验期限已过，仍在使用。",
            required="停止使用，向检验机构申请检验，合格后方可使用。", stop=True,
            deadline=calendar.add_working_days(calendar.today(), 5)[0], first=pair[0].pk, other=pair[1].pk,
        )  # fmt: skip
    return 1


def _rescued(lifts: list[int]) -> int:
    """Two people were trapped the other day; they were out after 25 minutes, and the cause was found."""
    record = Equipment.objects.select_related("matter__entity", "matter__premises", "maintainer").filter(
        pk__in=lifts[:1]
    )
    begun = when.now() - dt.timedelta(days=3, hours=2)
    if (one := record.first()) is None:
        return 0
    steps: list[tuple[str, int, dict[str, Any]]] = [
        ("take", 2, {}),
        ("arrive", 19, {}),
        ("free", 25, {"word": "两人平安走出轿厢"}),
        ("close", 180, {"cause": "层门门锁触点接触不良，已更换。"}),
    ]
    with _then(begun), scoped(SYSTEM):
        matter = public.begin(one, "trapped", {"people": 2, "words": "电梯停在三楼和四楼之间"}, at=begun)
    for verb, minutes, facts in steps:
        at = begun + dt.timedelta(minutes=minutes)
        with _then(at), scoped(SYSTEM):
            perform(Matter.objects.get(pk=matter.pk), verb, SYSTEM, at=at, **facts)
    return 1


def _fault(lifts: list[int]) -> int:
    """A fault was reported yesterday afternoon; the firm was there, and waits for a part."""
    rows = Equipment.objects.select_related("matter__entity", "matter__premises", "maintainer").filter(
        pk__in=lifts[1:2]
    )
    if (one := rows.first()) is None:
        return 0
    begun = calendar.start_of(calendar.today()) - dt.timedelta(hours=9)
    with _then(begun), scoped(SYSTEM):
        matter = public.begin(one, "fault", {"words": "轿门反复开关"}, at=begun)
    for verb, minutes in (("take", 9), ("arrive", 50)):
        at = begun + dt.timedelta(minutes=minutes)
        with _then(at), scoped(SYSTEM):
            perform(Matter.objects.get(pk=matter.pk), verb, SYSTEM, at=at)
    return 1
