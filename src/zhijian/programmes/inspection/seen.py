"""What visits found at many premises, for whoever reckons with it: by four queries for any number of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import among
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection import kinds
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Hindered, Purpose

RECORDED = ("rectifying", "closed")


@dataclass(frozen=True)
class SeenItem:
    """An item that did not comply: of which list, its number and text there."""

    list: str
    no: str
    key: bool
    text: str


@dataclass
class SeenVisit:
    """A visit that was made (or refused): what was asked and found by each list."""

    premises: int
    uid: str
    number: str
    day: dt.date
    purpose: Purpose
    refused: bool = False  # entry was refused
    items_checked: int = 0
    failed_count: int = 0
    failed_key: int = 0
    by_list: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # code -> checked, failed, key items failed
    failed: list[SeenItem] = field(default_factory=list)

    @property
    def again(self) -> bool:
        """Whether it only looked again at what was found before."""
        return self.purpose == Purpose.RECHECK

    @property
    def due(self) -> bool:
        """Whether it is one of the visits that are due in the year, as its kind's rule says."""
        return kinds.of(self.purpose, self.day).frequency


def seen_at(premises: Iterable[int], since: dt.date) -> dict[int, list[SeenVisit]]:
    """The visits of these premises since a day, with every item that failed. In the caller's scope."""
    visits = _visits(list(premises), since)
    lists: dict[int, list[int]] = defaultdict(list)
    gone = list(
        ByList.objects.filter(inspection__in=among(visits))
        .order_by("inspection", "place")
        .values_list("inspection_id", "checklist_id", "items_checked", "failed", "failed_key")
    )
    known = Checklist.objects.in_bulk({checklist for _pk, checklist, *_counts in gone})  # each once: they are long
    for pk, checklist, *counts in gone:
        visits[pk].by_list[known[checklist].code] = (counts[0], counts[1], counts[2])
        lists[pk].append(checklist)
    sheets: dict[tuple[int, ...], Sheet] = {}
    failed = Answer.objects.filter(inspection__in=among(visits), answer=Answer.Value.NO).order_by("pk")
    for pk, no in failed.values_list("inspection_id", "item"):
        which = tuple(lists[pk])
        if which not in sheets:
            sheets[which] = join([known[one].data for one in which])
        visits[pk].failed += _items(sheets[which], no)
    found: dict[int, list[SeenVisit]] = defaultdict(list)
    for one in visits.values():
        found[one.premises].append(one)
    return found


def _visits(premises: list[int], since: dt.date) -> dict[int, SeenVisit]:
    refused = Q(state="hindered", inspection__hindered=Hindered.REFUSED)
    made = Q(state__in=RECORDED) & ~Q(inspection__result="")
    # of visits taken over only the day of their closing is known
    after = Q(inspection__ended__gte=calendar.start_of(since)) | Q(
        inspection__ended=None, closed__gte=calendar.start_of(since)
    )
    once = Q(inspection__twice_of=None)  # one more record of the same visit is none
    rows = Matter.objects.filter(refused | made, after, once, kind="inspection", premises__in=among(premises))
    found, zone = {}, calendar.zone()  # asked once for all of them
    for row in rows.order_by("pk").values_list(
        "pk", "premises_id", "uid", "number", "state", "closed", "inspection__ended", "inspection__purpose",
        "inspection__items_checked", "inspection__failed", "inspection__failed_key",
    ):  # fmt: skip
        pk, place, uid, number, state, closed, ended, purpose, checked, failed, key = row
        day = (ended or closed).astimezone(zone).date()
        found[pk] = SeenVisit(place, str(uid), number, day, Purpose(purpose), state == "hindered", checked, failed, key)
    return found


def _items(sheet: Sheet, no: str) -> list[SeenItem]:
    """The item of each list that a failed question answers."""
    if (item := sheet.items.get(no)) is None:
        return []
    return [SeenItem(place["id"], place["no"], bool(place["key"]), item["text"]) for place in sheet.places(item)]
