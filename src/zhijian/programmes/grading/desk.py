"""The staff's door: places by grade and by when their next visit is due; a place's grade with every reason."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import CLERK, HEAD, SECTION
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import forms
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.panels import entity_panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.panel import PANEL
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.grading import explaining
from zhijian.programmes.grading.flow import GRADING, STAFF
from zhijian.programmes.grading.models import Event, Grading

TONES = {"A": "good", "B": "act", "C": "warn", "D": "bad"}
HISTORY, PLACES = 20, 20


def _entries(asked: forms.Asked) -> forms.Options:
    """What was entered at this grade and stands."""
    rows = Event.objects.filter(grading=asked.matter.pk if asked.matter else None, strikes=None, struck_by=None)
    return [(str(row.pk), str(row)) for row in rows.order_by("-on", "-pk")[:50]]


forms.choices("grading_event", _entries)


def grade_cell(record: Grading, state: str) -> Cell:
    """The grade in force; one that waits for a person below it, or in its place."""
    if not record.grade:
        return Cell(record.computed, sub=str(_("not confirmed yet")))
    sub = f"{_('computed')}: {record.computed}" if state == "proposed" else ""
    return Cell(record.grade, tone=TONES[record.grade], sub=sub)


def _visits(record: Grading) -> Cell:
    """Made of those needed this year."""
    return Cell(f"{record.made} / {record.needed}", tone="warn" if record.left else "")


GRADE = Column(
    "grade", _("Risk grade"), ("grading__grade", "grading__computed"), lambda m: grade_cell(m.grading, m.state),
    lambda m: m.grading.grade,
)  # fmt: skip
COMPUTED = Column(
    "computed", _("Computed grade"), ("grading__computed",), lambda m: Cell(m.grading.computed),
    lambda m: m.grading.computed,
)  # fmt: skip
POINTS = Column(
    "points", _("Points"), ("grading__points",), lambda m: Cell(str(m.grading.points)), lambda m: m.grading.points
)
VISITS = Column(
    "visits", _("Visits this year"), ("grading__made", "grading__needed", "grading__left"),
    lambda m: _visits(m.grading), lambda m: m.grading.made,
)  # fmt: skip
CATERING = Column(
    "catering", _("Annual grade"), ("grading__catering", "grading__face"),
    lambda m: Cell(m.grading.catering, sub=m.grading.face), lambda m: m.grading.catering,
)  # fmt: skip


def grade_panel(matter: Matter, record: Grading, actor: Actor) -> dict[str, Any]:
    """The grade, why, since when and by whom; what was before; the visits of this year and the next."""
    history = list(record.held.order_by("-pk")[:HISTORY])  # type: ignore[attr-defined]
    return {
        "cell": grade_cell(record, matter.state),
        "parts": explaining.parts(record),
        "cutoffs": explaining.grounds(record, "total"),
        "of_visits": explaining.grounds(record, "visits"),
        "history": history,
        "ends": dict(zip([one.pk for one in history[1:]], [one.since for one in history], strict=False)),
        "events": list(record.events.filter(strikes=None, struck_by=None).order_by("-on")[:HISTORY]),  # type: ignore[attr-defined]
        "year": calendar.today().year,
        "may": _may(matter, actor, STAFF),
        "may_plan": _may(matter, actor, [CLERK, HEAD, SECTION]),
    }


def _may(matter: Matter, actor: Actor, roles: list[Role]) -> bool:
    return not actor.looks_on and matter.closed is None and bool(actor.roles_at(matter.area) & set(roles))


def entity_grades(entity: Entity, actor: Actor) -> dict[str, Any] | None:
    """The grade of each of the entity's places that the reader may see."""
    rows = Grades.base(actor).filter(entity=entity, closed=None) if Grades.who() & actor.roles_at() else None
    if rows is None:
        return None
    found = list(rows.select_related("grading", "premises").order_by("pk")[:PLACES])
    return {"grades": [(one, grade_cell(one.grading, one.state)) for one in found]} if found else None


class Grades(MatterList):
    flow = GRADING
    title = _("Risk grades and visits due")
    columns = ["title", "area", "state", GRADE, POINTS, CATERING, VISITS, "due"]
    exported = ["entity", "code", "address", COMPUTED, "static", "dynamic", "since", "needed", "made", "left"]
    filters = ["q", "state", "grade", "group", "area", "overdue"]
    start = {"state": "open"}
    bulk = ["confirm"]
    order = "due"
    panels = [Panel("grading/desk/grade.html", grade_panel), PANEL]
    rank = 15
    empty = _("Each food business is graded by what it is and what visits found; its grade appears here overnight.")


entity_panel("grading/desk/entity.html", entity_grades)
