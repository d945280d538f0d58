"""The demo city's ratings: what some enterprises said of their visits, the calls that followed, a week's draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import SYSTEM, actor_of, party_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import Seal
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.kernel.ratings import acts, calling
from zhijian.kernel.ratings.declared import questions
from zhijian.kernel.ratings.models import Rating, ReturnCall

BACK = dt.timedelta(days=60)
WEEK = dt.timedelta(days=7)


def plant(say: Callable[[str], None]) -> None:
    """Rate the newest closed matters of the demo office as `demo.toml` says (`[[rating]]`); once."""
    told = stack().table("demo").get("rating", [])
    with scoped(SYSTEM):
        if not told or Rating.objects.exists():
            return
        office = next(one.area for one in people.accounts() if one.role == Role.HEAD)
        over = Matter.objects.filter(
            kind__in=questions(),
            area=office,
            closed__gte=when.now() - BACK,
            entity__isnull=False,
            premises__isnull=False,
        )
        states = {kind: one.states for kind, one in questions().items()}
        rows = [row for row in over.select_related("entity").order_by("closed", "pk") if row.state in states[row.kind]]
    before = calendar.start_of(calendar.today())
    rated = [row for row in rows if row.closed + dt.timedelta(hours=20) < before]
    for matter, one in zip(rated[-len(told) :], told, strict=False):
        _rate(matter, one)
    with when.as_of(before - dt.timedelta(hours=4)), scoped(SYSTEM):
        since = Seal.objects.filter(day__gte=calendar.today() - WEEK).order_by("id").first()
        drawn = calling.draw_due(since) if since is not None else []
    say(f"ratings: {min(len(told), len(rated))}; drawn for return calls: {sum(len(one.chosen) for one in drawn)}")


def _rate(matter: Matter, told: dict[str, object]) -> None:
    """The enterprise rates it on the next day; where a call is told, the office's clerk rings the day after."""
    at = matter.closed + dt.timedelta(hours=18)
    with when.as_of(at), scoped(party_of(matter.entity)) as party:
        acts.rate(matter, int(str(told["stars"])), str(told.get("words", "")), party)
    answer, clerk = told.get("answer"), _clerk(matter.area)
    if answer and clerk is not None and at + dt.timedelta(hours=20) < when.now():
        with scoped(SYSTEM):
            call = ReturnCall.objects.select_related("matter").get(about=matter).matter
        with scoped(actor_of(clerk)) as actor:
            perform(
                call, "call", actor, at=at + dt.timedelta(hours=20), satisfied=answer, words=str(told.get("said", ""))
            )


def _clerk(area: str) -> Person | None:
    """The clerk of the office among the demo accounts; its head where there is none."""
    for role in (Role.CLERK, Role.HEAD):
        found = next((one for one in people.accounts() if one.role == role and one.area == area), None)
        if found is not None:
            return Person.objects.get(username=found.username)
    return None
