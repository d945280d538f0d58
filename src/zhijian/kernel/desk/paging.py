"""Paging by key: the next page begins after the last row's key, so page 1,000 costs what page 1 costs.

New is what was opened last, not what was entered last: an archive that was taken over stands behind this year's work.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.http import QueryDict

from zhijian.kernel.matters.models import Matter

Order = Literal["newest", "oldest", "due"]
SIZE = 50
Row = TypeVar("Row", bound=Model)
_ORDERS: dict[str, Order] = {"newest": "newest", "oldest": "oldest", "due": "due"}


def rows_after(rows: QuerySet[Row], given: QueryDict, *, falling: bool = False) -> QuerySet[Row]:
    """The rows behind the key that the address names (`after`), of a list that is sorted by its key alone; all of them
    where it names none, or nonsense. `falling`: the newest stand first."""
    after = given.get("after", "")
    if not after.isdecimal() or len(after) > 18:  # more digits than a key of the database has
        return rows
    return rows.filter(**{"pk__lt" if falling else "pk__gt": int(after)})


def order_of(text: str, usual: Order) -> Order:
    """The order that the address names; the list's usual one for nonsense."""
    return _ORDERS.get(text, usual)


@dataclass(frozen=True)
class Page:
    """A page of rows, and the keys of its neighbours (empty where there is none)."""

    rows: list[Matter]
    after: str = ""
    before: str = ""


At: TypeAlias = dt.date | dt.datetime | None  # a day of the order "due", a moment of the others
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)


def _key(matter: Matter, order: Order) -> str:
    at = (matter.due or "-") if order == "due" else (matter.opened - EPOCH) // TICK
    return f"{at}.{matter.pk}"


def _read(key: str, order: Order) -> tuple[At, int] | None:
    """(day or moment, id) of a key; None for nonsense, which then begins at the first page."""
    at, _dot, pk = key.rpartition(".")
    try:
        if order != "due":
            return EPOCH + int(at) * TICK, int(pk)
        return (dt.date.fromisoformat(at) if at != "-" else None), int(pk)
    except (ValueError, OverflowError):
        return None


def _beyond(order: Order, day: At, pk: int, back: bool) -> Q:
    """Rows that come after the key (before it, when `back`). Rows without a due day come last."""
    if order != "due":  # the bound on `opened` alone is what the index is entered by
        if (order == "newest") != back:
            return Q(opened__lte=day) & (Q(opened__lt=day) | Q(pk__lt=pk))
        return Q(opened__gte=day) & (Q(opened__gt=day) | Q(pk__gt=pk))
    if day is None:
        return Q(due__isnull=False) | Q(due=None, pk__lt=pk) if back else Q(due=None, pk__gt=pk)
    if back:
        return Q(due__lt=day) | Q(due=day, pk__lt=pk)
    return Q(due__gt=day) | Q(due=day, pk__gt=pk) | Q(due=None)


def _sorted(rows: QuerySet[Matter], order: Order, back: bool) -> QuerySet[Matter]:
    if order == "due":
        return (
            rows.order_by(F("due").desc(nulls_first=True), "-pk")
            if back
            else rows.order_by(F("due").asc(nulls_last=True), "pk")
        )
    return rows.order_by("-opened", "-pk") if (order == "newest") != back else rows.order_by("opened", "pk")


def page(rows: QuerySet[Matter], order: Order, after: str = "", before: str = "", size: int = SIZE) -> Page:
    """One page in one query: one row more than shown tells whether there is a neighbour on that side."""
    back = bool(before)
    key = _read(before or after, order) if before or after else None
    if key is not None:
        rows = rows.filter(_beyond(order, *key, back))
    found = list(_sorted(rows, order, back and key is not None)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back and key is not None:
        found.reverse()
    if not found:
        return Page([])
    backwards = back and key is not None
    return Page(
        found,
        after=_key(found[-1], order) if more or backwards else "",
        before=_key(found[0], order) if (more if backwards else key is not None) else "",
    )
