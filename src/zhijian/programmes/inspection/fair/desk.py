"""The desk of yearly plans: the list, what the steps' fields offer, the lines on a plan's page, and their Excel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, forms
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection.fair import planning
from zhijian.programmes.inspection.fair.flow import PLANNERS, VISIT_PLAN
from zhijian.programmes.inspection.fair.items import items
from zhijian.programmes.inspection.fair.models import PlanLine, PlanPlace, YearPlan

READERS = frozenset({Role.HEAD, Role.SECTION, Role.CLERK, Role.AUDITOR, Role.LEADER, Role.INSPECTOR})


# What the fields offer.


def _areas(asked: forms.Asked) -> forms.Options:
    """Those for which he plans, and what lies below: the widest first."""
    mine = {post.area for post in asked.actor.posts if post.role in PLANNERS}
    known = stack().areas
    below = [code for code in known if any(code.startswith(one) for one in mine)]
    return [(code, area_name(code)) for code in sorted(below, key=lambda code: (len(code), code))[:300]]


def _years(asked: forms.Asked) -> forms.Options:
    year = calendar.today().year
    return [(str(one), str(one)) for one in (year + 1, year)]


def _lines(asked: forms.Asked) -> forms.Options:
    if asked.matter is None:
        return []
    rows = PlanLine.objects.filter(plan=asked.matter.pk).order_by("area", "pk")[:1000]
    return [(str(one.pk), f"{area_name(one.area)} · {one.title} · {one.visits}") for one in rows]


def _offices(asked: forms.Asked) -> forms.Options:
    area = asked.matter.area if asked.matter else asked.area
    return [(code, area_name(code)) for code in sorted(stack().areas) if code.startswith(area)][:300]


def _items(asked: forms.Asked) -> forms.Options:
    return [(one.code, one.title) for one in items(calendar.today())]


for widget, offered in {
    "plan_area": _areas, "plan_year": _years, "plan_line": _lines, "plan_office": _offices, "plan_item": _items,
}.items():  # fmt: skip
    forms.choices(widget, offered)


# The plan's page.


def lines_of(plan: int) -> QuerySet[PlanLine]:
    """The plan's lines by office, each with how many places it names."""
    return PlanLine.objects.filter(plan=plan).annotate(n=Count("places")).order_by("area", "pk")


def plan_panel(matter: Matter, record: YearPlan, actor: Actor) -> dict[str, Any]:
    """The lines, with what is planned and made of each, and the whole."""
    done = planning.done(record)
    rows = [(one, area_name(one.area), *done.get(one.pk, (0, 0))) for one in lines_of(record.pk)[:500]]
    return {
        "plan": record,
        "rows": rows,
        "totals": planning.totals(record),
        "planned": sum(n for n, _made in done.values()),
        "made": sum(made for _n, made in done.values()),
        "draft": matter.state == "draft" and any(role in PLANNERS for role in actor.roles_at(matter.area)),
    }


YEAR = Column(
    "year", _("Year"), ("year_plan__year",), lambda m: Cell(str(m.year_plan.year)), lambda m: m.year_plan.year
)


class VisitPlans(MatterList):
    flow = VISIT_PLAN
    columns = ["title", YEAR, "area", "state", "opened"]
    filters = ["q", "state", "area"]
    panels = [Panel("inspection/desk/plan.html", plan_panel)]
    opens = {"begin": planning.open_plan}
    roles = READERS
    rank = 15
    empty = _("The plan of the year's inspections, made from what is due, appears here when somebody begins it.")


# Excel.


def _plan(given: QueryDict) -> str:
    plan = given.get("plan", "")
    return plan if forms.is_uid(plan) else "00000000-0000-0000-0000-000000000000"


def _line_rows(actor: Actor, given: QueryDict) -> QuerySet[PlanLine]:
    rows = PlanLine.objects.filter(area_filter(actor), plan__matter__uid=_plan(given))
    return rows.annotate(n=Count("places")).order_by("area", "pk")


def _line_cells(block: list[PlanLine], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [one.area, area_name(one.area), one.item, one.title, one.visits, one.note, one.n, one.basis]


LINE_HEADS = (
    _("Office code"), _("Office"), _("Item code"), _("Item"), _("Visits in the year"), _("Note"),
    _("Enterprises named"), _("Basis"),
)  # fmt: skip
excel.sheet("visit_plan_lines", _("Lines of the yearly plan"), READERS, LINE_HEADS, _line_rows, _line_cells)


def place_rows(actor: Actor, given: QueryDict) -> QuerySet[PlanPlace]:
    """The places of one line that the actor may read."""
    line = given.get("line", "")
    rows = PlanPlace.objects.filter(area_filter(actor), line__plan__matter__uid=_plan(given))
    rows = rows.filter(line=int(line)) if line.isdecimal() and len(line) < 19 else rows.none()
    return rows.select_related("premises__entity").defer("premises__grams", "premises__entity__grams").order_by("pk")


def _place_cells(block: list[PlanPlace], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        place = one.premises
        yield [place.entity.code, place.entity.name, place.name, place.address, area_name(place.area), place.risk,
               one.visits]  # fmt: skip


excel.sheet(
    "visit_plan_places", _("Enterprises of the yearly plan"), READERS,
    (_("Code"), _("Enterprise"), _("Premises"), _("Address"), _("Office"), _("Risk grade"), _("Visits in the year")),
    place_rows, _place_cells,
)  # fmt: skip
