"""Ratings as those who oversee read them: by office and kind of matter, in whole blocks, never one by one.

An enterprise that must fear to be recognised rates with five stars. So a group is told from a minimum on, and only in
whole blocks of it: the next block holds so many at once that no rating can be worked out from what stood there before.
What can still be changed is not among them. The one who rings about a bad rating reads that one, for the call only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.figures.compute import divide
from zhijian.kernel.ratings import rules
from zhijian.kernel.ratings.acts import READERS, settled_before
from zhijian.kernel.ratings.models import Rating

WORDS = 200  # of a group on its page


@dataclass(frozen=True)
class Group:
    """What was said of one office's matters of a kind in a year: `shown` of them, the others not told yet."""

    area: str
    kind: str
    year: int
    shown: int
    waiting: int
    stars: tuple[int, ...]  # how many gave five, four … one

    @property
    def mean(self) -> Decimal | None:
        """The mean of those that are shown, to a tenth; None while none are."""
        total = sum(n * given for n, given in zip(self.stars, range(5, 0, -1), strict=True))
        return divide(total, self.shown, 1)


def groups(actor: Actor, year: int) -> list[Group]:
    """The groups of the actor's area in a calendar year, by area and kind. Two queries."""
    rows = _of_year(actor, year)
    given = rows.values("area", "matter__kind").annotate(n=Count("pk")).order_by("area", "matter__kind")
    counted: dict[tuple[str, str], dict[int, int]] = {}
    told = _told(rows).values("area", "matter__kind", "stars").annotate(n=Count("pk")).order_by()
    for area, kind, stars, n in told.values_list("area", "matter__kind", "stars", "n"):
        counted.setdefault((area, kind), {})[stars] = n
    found = []
    for area, kind, n in given.values_list("area", "matter__kind", "n"):
        by_star = tuple(counted.get((area, kind), {}).get(star, 0) for star in range(5, 0, -1))
        found.append(Group(area, kind, year, sum(by_star), n - sum(by_star), by_star))
    return found


def words_of(actor: Actor, year: int, area: str, kind: str) -> list[tuple[int, str]]:
    """Stars and words of a group's blocks, in an order that tells neither day nor shop."""
    rows = _told(_of_year(actor, year).filter(area=area, matter__kind=kind)).exclude(words=None)
    some = rows.only("uid", "stars", "words").order_by("-pk")[:WORDS]
    mixed = sorted(some, key=lambda one: hashlib.sha256(one.uid.bytes).digest())
    return [(one.stars, one.words or "") for one in mixed]


def _of_year(actor: Actor, year: int) -> QuerySet[Rating]:
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    when = {"rated_at__gte": calendar.start_of(first), "rated_at__lt": calendar.end_of(last)}
    return Rating.objects.filter(area_filter(actor, roles=READERS), **when)


def _told(rows: QuerySet[Rating]) -> QuerySet[Rating]:
    """Those in whole blocks, by the time at which they were given, that can change no more."""
    day = calendar.today()
    minimum = max(int(rules.MINIMUM.value(day, 5)), 1)
    group = [F("area"), F("matter__kind")]
    placed = rows.filter(rated_at__lt=settled_before(day)).annotate(
        place=Window(RowNumber(), partition_by=group, order_by=["rated_at", "pk"]),
        whole=Window(Count("pk"), partition_by=group),
    )
    blocks = placed.filter(place__lte=F("whole") - F("whole") % minimum).values("pk")
    return Rating.objects.filter(pk__in=blocks)
