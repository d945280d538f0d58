"""The demo city's supervision orders and joint handlings: about its open complaints and reports, each in another state.

What happened first is written down first, whosever story it is; every step is done by whose it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.programmes.supervision import actions
from zhijian.programmes.supervision.joint import acts
from zhijian.programmes.supervision.models import SupervisionOrder

LATER = True  # about what other programmes have planted
Say = Callable[[str], None]
PACE = dt.timedelta(minutes=40)


@dataclass
class Story:
    """One order or request: about which matter, what is told of it, and the matter that it becomes."""

    of: Matter
    told: dict[str, Any]
    joint: bool
    made: Matter | None = None


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once; nothing where the pack tells no stories or nothing is open."""
    plan = stack().table("demo").get("supervision", {})
    with scoped(SYSTEM):
        about = _open(plan)
        if not about or SupervisionOrder.objects.exists():
            return
        stories = [
            Story(about[int(told["of"]) % len(about)], told, joint)
            for joint, name in ((False, "orders"), (True, "requests")) for told in plan[name]
        ]  # fmt: skip
        events = [(at, n, step) for n, one in enumerate(stories) for at, step in _events(one.told)]
        for at, n, step in sorted(events):
            _happens(stories[n], step, at)
        say(f"supervision: {len(plan['orders'])} orders, {len(plan['requests'])} requests")


def _open(plan: dict[str, Any]) -> list[Matter]:
    """What is open and somebody's at the office of the story, and came before the day before yesterday."""
    before = calendar.start_of(calendar.today() - dt.timedelta(days=2))
    rows = Matter.objects.filter(kind__in=("complaint", "report"), area=plan.get("area", ""), closed=None)
    return list(rows.filter(opened__lt=before).exclude(assignee=None).order_by("opened", "pk")[:20])


def _events(told: dict[str, Any]) -> list[tuple[dt.datetime, str]]:
    """When each thing of a story happens: the first on its day, the others one after the other, or on `then` days."""
    start = calendar.start_of(calendar.today() - dt.timedelta(days=int(told["days"]))) + dt.timedelta(hours=16)
    steps = ["begin", *str(told.get("steps", "")).split()]
    return [(start + n * PACE + dt.timedelta(days=2 if step == "late" else 0), step) for n, step in enumerate(steps)]


def _person(username: str) -> Actor:
    return actor_of(Person.objects.get(username=username))


def _happens(story: Story, step: str, at: dt.datetime) -> None:
    told, of = story.told, Matter.objects.select_related("assignee").get(pk=story.of.pk)
    holder = actor_of(of.assignee) if of.assignee is not None else SYSTEM
    with when.as_of(at):
        if step == "begin":
            story.made = _asked(of, told, holder, at) if story.joint else _ordered(of, told, at)
            return
        assert story.made is not None
        if story.joint and step in acts.JUDGES:
            with scoped(holder):
                acts.judge(story.made.uid, step, holder, at=at, **_facts(step, told))
            return
        who = {"late": SYSTEM, "decline": SYSTEM}.get(step) or _who(story, step, holder)
        with scoped(who):
            perform(Matter.objects.get(pk=story.made.pk), step, who, at=at, **_facts(step, told))


def _who(story: Story, step: str, holder: Actor) -> Actor:
    if story.joint:
        return _person(story.told["helper"])
    return holder if step in ("see", "answer") else _person(story.told["by"])


def _facts(step: str, told: dict[str, Any]) -> dict[str, Any]:
    if step == "take":
        return {"assignee": Person.objects.get(username=told["helper"]).pk}
    if step == "answer":
        return {"answer": told["answer"]}
    return {"why": told["why"]} if step in ("send_back", "withdraw", "decline") else {}


def _day(told: dict[str, Any]) -> dict[str, Any]:
    """The day that it names: so many days from that on which it was made."""
    made = calendar.today() - dt.timedelta(days=int(told["days"]))
    return {"answer_by": made + dt.timedelta(days=int(told["within"]))} if "within" in told else {}


def _ordered(of: Matter, told: dict[str, Any], at: dt.datetime) -> Matter:
    who = _person(told["by"])
    with scoped(who):
        grade = told.get("grade", "ordinary")
        return actions.order(of, who, at=at, what=told["what"], grade=grade, **_day(told))


def _asked(of: Matter, told: dict[str, Any], holder: Actor, at: dt.datetime) -> Matter:
    with scoped(holder):
        return acts.ask(
            of, holder, at=at, area=told["to"], subject=told["subject"], what=told["what"],
            excerpt=told.get("excerpt", ""), **_day(told),
        )  # fmt: skip
