"""Pages of yearly plans: the places of a line, a sheet that comes back, and the plan as the public reads it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.desk.sheets.reading import NotTaken
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection.fair import desk, workbook
from zhijian.programmes.inspection.fair.flow import PLANNERS
from zhijian.programmes.inspection.fair.items import item_of
from zhijian.programmes.inspection.fair.models import PlanLine, PublishedPlan

SHOWN = 200
COLUMNS = {"office": desk.LINE_HEADS[0], "item": desk.LINE_HEADS[2], "visits": desk.LINE_HEADS[4]}
COLUMNS |= {"note": desk.LINE_HEADS[5]}


def _plan_of(uid: str, actor: Actor) -> Matter:
    rows = readable(Matter.objects.filter(kind="visit_plan"), actor)
    return get_object_or_404(rows.select_related("year_plan"), uid=uid)


@require_safe
@gate.roles(*desk.READERS)
def line_page(request: HttpRequest, uid: str, line: int) -> HttpResponse:
    """`/plans/<uid>/<line>/`: the enterprises that a line names, the first of them; all are in the Excel."""
    actor = gate.actor_in(request)
    matter = _plan_of(uid, actor)
    one = get_object_or_404(desk.lines_of(matter.pk), pk=line)
    given = request.GET.copy()
    given.update({"plan": str(uid), "line": str(line)})
    context = {
        "matter": matter, "line": one, "office": area_name(one.area),
        "places": list(desk.place_rows(actor, given)[:SHOWN]), "shown": SHOWN,
    }  # fmt: skip
    return render(request, "inspection/desk/plan_line.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*PLANNERS)
def sheet_page(request: HttpRequest, uid: str) -> HttpResponse:
    """`/plans/<uid>/sheet/`: the plan's lines come back from Excel: all of them, or none and what is wrong where."""
    actor = gate.actor_in(request)
    matter = _plan_of(uid, actor)
    if not set(PLANNERS) & actor.roles_at(matter.area):
        raise Http404
    context: dict[str, Any] = {"matter": matter, "open": matter.state == "draft"}
    if request.method != "POST":
        return render(request, "inspection/desk/plan_sheet.html", context)
    try:
        table = workbook.read(request.FILES.get("file"), COLUMNS, ("office", "item", "visits"))
        with transaction.atomic():
            changed = _take(table, matter, actor)
            if table.wrong:
                raise NotTaken(_("Nothing was changed: some rows need another look."))
    except NotTaken as error:
        wrong = table.wrong[:50] if "table" in locals() else []
        return render(
            request, "inspection/desk/plan_sheet.html", {**context, "problem": str(error), "wrong": wrong}, status=422
        )
    said = ngettext("%(n)s line was changed.", "%(n)s lines were changed.", changed)
    messages.success(request, said % {"n": changed})
    return redirect("record", uid=matter.uid)


def _take(table: workbook.Table, matter: Matter, actor: Actor) -> int:
    """Do what the rows say; how many lines are others now. What can't be done is noted in the table."""
    lines = {(one.area, one.item): one for one in PlanLine.objects.filter(plan=matter.pk)}
    changed = 0
    for n, row in table.rows:
        visits = workbook.number(row["visits"])
        office, line = row["office"].removesuffix(".0"), lines.get((row["office"].removesuffix(".0"), row["item"]))
        if visits is None or visits > 30_000:
            table.fault(n, _("“%(text)s” is no number of visits.") % {"text": row["visits"][:20]})
        elif line is None and item_of(row["item"], calendar.today()) is None:
            table.fault(
                n, _("There is no item “%(text)s” in the list of inspection items.") % {"text": row["item"][:40]}
            )
        elif line is None and office not in stack().areas:
            table.fault(n, _("There is no office “%(text)s”.") % {"text": office[:20]})
        elif line is None or (line.visits, line.note) != (visits, row.get("note", line.note)[:300]):
            facts: dict[str, Any] = {"visits": visits, "note": row.get("note", "")[:300]}
            try:
                if line is None:
                    perform(matter, "add_line", actor, office=office, item=row["item"], **facts)
                else:
                    perform(matter, "set_line", actor, line=line.pk, **facts)
                changed += 1
            except StepError as error:
                table.fault(n, error.message)
    return changed


@require_safe
def public_page(request: HttpRequest, area: str, year: int) -> HttpResponse:
    """`/plan/<area>/<year>/`: offices, items, numbers of visits. No enterprise is named."""
    plan = get_object_or_404(PublishedPlan, area=area, year=year)
    others = PublishedPlan.objects.filter(area=area).exclude(pk=plan.pk).order_by("-year")[:10]
    context = {
        "plan": plan, "office": area_name(area), "others": others,
        "visits": sum(one["visits"] for one in plan.lines),
    }  # fmt: skip
    return render(request, "inspection/public/plan.html", context)
