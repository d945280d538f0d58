"""The first page: what is critical and nobody's yet; what I must do, by the nearest clock; what waits for me as a
second; what is late in my area."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, within_reach
from zhijian.kernel.clock import calendar, past_due
from zhijian.kernel.desk import lists, said, waiting
from zhijian.kernel.desk.gate import actor_in, staff
from zhijian.kernel.desk.views import saved
from zhijian.kernel.matters import pairs
from zhijian.kernel.matters.awaiting import awaited
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable

MINE = 200
OTHERS = 50
COUNTED = 1000
OVERSEE = frozenset({Role.HEAD, Role.SECTION, Role.LEADER, Role.DISPATCHER})
COLUMNS = (
    "id", "uid", "kind", "number", "title", "area", "state", "due", "due_at", "urgency", "flags", "closed", "second",
    "entity__name", "premises__name", "assignee__name",
)  # fmt: skip


@dataclass
class Line:
    """A matter as a to-do line."""

    matter: Matter
    kind: str
    state: Any
    due: said.Due | None
    area: str
    alone: bool = False  # one officer only

    @property
    def shop(self) -> str:
        """Where it is about: the premises, else the enterprise."""
        place = self.matter.premises or self.matter.entity
        return place.name if place else ""

    @property
    def where(self) -> str:
        """The shop, unless the line's title names it already."""
        return "" if self.shop == self.matter.title else self.shop

    @property
    def tells_state(self) -> bool:
        """Of what lasts (a lift) the state says nothing beside a day that is over: “in use” would read as all well."""
        late = self.due is not None and self.due.tone == "late"
        return not (late and flow_of(self.matter.kind).lasting)

    @property
    def doubt(self) -> str:
        """The first thing to look at, as a sentence; empty where there is nothing."""
        return flow_of(self.matter.kind).doubt(self.matter.flags[0]) if self.matter.flags else ""


@dataclass
class Section:
    """A heading, its lines, and a sentence for when there is none."""

    code: str
    title: str
    lines: list[Line] = field(default_factory=list)
    more: bool = False
    empty: str = ""
    note: str = ""

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """The lines gathered by shop, each where its first one stands: one visit settles them together."""
        found: dict[Any, list[Line]] = {}
        for line in self.lines:
            key = line.matter.premises_id or (line.matter.entity_id, line.matter.pk)
            found.setdefault(key, []).append(line)
        return [(some[0].shop if len(some) > 1 else "", some) for some in found.values()]


def line_of(matter: Matter) -> Line:
    """A matter as a line, or as a card of a board."""
    flow = flow_of(matter.kind)
    due, area = said.due_of(matter.due, matter.due_at), said.area_name(matter.area)
    return Line(matter, str(flow.title), flow.state(matter.state), due, area, pairs.is_alone(matter))


def _lines(rows: QuerySet[Matter], limit: int) -> tuple[list[Line], bool]:
    found = list(rows.select_related("entity", "premises", "assignee").only(*COLUMNS)[: limit + 1])
    return [line_of(matter) for matter in found[:limit]], len(found) > limit


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
        late = line.due is not None and line.due.tone == "late"
        at = 3 if due is None or due > soon else 0 if late else 1 if due == today else 2
        sections[at].lines.append(line)
    return [section for section in sections if section.lines]


def _critical(actor: Actor) -> list[Section]:
    """What cannot wait until somebody is put in charge: whoever may do its next step sees it first."""
    rows = readable(Matter.objects.filter(awaited(actor), urgency=Matter.Urgency.CRITICAL), actor)
    lines, more = _lines(rows.order_by(F("due").asc(nulls_last=True), "pk"), OTHERS)
    return [Section("critical", _("Critical, in nobody's charge yet"), lines, more)] if lines else []


def _others(actor: Actor, above: list[Section]) -> list[Section]:
    """What is not in his own charge; what stands `above` is not overdue a second time."""
    nearest = F("due").asc(nulls_last=True)
    second, more = _lines(Matter.objects.filter(second_id=actor.person_id, closed=None).order_by(nearest, "pk"), OTHERS)
    found = [*_absent(actor), Section("second", _("With me as the second officer"), second, more)]
    if actor.has(Role.PARTNER):
        waits = within_reach(Matter.objects.filter(partner=True), actor).order_by(nearest, "pk")
        lines, more = _lines(waits, OTHERS)
        none = _("Nothing waits for your department. What the bureau passes on to it stands here while it does.")
        found.append(Section("partner", _("Waits for my department"), lines, more, none))
    if actor.roles_at() & OVERSEE:
        shown = [line.matter.pk for section in above for line in section.lines]
        late = readable(Matter.objects.filter(past_due(), closed=None).exclude(pk__in=shown), actor)
        lines, more = _lines(late.order_by("due", "pk"), OTHERS)
        found.append(Section("area", _("Overdue in my area"), lines, more, _("Nothing is overdue in your area.")))
        flagged = readable(Matter.objects.exclude(flags=[]), actor).order_by("-pk")
        lines, more = _lines(flagged, OTHERS)
        found.append(Section("flags", _("To look at"), lines, more))
    return [section for section in found if section.lines or section.empty or section.note]


def _absent(actor: Actor) -> list[Section]:
    """What those hold for whom he stands in today, each under a heading of its own."""
    found: list[Section] = []
    shown: list[int] = []
    for one in actor.absent:
        rows = Matter.objects.filter(Q(assignee_id=one.person_id) | Q(second_id=one.person_id), closed=None)
        both = rows.filter(Q(assignee_id=actor.person_id) | Q(second_id=actor.person_id))
        rows = rows.exclude(pk__in=both.values("pk")).exclude(pk__in=shown)  # those stand on the page already
        lines, more = _lines(rows.order_by(F("due").asc(nulls_last=True), "pk"), OTHERS)
        told = {"name": one.name, "day": f"{one.until:%m-%d}"}
        title = _("For %(name)s, on leave until %(day)s") % told
        shown += [line.matter.pk for line in lines]
        alone = both[:COUNTED].count()
        note = ngettext(
            "%(n)s more matter names both of you, and one person is not two: have another second officer named.",
            "%(n)s more matters name both of you, and one person is not two: have other second officers named.",
            alone,
        )
        none = "" if alone else _("He holds nothing that is open.")
        section = Section(f"for-{one.person_id}", title, lines, more, none, note % {"n": alone} if alone else "")
        found.append(section)
    return found


def _alone(actor: Actor) -> list[waiting.Line]:
    """What has one officer only in the offices of which he is the head: a line for each list. One query."""
    if not actor.has(Role.HEAD):
        return []
    rows = Matter.objects.filter(pairs.alone(pairs.kinds())).filter(area_filter(actor, roles=(Role.HEAD,)))
    found = []
    for listed, n in lists.counted(rows, COUNTED):
        words = ngettext(
            "%(list)s: %(n)s with one officer only, name a second one",
            "%(list)s: %(n)s with one officer only, name second ones",
            n,
        )
        told = {"list": listed.label(), "n": f"{COUNTED:,}+" if n > COUNTED else n}
        found.append(waiting.Line(words % told, f"{listed.url()}?single=1"))
    return found


@require_safe
@staff
def todo_page(request: HttpRequest) -> HttpResponse:
    """The to-do page: one indexed query for each part."""
    actor = actor_in(request)
    mine = Matter.objects.filter(assignee_id=actor.person_id, closed=None)
    lines, more = _lines(mine.order_by(F("due").asc(nulls_last=True), "pk"), MINE)
    critical = _critical(actor)
    context: dict[str, Any] = {"posts": actor.posts, "own": bool(lines)}
    context |= {
        "sections": [*critical, *_by_clock(lines, more)],
        "others": _others(actor, critical),
        "kept": saved.of(actor),
        "waiting": [*waiting.lines(actor), *_alone(actor)],
        "oversees": bool(actor.roles_at() & OVERSEE),
    }
    context["signs"] = actor.has(Role.INSPECTOR)
    return render(request, "desk/todo.html", context)
