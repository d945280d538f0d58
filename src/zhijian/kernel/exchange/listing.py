"""The list of records that are owed: which stand in it by the filters of an address, and its Excel file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, said
from zhijian.kernel.exchange import acts
from zhijian.kernel.exchange.acts import READERS
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.exchange.tables import name_of

NEAREST = (F("due").asc(nulls_last=True), "pk")


def standing(rows: QuerySet[Owed], state: str) -> QuerySet[Owed]:
    """Those in a state, those that are late, or all of them; with their matters."""
    if state == "late":
        rows = rows.filter(state__in=[State.TO_REPORT, State.SENT_BACK], due__lt=calendar.today())
    elif state != "all":
        rows = rows.filter(state=state)
    return rows.select_related("matter")


HEADS = (
    gettext_lazy("About"), gettext_lazy("Number of the matter"), gettext_lazy("Key"), gettext_lazy("Table"),
    gettext_lazy("State"), gettext_lazy("Round"), gettext_lazy("Due"), gettext_lazy("Their number"),
    gettext_lazy("Why"), gettext_lazy("Area"),
)  # fmt: skip


def state_of(given: QueryDict) -> str:
    """The state that the address names; what is to be reported for nonsense."""
    state = given.get("state", State.TO_REPORT)
    return state if state in State.values or state in ("all", "late") else str(State.TO_REPORT)


def typed_in(given: QueryDict) -> str:
    """What is searched for, from an address."""
    return given.get("q", "").replace("\x00", "").strip()[:60]


def chosen(actor: Actor, given: QueryDict) -> QuerySet[Owed]:
    """A table's records in a state and found by what was typed, the newest first; every table's, the nearest due."""
    rows = standing(acts.visible(actor), state_of(given))
    if "platform" not in given:
        return rows.order_by(*NEAREST)
    rows = rows.filter(platform=given["platform"], table=given.get("table", ""))
    if typed := typed_in(given):
        rows = rows.filter(Q(key__startswith=typed) | Q(number__startswith=typed) | Q(matter__title__contains=typed))
    return rows.order_by("-pk")


def _cells(block: list[Owed], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [
            one.matter.title, one.matter.number, one.key, name_of(one.path), one.get_state_display(), one.round,
            one.due, one.number, _(one.why) if one.why else "", said.area_name(one.area),
        ]  # fmt: skip


def _told(_actor: Actor, given: QueryDict) -> list[tuple[str, str]]:
    table = name_of(f"{given['platform']}/{given.get('table', '')}") if "platform" in given else ""
    return [
        (_("Table"), table),
        (_("State"), str(dict(STATES)[state_of(given)])),
        (_("Number, title"), typed_in(given)),
    ]


STATES = [("late", gettext_lazy("late")), *State.choices, ("all", gettext_lazy("all"))]
excel.sheet(
    "exchange", gettext_lazy("Records for other platforms"), READERS, HEADS, chosen, _cells, told=_told,
    widths=(40, 24, 20, 30, 14, 8, 14, 24, 30, 16),
)  # fmt: skip
