"""The first page: what I must do, by the nearest clock; what waits for me as a second; what is late in my area."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import in_scope
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.desk.gate import actor_in, staff
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter

MINE = 200
OTHERS = 50
OVERSEE = frozenset({Role.HEAD, Role.SECTION, Role.LEADER, Role.DISPATCHER})
COLUMNS = (
    "id", "uid", "kind", "number", "title", "area", "state", "due", "urgency", "flags",
    "entity__name", "assignee__name",
)  # fmt: skip


@dataclass
class Line:
    """A matter as a to-do line."""

    matter: Matter
    kind: str
    state: Any
    due: said.Due | None
    area: str


@dataclass
class Section:
    """A heading, its lines, and a sentence for when there is none."""

    code: str
    title: str
    lines: list[Line] = field(default_factory=list)
    more: bool = False
    empty: str = ""


def _lines(rows: QuerySet[Matter], limit: int) -> tuple[list[Line], bool]:
    found = list(rows.select_related("entity", "assignee").only(*COLUMNS)[: limit + 1])
    lines = []
    for matter in found[:limit]:
        flow = flow_of(matter.kind)
        lines.append(
            Line(
                matter, str(flow.title), flow.state(matter.state), said.due_of(matter.due), said.area_name(matter.area)
            )
        )
    return lines, len(found) > limit


def _by_clock(lines: list[Line], more: bool) -> list[Section]:
    today = calendar.today()
    soon = today + dt.timedelta(days=7)
    sections = [
        Section("late", _("Overdue")),
        Section("today", _("Today")),
        Section("soon", _("Within a week")),
        Section("later", _("Later, or without a day"), more=more),
    ]
    for line in lines:
        due = line.matter.due
        at = 3 if due is None or due > soon else 0 if due < today else 1 if due == today else 2
        sections[at].lines.append(line)
    return [section for section in sections if section.lines]


def _others(actor: Actor) -> list[Section]:
    nearest = F("due").asc(nulls_last=True)
    second, more = _lines(Matter.objects.filter(second_id=actor.person_id, closed=None).order_by(nearest, "pk"), OTHERS)
    found = [Section("second", _("With me as the second officer"), second, more)]
    if actor.roles_at() & OVERSEE:
        late = in_scope(Matter.objects.filter(closed=None, due__lt=calendar.today()), actor)
        lines, more = _lines(late.order_by("due", "pk"), OTHERS)
        found.append(Section("area", _("Overdue in my area"), lines, more, _("Nothing is overdue in your area.")))
        flagged = in_scope(Matter.objects.exclude(flags=[]), actor).order_by("-pk")
        lines, more = _lines(flagged, OTHERS)
        found.append(Section("flags", _("To look at"), lines, more))
    return [section for section in found if section.lines or section.empty]


@require_GET
@staff
def todo_page(request: HttpRequest) -> HttpResponse:
    """The to-do page: one indexed query for each part."""
    actor = actor_in(request)
    mine = Matter.objects.filter(assignee_id=actor.person_id, closed=None)
    lines, more = _lines(mine.order_by(F("due").asc(nulls_last=True), "pk"), MINE)
    context = {"sections": _by_clock(lines, more), "others": _others(actor), "posts": actor.posts}
    return render(request, "desk/todo.html", context)
