"""Paging by key: the next page begins after the last row's key, so page 1,000 costs what page 1 costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.db.models import F, Q, QuerySet

from zhijian.kernel.matters.models import Matter

Order = Literal["newest", "oldest", "due"]
SIZE = 50
_ORDERS: dict[str, Order] = {"newest": "newest", "oldest": "oldest", "due": "due"}


def order_of(text: str, usual: Order) -> Order:
    """The order that the address names; the list's usual one for nonsense."""
    return _ORDERS.get(text, usual)


@dataclass(frozen=True)
class Page:
    """A page of rows, and the keys of its neighbours (empty where there is none)."""

    rows: list[Matter]
    after: str = ""
    before: str = ""


def _key(matter: Matter, order: Order) -> str:
    return f"{matter.due or '-'}.{matter.pk}" if order == "due" else str(matter.pk)


def _read(key: str, order: Order) -> tuple[dt.date | None, int] | None:
    """(day, id) of a key; None for nonsense, which then begins at the first page."""
    day, _dot, pk = key.rpartition(".")
    try:
        return (dt.date.fromisoformat(day) if order == "due" and day != "-" else None), int(pk)
    except ValueError:
        return None


def _beyond(order: Order, day: dt.date | None, pk: int, back: bool) -> Q:
    """Rows that come after the key (before it, when `back`). Rows without a due day come last."""
    if order != "due":
        return Q(pk__lt=pk) if (order == "newest") != back else Q(pk__gt=pk)
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
    return rows.order_by("-pk" if (order == "newest") != back else "pk")


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
