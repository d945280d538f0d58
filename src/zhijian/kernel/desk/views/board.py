"""Boards: a list's matters in columns by state; a card is moved by taking the step that leads there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import boards
from zhijian.kernel.desk.back import back
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.views.lists import found, orders, shown_filters
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import Offer, offers, perform, why_not


@require_safe
@ours
@vary_on_headers("HX-Request")
def board_page(request: HttpRequest, name: str) -> HttpResponse:
    """The board of a list; only the columns when HTMX asks, only one column's next cards when it goes on."""
    one, actor = found(request, name), actor_in(request)
    given = {key: value for key, value in one.given(request.GET).items() if key != "state" or "state" in request.GET}
    order = request.GET.get("order", "")
    rows, states = boards.rows_of(one, actor, given), boards.wanted(one, given.get("state", ""))
    asked = next((state for state in states if state.code == request.GET.get("column")), None)
    after = request.GET.get("after", "") if asked else ""
    kept = {**dict.fromkeys(one.start, ""), **given, **({"order": order} if order else {})}
    own = reverse("board", args=[one.slug()])
    context: dict[str, Any] = {
        "list": one,
        "slug": one.slug(),
        "title": one.label(),
        "here": own,
        "query": urlencode(kept),
        "back": f"{own}?{urlencode(kept)}",
    }
    if request.htmx and after and asked:  # type: ignore[attr-defined]
        return render(
            request, "desk/parts/board_cards.html", {**context, "column": boards.column(rows, asked, order, after)}
        )
    first = asked or states[0]
    shown = [asked] if after and asked else states  # without a script, the next page of a column stands alone
    context |= {
        "columns": [boards.column(rows, state, order, after, state.code == first.code) for state in shown],
        "narrowed": bool(set(given) - set(one.start)),
        "order": order,
    }
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "desk/parts/board.html", context)
    context |= {
        "filters": shown_filters(one, given, actor),
        "orders": [("", _("the usual order")), *orders()],
    }
    return render(request, "desk/board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@ours
@vary_on_headers("HX-Request")
def move_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Where a card can go. Posted with a column: the step that leads there, its form, or the reason why not."""
    actor = actor_in(request)
    matter = matter_of(uid, actor)
    board = back(request) or reverse("list", args=[matter.kind])
    flow = flow_of(matter.kind)
    to = request.POST.get("to") or request.GET.get("to", "")
    ways = [offer for offer in offers(matter, actor) if not to or _leads(offer, matter) == to]
    if request.method == "POST":
        return _move(request, matter, to, ways, actor, board)
    ways.sort(key=lambda offer: (not offer.open, not offer.step.likely))
    goes = [(offer, flow.state(_leads(offer, matter))) for offer in ways]
    context = {"matter": matter, "flow": flow, "state": flow.state(matter.state), "ways": goes, "back": board}
    return render(request, "desk/parts/moves.html" if request.htmx else "desk/moves.html", context)  # type: ignore[attr-defined]


def _leads(offer: Offer, matter: Matter) -> str:
    return offer.step.to or matter.state


def _move(request: HttpRequest, matter: Matter, to: str, ways: list[Offer], actor: Actor, board: str) -> HttpResponse:
    """Take the one step that leads there; several, or one that must be told something, are asked on a page."""
    there = f"{board}#c-{matter.uid}"
    open_ones = [offer for offer in ways if offer.open]
    if to == matter.state or not to:
        return redirect(there)
    if not open_ones:
        messages.warning(request, _("Not moved: %(why)s") % {"why": _why(matter, to, ways, actor)})
        return redirect(there)
    if len(open_ones) > 1:
        return redirect(f"{reverse('board_move', args=[matter.uid])}?{urlencode({'to': to, 'next': board})}")
    step = open_ones[0].step
    if open_ones[0].asks:
        return redirect(f"{reverse('step', args=[matter.uid, step.verb])}?{urlencode({'next': board})}")
    version = request.POST.get("version", "")
    try:
        with transaction.atomic():
            perform(matter, step.verb, actor, version=int(version) if version.isdecimal() else None)
    except StepError as error:
        messages.warning(request, _("Not moved: %(why)s") % {"why": error.message})
    else:
        messages.success(request, _("Done: %(step)s") % {"step": step.label or step.verb})
    return redirect(there)


def _why(matter: Matter, to: str, ways: list[Offer], actor: Actor) -> str:
    """Why no step leads there: the shut one's own reason, who else may, or that there is none."""
    if ways:
        return f"{ways[0].why} {f'({ways[0].article})' if ways[0].article else ''}".strip()
    flow, day = flow_of(matter.kind), calendar.today()
    leading = (s for s in flow.steps if matter.state in s.froms and s.to == to and s.in_force(day))
    step = next((s for s in leading if not s.hidden and s.by is None), None)
    if step is not None:
        return why_not(matter, step.verb, actor)
    names = {state.code: state.label for state in flow.states}
    told = {"from": names[matter.state], "to": names.get(to, to)}
    return _("No step of a person leads from “%(from)s” to “%(to)s”.") % told
