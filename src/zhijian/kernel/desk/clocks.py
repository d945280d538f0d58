"""A matter's clocks on its record page: the nearest first, and each day that was counted or left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.clock import breaking, calendar, due_state, explain
from zhijian.kernel.clock.arithmetic import Why
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.clock.wording import limit_words
from zhijian.kernel.desk.said import MINUTES, Due, due_words, ended_late, until
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.matters.models import Matter

WHY = {
    Why.COUNTED: gettext_lazy("counted"),
    Why.FIRST: gettext_lazy("first day: not counted"),
    Why.WEEKEND: gettext_lazy("weekend"),
    Why.HOLIDAY: gettext_lazy("public holiday"),
    Why.SUSPENDED: gettext_lazy("the clock rested"),
    Why.MOVED: gettext_lazy("last day falls on a day off: moves on"),
    Why.MOVED_TO: gettext_lazy("moved to here"),
}


@dataclass(frozen=True)
class Shown:
    """A clock as the page shows it: what it measures, how it stands, and the ground."""

    clock: Clock
    name: str
    due: Due
    ground: str
    unverified: bool
    replaced: bool = False

    @property
    def why(self) -> str:
        """Why it was not kept, as a person told it; empty where nobody did, or nothing is to be told."""
        return breaking.words_of(self.clock)


def _name(clock: Clock) -> str:
    """What a clock is called, with what of the matter it measures."""
    name = breaking.name_of(clock.rule)
    about = clock.basis.get("about")
    return _("%(clock)s: %(about)s") % {"clock": name, "about": about} if about else name


def shown(clock: Clock, replaced: bool = False, *, over: bool = False) -> Shown:
    """A clock in words. `replaced`: another one took its place; `over`: the matter ended without what it asks for."""
    basis: dict[str, Any] = clock.basis
    ground = " ".join(str(basis[key]) for key in ("basis", "article") if basis.get(key))
    due = due_words(due_state(clock))
    if clock.due_at is not None and clock.open:
        due = replace(due, words=until(clock.due_at), at=clock.due_at)
    elif due.tone == "broken" and _by_minutes(clock):
        due = replace(due, words=ended_late(clock.due_at, clock.stopped), at=clock.due_at)  # type: ignore[arg-type]
    if replaced:
        due = replace(due, words=_("another day was set"))
    elif over and due.tone == "kept":
        due = replace(due, tone="far", words=_("no longer applies"))
    return Shown(clock, _name(clock), due, ground, bool(basis.get("unverified")), replaced)


def _by_minutes(clock: Clock) -> bool:
    """Whether it stopped so shortly after its moment that minutes tell how late."""
    if clock.due_at is None or clock.stopped is None:
        return False
    return clock.stopped - clock.due_at <= dt.timedelta(minutes=MINUTES)


def of_matter(matter: Matter) -> list[Shown]:
    """Its clocks: open ones by their day, then those that stopped. One query."""
    rows = sorted(matter.clocks.all(), key=lambda c: (c.stopped is not None, c.due is None, c.due, c.pk))  # type: ignore[attr-defined]
    begun = {(clock.rule, clock.about, clock.started): clock.pk for clock in rows}
    over = _void_since(matter)
    return [shown(clock, _replaced(clock, begun), over=_ended_with(clock, over)) for clock in rows]


def _replaced(clock: Clock, begun: dict[Any, int]) -> bool:
    """Whether one that started anew stopped it."""
    return begun.get((clock.rule, clock.about, clock.stopped), clock.pk) != clock.pk


def _ended_with(clock: Clock, over: dt.datetime | None) -> bool:
    return over is not None and clock.stopped is not None and clock.stopped >= over


def _void_since(matter: Matter) -> dt.datetime | None:
    """When the matter ended without what was asked for being done; None for every other."""
    flow = flows().get(matter.kind)
    return matter.closed if flow is not None and flow.state(matter.state).void else None


def told(clock: Clock) -> dict[str, Any]:
    """Why this day: each day from the first to the last."""
    told, limit = explain(clock), clock.basis.get("limit")
    days = [{"day": d.day, "n": d.n, "why": d.note or str(WHY[d.why]), "counted": d.counted} for d in told.days]
    return {
        "shown": shown(clock),
        "told": told,
        "days": days,
        "moment": calendar.local(told.due_at) if told.due_at is not None and not clock.fixed else None,
        "limit": limit_words(limit) if limit else "",
        "fixed": clock.fixed,
        "set_by": clock.basis.get("set_by", ""),
    }
