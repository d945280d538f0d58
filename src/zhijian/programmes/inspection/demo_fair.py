"""How the made-up city is fair to its enterprises: a cap, the demo office's published plan, and a draw to confirm."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection.draw.acts import open_draw
from zhijian.programmes.inspection.fair import planning, setting
from zhijian.programmes.inspection.flow import INSPECTION
from zhijian.programmes.inspection.models import Inspection


def cap(plan: dict[str, Any]) -> None:
    """The city's own cap, by whoever there sets it; the law's is not known."""
    if (setter := _actor(plan.get("by", ""))) is not None:
        with scoped(setter):
            setting.put_in_force(
                plan["most"], since=calendar.today(), reason=plan["reason"], seen=setting.newest(), actor=setter
            )


def year_plan(plan: dict[str, Any]) -> None:
    """The plan of the year, begun by the office's head, approved by the district's, published."""
    head, above = _actor(plan.get("head", "")), _actor(plan.get("above", ""))
    if head is None or above is None:
        return
    area, at = head.posts[0].area, when.now()
    with scoped(head):
        matter = planning.open_plan(head, About("", area), {"area": area, "year": calendar.today().year})
        if not planning.has_lines(matter, matter.year_plan, head, None):  # type: ignore[attr-defined]
            return
        matter = perform(matter, "submit", head, at=at)
    with scoped(above):
        matter = perform(matter, "approve", above, at=at)
    with scoped(head):
        perform(matter, "publish", head, at=at)


def draw(plan: dict[str, Any]) -> None:
    """A random draw of the office, which waits for its head to confirm it: of the first trade that gives one."""
    if (head := _actor(plan.get("head", ""))) is None:
        return
    area, today = head.posts[0].area, calendar.today()
    days = {"first": today + dt.timedelta(days=1), "last": today + dt.timedelta(days=8)}
    for trade in plan["trades"]:
        with scoped(head), suppress(StepError):
            open_draw(head, About("", area), {"area": area, "trade": trade, **days})
            return


def beside(plan: dict[str, Any]) -> None:
    """A campaign's visit, two days after another one to the same shop: both are proposed as one (`/visits/joint/`)."""
    if (head := _actor(plan.get("head", ""))) is None:
        return
    with scoped(head), suppress(StepError):
        to_come = Inspection.objects.filter(
            matter__state="planned", purpose="routine", planned_for__gt=calendar.today()
        )
        mine = to_come.filter(matter__area=head.posts[0].area).order_by("planned_for", "pk")
        first = mine.select_related("matter__entity", "matter__premises").first()
        if first is None or first.planned_for is None:
            return
        of = first.matter
        perform(
            INSPECTION, "plan", head, at=when.now(), about=About(of.title, of.area, of.entity, of.premises),
            purpose="special",
            planned_for=first.planned_for + dt.timedelta(days=2), assignee=of.assignee_id, second=of.second_id,
            outside="campaign", outside_reason=plan["reason"],
        )  # fmt: skip


def _actor(username: str) -> Actor | None:
    person = Person.objects.filter(username=username).first()
    return actor_of(person) if person is not None else None
