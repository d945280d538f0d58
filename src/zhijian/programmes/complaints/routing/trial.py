"""A set tried on what happened: where it would have sent the items of the last months, beside who concluded them.

One pass over a bounded number of items, by what is known of them today: the shop and the category may have been found
later than the rows would have asked for them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce, NullIf

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Link
from zhijian.programmes.complaints.routing.matching import Case, Found, Row, first, is_below
from zhijian.programmes.complaints.routing.proposing import district_of

DAYS = 90
MOST = 5000
SHOWN = 20
OVER = ("concluded", "approving", "answered")  # some office has dealt with it
SAME, ANOTHER, NONE = "same", "another", "none"
OUTCOMES = (SAME, ANOTHER, NONE)


@dataclass(frozen=True)
class Past:
    """An item that was concluded: as a row would have seen it where it arrived, and what became of it."""

    uid: Any
    title: str
    number: str
    case: Case
    office: str  # that concluded it
    handed_up: bool


@dataclass
class Tally:
    """How many items, and what would have become of them."""

    items: int = 0
    same: int = 0
    another: int = 0
    none: int = 0
    straight: int = 0
    handed_up: int = 0

    def count(self, past: Past, outcome: str, found: Found | None) -> None:
        """Count one item in."""
        self.items += 1
        self.straight += found is not None and found.row.straight
        self.handed_up += past.handed_up
        setattr(self, outcome, getattr(self, outcome) + 1)


@dataclass
class Line:
    """An item that is shown: where the set would have sent it, and by which row."""

    past: Past
    found: Found | None


@dataclass
class Trial:
    """What a set would have done: in all, by row, and some of each outcome; `whole`: nothing was left out."""

    since: dt.date
    whole: bool = True
    total: Tally = field(default_factory=Tally)
    rows: list[Tally] = field(default_factory=list)
    before: Tally = field(default_factory=Tally)
    shown: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))


def compare(rows: Sequence[Row], now: Sequence[Row], actor: Actor) -> Trial:
    """The set beside the one in force, on what the actor may read."""
    since = calendar.today() - dt.timedelta(days=DAYS)
    pasts, whole = history(since, actor)
    made = Trial(since, whole, rows=[Tally() for _row in rows])
    for past in pasts:
        found, before = first(rows, past.case), first(now, past.case)
        outcome = outcome_of(past, found)
        made.total.count(past, outcome, found)
        made.before.count(past, outcome_of(past, before), before)
        if found is not None:
            made.rows[found.number - 1].count(past, outcome, found)
        if len(made.shown[outcome]) < SHOWN:
            made.shown[outcome].append(Line(past, found))
    return made


def outcome_of(past: Past, found: Found | None) -> str:
    """Whether it would have gone to the office that concluded it, or to what stands above that one on its way."""
    if found is None:
        return NONE
    return SAME if past.office == found.area or is_below(past.office, found.area) else ANOTHER


def history(since: dt.date, actor: Actor) -> tuple[list[Past], bool]:
    """The newest items since that day that some office concluded and that had to be routed; whether these are all."""
    found = sorted(_concluded(since, actor), key=lambda one: one["opened"], reverse=True)
    kept, whole = found[:MOST], len(found) <= MOST
    arrived, handed_up = _ways([one["pk"] for one in kept])
    routed = {key: area for key, area in arrived.items() if area not in stack().leaves}
    return [_past(one, routed[one["pk"]], one["pk"] in handed_up) for one in kept if one["pk"] in routed], whole


def _concluded(since: dt.date, actor: Actor) -> Iterator[dict[str, Any]]:
    """Of each kind the newest, by the index that lists go by."""
    for kind in KINDS:
        rows = Matter.objects.filter(kind=kind, opened__gte=calendar.start_of(since), state__in=OVER)
        yield from (
            readable(rows, actor)
            .annotate(
                sort=Coalesce(NullIf("item__category", Value("")), "trace__proposed", Value("")),
                meant=F("item__meant"), channel=F("item__channel"), place=F("premises__area"), firm=F("entity__area"),
            )
            .order_by("-opened", "-pk")
            .values("pk", "uid", "title", "number", "kind", "urgency", "area", "opened", "sort", "meant", "channel",
                    "place", "firm")[: MOST + 1]
        )  # fmt: skip


def _ways(keys: Iterable[int]) -> tuple[dict[int, str], set[int]]:
    """Where each arrived, and which were handed up on their way. One query."""
    begun = {f"{kind}.{step.verb}" for kind in KINDS for step in flow_of(kind).steps if not step.froms}
    up = {f"{kind}.hand_up" for kind in KINDS}
    rows = LedgerEntry.objects.filter(matter__in=list(keys), kind__in=[*begun, *up]).order_by("-pk")
    entries = list(rows.values_list("matter", "kind", "area"))
    arrived = {matter: area for matter, kind, area in entries if kind in begun}
    return arrived, {matter for matter, kind, _area in entries if kind in up}


def _past(one: dict[str, Any], arrived: str, handed_up: bool) -> Past:
    shop = (one["place"] or one["firm"] or "") if one["meant"] == Link.CONFIRMED else ""
    case = Case(one["kind"], one["channel"], one["sort"], one["urgency"], arrived, shop, district_of(shop))
    return Past(one["uid"], one["title"], one["number"], case, one["area"], handed_up)
