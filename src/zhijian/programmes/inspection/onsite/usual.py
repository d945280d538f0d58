"""What is usual, and what is so far from it that a person should be asked: two stated tests, run each night.

Short: the visit took less than a part (rule, per cent) of the median of like visits of the whole bureau in the last
year: same purpose, same lists, between half and twice as many items asked; enough of them (rule).

Nothing: an office made enough visits (rule) over so many days (rule) and none found anything, though by the other
offices' share p of visits that do, chance alone would bring this about with less than so many per cent (rule):
(1 - p) to the power of the visits.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_high, quantiles

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.models import Checklist, Inspection
from zhijian.programmes.inspection.onsite.flow import VISIT_QUESTION
from zhijian.programmes.inspection.onsite.models import UsualTime, VisitQuestion
from zhijian.programmes.inspection.seen import RECORDED

YEAR = dt.timedelta(days=365)
ASKED_WITHIN = dt.timedelta(days=14)  # older ones are no question any more, also when records come late
LEAST = 5  # visits from which an office's time is told: as with ratings, a group and nobody in particular
Kind = tuple[str, str]  # purpose, lists


@dataclass(frozen=True)
class Timed:
    """A visit whose time is known."""

    pk: int
    office: str
    kind: Kind
    minutes: int
    items: int
    ended: dt.datetime


def office_of(area: str) -> str:
    """The office in whose area it lies: the smallest place that the pack knows; the code itself where it knows none."""
    areas = stack().areas
    return next((area[:end] for end in range(len(area), 0, -1) if area[:end] in areas), area)


def timed(since: dt.datetime) -> list[Timed]:
    """The visits that ended since then and whose time on site is known."""
    rows = Inspection.objects.filter(
        matter__kind="inspection", matter__state__in=RECORDED, ended__gte=since, minutes__isnull=False
    )
    codes = ArrayAgg("lists__checklist__code", filter=Q(lists__isnull=False), order_by="lists__place", default=[])
    found = rows.annotate(codes=codes).order_by("pk")
    told = found.values_list("pk", "matter__area", "purpose", "codes", "minutes", "items_checked", "ended")
    return [
        Timed(pk, office_of(area), (purpose, "+".join(codes)), minutes, items, ended)
        for pk, area, purpose, codes, minutes, items, ended in told
    ]


def count_all() -> int:
    """Make the table of usual times anew; returns its rows. In a system scope."""
    now = when.now()
    by_office: dict[tuple[str, Kind], list[int]] = defaultdict(list)
    everywhere: dict[Kind, list[int]] = defaultdict(list)
    for one in timed(now - YEAR):
        by_office[one.office, one.kind].append(one.minutes)
        everywhere[one.kind].append(one.minutes)
    titles = dict(Checklist.objects.order_by("version").values_list("code", "title"))
    made = [
        UsualTime(
            area=office, purpose=kind[0], lists=kind[1], titles=_titles(kind[1], titles), visits=len(took),
            median=median_high(took), lower=round(quantiles(took, n=4)[0]), upper=round(quantiles(took, n=4)[2]),
            everywhere=median_high(everywhere[kind]), at=now,
        )
        for (office, kind), took in by_office.items()
        if len(took) >= LEAST
    ]  # fmt: skip
    UsualTime.objects.all().delete()
    UsualTime.objects.bulk_create(sorted(made, key=lambda one: (one.area, one.purpose, one.lists)))
    return len(made)


def _titles(lists: str, titles: dict[str, str]) -> str:
    return "；".join(titles.get(code, code) for code in lists.split("+") if code)[:600]


def like(visit: Timed, others: Iterable[Timed]) -> list[int]:
    """The minutes of like visits: of its kind, with between half and twice as many items asked, itself left out."""
    return [
        one.minutes
        for one in others
        if one.kind == visit.kind and one.pk != visit.pk and visit.items <= 2 * one.items <= 4 * visit.items
    ]


def is_short(minutes: int, took: list[int], percent: int, enough: int) -> bool:
    """Whether a visit took less than that part of the median of like visits, of which there are enough.

    >>> is_short(9, [30] * 20, 33, 20), is_short(10, [30] * 20, 33, 20), is_short(1, [30] * 19, 33, 20)
    (True, False, False)
    """
    return len(took) >= enough and minutes * 100 < median_high(took) * percent


def by_chance(visits: int, elsewhere: float) -> float:
    """How likely, in per cent, so many visits find nothing where that share of visits elsewhere finds something.

    >>> round(by_chance(20, 0.2), 2)
    1.15
    """
    return 100 * (1 - elsewhere) ** visits


def ask_all() -> int:
    """Ask what there is to be asked; returns how many questions. In a system scope."""
    return ask_of_short() + ask_of_nothing()


def ask_of_short() -> int:
    """A question for each visit of the last days that was far below its usual time, once."""
    today = calendar.today()
    percent, enough = rules.SHORT_PERCENT.value(today, None), rules.SHORT_COMPARED.value(today, None)
    if percent is None or enough is None:
        return 0
    now, by_kind = when.now(), defaultdict(list)
    for one in timed(now - YEAR):
        by_kind[one.kind].append(one)
    recent = [one for some in by_kind.values() for one in some if one.ended >= now - ASKED_WITHIN]
    told = VisitQuestion.objects.filter(inspection__in=[one.pk for one in recent])
    asked = set(told.values_list("inspection", flat=True))
    done = 0
    for one in recent:
        took = like(one, by_kind[one.kind]) if one.pk not in asked else []
        if not is_short(one.minutes, took, int(percent), int(enough)):
            continue
        visit = Inspection.objects.select_related("matter").get(pk=one.pk)
        perform(
            VISIT_QUESTION, "ask_short", SYSTEM, at=now, about=About(visit.matter.title, visit.matter.area),
            by_field={"about": VisitQuestion.About.SHORT, "inspection": visit}, minutes=one.minutes,
            usual=median_high(took), compared=len(took),
        )  # fmt: skip
        done += 1
    return done


def ask_of_nothing() -> int:
    """A question for each office whose visits found nothing over the stretch; no second one about the same days."""
    today = calendar.today()
    days, enough = rules.NOTHING_DAYS.value(today, None), rules.NOTHING_VISITS.value(today, None)
    chance = rules.NOTHING_CHANCE.value(today, None)
    if days is None or enough is None or chance is None:
        return 0
    since = today - dt.timedelta(days=int(days))
    found = _found(since)
    visits, problems = (sum(one[n] for one in found.values()) for n in (0, 1))
    told = set(VisitQuestion.objects.filter(until__gt=since).values_list("matter__area", flat=True))
    done = 0
    for office, (made, failed) in sorted(found.items()):
        if failed or made < int(enough) or office in told or visits == made:
            continue
        share = problems / (visits - made)
        if by_chance(made, share) >= float(chance):
            continue
        perform(
            VISIT_QUESTION, "ask_nothing", SYSTEM, at=when.now(), about=About(area_name(office), office),
            by_field={"about": VisitQuestion.About.NOTHING}, since=since, until=today, visits=made,
            elsewhere=round(100 * share), compared=visits - made,
        )  # fmt: skip
        done += 1
    return done


def _found(since: dt.date) -> dict[str, tuple[int, int]]:
    """Visits of each office since a day, and how many of them found something."""
    rows = Matter.objects.filter(
        kind="inspection", state__in=RECORDED, inspection__ended__gte=calendar.start_of(since)
    ).exclude(inspection__result="")
    counted = rows.values("area").annotate(n=Count("pk"), bad=Count("pk", filter=Q(inspection__failed__gt=0)))
    found: dict[str, tuple[int, int]] = {}
    for area, n, bad in counted.order_by().values_list("area", "n", "bad"):
        made, failed = found.get(office_of(area), (0, 0))
        found[office_of(area)] = (made + n, failed + bad)
    return found


def nightly() -> int:
    """What is usual, counted anew, then what follows from it; returns the questions."""
    with scoped(SYSTEM):
        count_all()
        return ask_all()
