"""The groups of offices: the morning's digest and what is urgent, by the robot of the group.

A group is no place for names: it is told how many matters of which kind, official numbers, and the way to the desk;
the title of an urgent one only where it names a thing (which lift), no person and no enterprise.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import below, scoped
from zhijian.kernel.clock import calendar, past_due
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice, Robot
from zhijian.kernel.notices.telling import tell_group
from zhijian.kernel.notices.wording import notice_template, step_said
from zhijian.kernel.packs import stack
from zhijian.kernel.words import listed

COUNTED = 1000  # of an office's open matters
TEST, DIGEST, URGENT = "robot.test", "robot.digest", "robot.urgent"


def _numbers(data: Mapping[str, Any]) -> str:
    """ "Overdue: 3 (inspection 2, finding 1)", a line for each part that is not empty."""
    heads = {"late": _("Overdue"), "today": _("Due today"), "new": _("New since the last working day")}
    lines = []
    for part, head in heads.items():
        by_kind = data.get(part, {})
        if not by_kind:
            continue
        n = sum(by_kind.values())
        shown = f"{n}+" if data.get("capped") else str(n)
        kinds = listed(f"{flow_of(kind).title} {count}" for kind, count in by_kind.items())
        lines.append(_("{head}: **{n}** ({kinds})").format(head=head, n=shown, kinds=kinds))
    lines = lines or [_("Nothing is overdue, due today, or new.")]
    return "\n".join([*lines, _("[Open the desk]({link})").format(link=data.get("link", "/"))])


def _digest_title(data: Mapping[str, Any]) -> str:
    return _("{office}: the day's work, {day}").format(office=data["office"], day=data["day"])


def _urgent_title(data: Mapping[str, Any]) -> str:
    return _("{office}: urgent").format(office=data["office"])


def _urgent(data: Mapping[str, Any]) -> str:
    flow = flow_of(data["kind"])
    thing = [data["title"], step_said(data)] if data.get("title") else []
    what = " · ".join([f"{flow.title} {data['number']}", *thing, str(flow.state(data["state"]).label)])
    due = _("by {day}").format(day=data["due"]) if data.get("due") else ""
    return "\n".join(filter(None, [what, due, _("[Open it]({link})").format(link=data.get("link", "/"))]))


notice_template(DIGEST, title=_digest_title, text=_numbers)
notice_template(URGENT, title=_urgent_title, text=_urgent)
notice_template(
    TEST,
    title=gettext_lazy("{office}: test"),
    text=gettext_lazy("The platform reaches this group. The morning's digest and what is urgent will stand here."),
)


def office_name(area: str) -> str:
    """The name of the office, as the group reads it."""
    areas = stack().areas
    return (areas[area].short or areas[area].name) if area in areas else area


def counts(area: str, day: dt.date, now: dt.datetime) -> dict[str, Any]:
    """What is overdue, due today and new in an office, by kind, counted no further than COUNTED of each."""
    before = day - dt.timedelta(days=1)
    while not calendar.is_working_day(before):
        before -= dt.timedelta(days=1)
    mine = Matter.objects.filter(below("area", area))
    parts = {
        "late": mine.filter(past_due(now), closed=None),
        "today": mine.filter(Q(due_at=None) | Q(due_at__gte=now), closed=None, due=day),
        "new": mine.filter(closed=None, opened__gte=calendar.start_of(before)),
    }
    found: dict[str, Any] = {}
    for name, rows in parts.items():
        kinds = list(rows.values_list("kind", flat=True)[: COUNTED + 1])
        found[name] = dict(Counter(kinds[:COUNTED]).most_common())
        found["capped"] = found.get("capped", False) or len(kinds) > COUNTED
    return found


def digests(now: dt.datetime | None = None) -> int:
    """Write the digests whose time has come; one for each group and working day. Runs as the system."""
    now = now or when.now()
    day = calendar.legal_day(now)
    if not calendar.is_working_day(day):
        return 0
    at = calendar.local(now).time().replace(tzinfo=None)
    due = Robot.objects.filter(active=True, digest=True, digest_at__lte=at)
    told = Notice.objects.filter(template=DIGEST, dedupe=f"digest:{day}", robot__in=due).values_list("robot", flat=True)
    made = 0
    for robot in due.exclude(pk__in=list(told)):
        data = {"office": office_name(robot.area), "day": day.isoformat(), **counts(robot.area, day, now)}
        made += tell_group(robot, template=DIGEST, data=data, actor=SYSTEM, dedupe=f"digest:{day}") is not None
    return made


def heard(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """What `perform` tells of every step: of an urgent matter its group hears when it comes and when time runs out."""
    if matter.urgency == Matter.Urgency.NORMAL or when.is_told() or not (step.from_ is None or step.by is not None):
        return
    with scoped(SYSTEM):
        ends = [matter.area[:end] for end in range(1, len(matter.area) + 1)]
        robots = Robot.objects.filter(Q(area__in=ends), active=True, urgent=True).order_by("-area")
        robot = max(robots, key=lambda one: len(one.area), default=None)
        if robot is None:
            return
        data = {
            "office": office_name(matter.area), "kind": flow.kind, "number": matter.number, "state": matter.state,
            "verb": step.verb, "due": _by(matter, step), "path": f"/m/{matter.uid}/",
            "title": matter.title if flow.of_things else "",
        }  # fmt: skip
        tell_group(robot, template=URGENT, data=data, actor=actor, dedupe=f"{matter.pk}:{matter.version}:{step.verb}")


def _by(matter: Matter, step: Step) -> str:
    """The day by which something is to be done, with the moment on it where it has one; empty where nothing is due.

    Of several clocks that of the rule by which the step is taken: when somebody must be there, not when he answers.
    """
    rule = getattr(step.article, "name", "")
    clock = matter.clocks.filter(rule=rule).order_by("-started", "-pk").first() if rule else None  # type: ignore[attr-defined]
    if clock is not None and clock.due_at is not None:
        return f"{calendar.local(clock.due_at):%Y-%m-%d %H:%M}"
    if matter.due_at is not None:
        return f"{calendar.local(matter.due_at):%Y-%m-%d %H:%M}"
    return matter.due.isoformat() if matter.due else ""


def test(robot: Robot, actor: Actor) -> Notice | None:
    """Write a test message to the group."""
    return tell_group(robot, template=TEST, data={"office": office_name(robot.area)}, actor=actor)
