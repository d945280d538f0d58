"""The desk's pages of routing rules: what is in force, the sets before it, another one made, tried, put into force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate, menu
from zhijian.kernel.desk.said import area_name
from zhijian.programmes.complaints.models import RouteSet
from zhijian.programmes.complaints.routing import editing, sets, trial, words
from zhijian.programmes.complaints.routing.matching import Row

HISTORY = 30
ROUTES = gettext_lazy("Routing rules")
menu.item("item_routes", ROUTES, "item_routes", sets.READERS, order=77, under="complaints")


def _said(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as pages show them."""
    return [
        {"n": n, "row": row, "what": words.what(row), "where": words.where(row), "how": words.how(row)}
        for n, row in enumerate(rows, 1)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*sets.READERS)
def routes_page(request: HttpRequest) -> HttpResponse:
    """`/complaints/routes/`: what is in force, and the sets before; an older one put in force again (POST)."""
    actor, today = gate.actor_in(request), calendar.today()
    context: dict[str, Any] = {}
    if request.method == "POST":
        if not sets.may_set(actor):
            raise PermissionDenied
        old = _set_of(request.POST.get("again", ""))
        try:
            made = _put(request, actor, sets.rows_of(old))
        except (sets.Changed, sets.RouteRefused) as error:
            context = {"again": old.pk, "reason": request.POST.get("reason", "")[:300], **_problem(error)}
        else:
            return _done(request, made)
    held = sets.in_force(today)
    made_so_far = list(RouteSet.objects.order_by("-pk")[:HISTORY])
    context |= {
        "held": held, "rows": _said(held.rows), "may": sets.may_set(actor), "today": today.isoformat(),
        "seen": made_so_far[0].pk if made_so_far else 0,
        "coming": [one for one in made_so_far if one.since > today],
        "history": [(one, _said(sets.rows_of(one))) for one in made_so_far],
        "change": f"{reverse('item_routes_trial')}?{editing.State(held.rows).address}",
    }  # fmt: skip
    return render(request, "complaints/desk/routes.html", context, status=context.get("status", 200))


def _set_of(key: str) -> RouteSet:
    row = RouteSet.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if row is None:
        raise Http404
    return row


def _put(request: HttpRequest, actor: Actor, rows: Sequence[Row]) -> RouteSet:
    """Put rows into force as the form says. Raises RouteRefused, Changed."""
    seen = request.POST.get("seen", "")
    return sets.put_in_force(
        rows, since=_day(request.POST.get("since", "")), reason=request.POST.get("reason", ""), actor=actor,
        seen=int(seen) if seen.isdecimal() and len(seen) < 19 else -1,
    )  # fmt: skip


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise sets.RouteRefused(_("Say from which day it is in force.")) from error


def _problem(error: Exception) -> dict[str, Any]:
    """What a page says of an error, and with which status."""
    if isinstance(error, sets.Changed):
        return {"conflict": True, "status": 409}
    return {"problem": str(error), "status": 422}


def _done(request: HttpRequest, made: RouteSet) -> HttpResponse:
    messages.success(request, _("The rules are in force from %(day)s.") % {"day": f"{made.since:%Y-%m-%d}"})
    return redirect("item_routes")


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*sets.READERS)
def trial_page(request: HttpRequest) -> HttpResponse:
    """`/complaints/routes/trial/`: rows are changed and tried by the address (GET), and put into force (POST)."""
    actor = gate.actor_in(request)
    held = sets.in_force(calendar.today())
    given = request.POST if request.method == "POST" else request.GET
    state = editing.state_of(given, held.rows)
    context: dict[str, Any] = {"may": sets.may_set(actor), "seen": sets.newest(), "since": calendar.today().isoformat()}
    if request.method == "POST":
        if not context["may"]:
            raise PermissionDenied
        try:
            return _done(request, _put(request, actor, state.rows))
        except (sets.Changed, sets.RouteRefused) as error:
            context |= {**_problem(error), "reason": request.POST.get("reason", "")[:300],
                        "since": request.POST.get("since", "")[:10]}  # fmt: skip
    elif given.get("do"):
        return _edited(request, state, given, context, held)
    return _shown(request, state, context, held, tried=request.method == "POST" or "try" in given)


def _edited(
    request: HttpRequest, state: editing.State, given: QueryDict, context: dict[str, Any], held: sets.InForce
) -> HttpResponse:
    """What a button does to the rows leads to the address of what they are then."""
    try:
        after = editing.done(state, given)
    except sets.RouteRefused as error:
        context |= {"wrong_row": str(error), "status": 422, "chosen": editing.chosen(given)}
        return _shown(request, state, context, held, tried=False)
    return redirect(f"{reverse('item_routes_trial')}?{after.address}#rows")


def _shown(
    request: HttpRequest, state: editing.State, context: dict[str, Any], held: sets.InForce, *, tried: bool
) -> HttpResponse:
    actor = gate.actor_in(request)
    same = tuple(state.rows) == held.rows
    context |= {
        "rows": _said(state.rows), "codes": [row.code for row in state.rows], "same": same, "edit": state.edit,
        "today": calendar.today().isoformat(), "options": editing.options(),
        "row_address": urlencode([("set", "1"), *(("row", row.code) for row in state.rows)]),
    }  # fmt: skip
    context.setdefault("chosen", editing.parts(state.rows[state.edit - 1]) if state.edit else {})
    try:
        sets.check(state.rows)
    except sets.RouteRefused as error:
        context.setdefault("problem", str(error))
        if tried:
            context.setdefault("status", 422)
    else:
        context["sound"] = True
        if tried:
            context |= {"tried": True, **_tried(state.rows, held, actor)}
    return render(request, "complaints/desk/routes_trial.html", context, status=context.get("status", 200))


def _tried(rows: Sequence[Row], held: sets.InForce, actor: Actor) -> dict[str, Any]:
    made = trial.compare(rows, held.rows, actor)
    titles = {
        trial.SAME: _("Same office"), trial.ANOTHER: _("Another office"), trial.NONE: _("None: a person would route"),
    }  # fmt: skip
    lines = [
        (titles[outcome], getattr(made.total, outcome), [
            (one.past, area_name(one.past.office), area_name(one.found.area) if one.found else "",
             one.found.number if one.found else 0)
            for one in made.shown[outcome]
        ])
        for outcome in trial.OUTCOMES
    ]  # fmt: skip
    return {"trial": made, "lines": lines, "days": trial.DAYS, "most": trial.MOST,
            "by_row": list(zip(_said(rows), made.rows, strict=True))}  # fmt: skip
