"""The page on which staff enter what a place is, by the factors of its table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.matters.errors import Conflict, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.grading import points, reading, rules
from zhijian.programmes.grading.flow import STAFF

MOST = Decimal(10_000_000)


@dataclass
class Field:
    """A factor as the form shows it: what it asks, what may be chosen, what stands there, and what is wrong with it."""

    code: str
    name: str
    measure: str
    choices: list[tuple[str, str, Any]]
    steps: str
    unknown: Any
    value: str
    problem: str = ""


def _find(uid: UUID, actor: Actor) -> Matter:
    rows = readable(Matter.objects.filter(kind="grading", closed=None), actor).select_related("grading", "premises")
    matter = rows.filter(uid=uid).first()
    if matter is None or not actor.roles_at(matter.area) & set(STAFF):
        raise Http404
    return matter


def _fields(matter: Matter, given: Any) -> list[Field]:
    """The factors of the place's table that somebody can enter (a category comes from the licence)."""
    tables = rules.tables(calendar.today())
    if tables is None or matter.premises is None:
        raise Http404
    category = next((p.facts.category for p in reading.places([matter.premises.pk], tables)), "")
    known = matter.grading.known  # type: ignore[attr-defined]
    return [
        Field(
            one["code"], one["name"], one.get("measure", ""),
            [(c["code"], c["name"], c["points"]) for c in one.get("choices", ())], _steps(one),
            one["unknown"], str(given.get(one["code"], known.get(one["code"], ""))).strip()[:40],
        )
        for one in points.factors(matter.premises.trade, category, tables)
        if one.get("from") != "licence"
    ]  # fmt: skip


def _steps(factor: Any) -> str:
    """The steps of a factor's table with their points: ≤ 150: 2 · ≤ 500: 4 · > 500: 6."""
    steps = list(factor.get("steps", ()))
    said = [f"≤ {one['to']}: {one['points']}" if "to" in one else "" for one in steps]
    if len(steps) > 1 and not said[-1]:
        said[-1] = f"> {steps[-2]['to']}: {steps[-1]['points']}"
    return " · ".join(said)


def _judge(one: Field) -> str:
    """What is wrong with what was entered; empty where nothing is."""
    if not one.value:
        return ""
    if one.choices:
        offered = one.value in {code for code, _name, _points in one.choices}
        return "" if offered else _("Please choose one of those offered.")
    try:
        size = Decimal(one.value)
    except InvalidOperation:
        return _("Please enter a number, like 120 or 85.5.")
    return "" if size.is_finite() and 0 <= size <= MOST else _("It must be between 0 and 10 000 000.")


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def facts_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/grading/<uid>/facts/`: what is entered counts at once; what is left empty counts as the table says."""
    actor = gate.actor_in(request)
    matter = _find(uid, actor)
    given = request.POST if request.method == "POST" else {}
    fields = _fields(matter, given)
    told: dict[str, Any] = {"matter": matter, "fields": fields, "version": matter.version}
    if request.method != "POST":
        return render(request, "grading/desk/facts.html", told)
    for one in fields:
        one.problem = _judge(one)
    if any(one.problem for one in fields):
        return render(request, "grading/desk/facts.html", told, status=422)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1
    known = {one.code: one.value for one in fields if one.value}
    try:
        perform(matter, "describe", actor, version=seen, known=known)
    except Conflict:
        return render(request, "grading/desk/facts.html", {**told, "conflict": True}, status=409)
    except StepError as error:
        return render(request, "grading/desk/facts.html", {**told, "refused": str(error)}, status=422)
    messages.success(request, _("Entered; the grade is counted anew."))
    return redirect("record", uid=matter.uid)
