"""Why a clock ends on its day; which clocks were not kept, and why: told for one, or for many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.clock import breaking, calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk import clocks, excel, gate, menu, said
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.catalogue import flow_of

SHOWN = 50
COUNTED = 1000  # counted no further
SAY = (*breaking.SAY, Role.INSPECTOR, Role.MEDIATOR, Role.CASE_OFFICER)
READERS = (*SAY, Role.SECTION, Role.LEADER, Role.AUDITOR)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def explain_page(request: HttpRequest, uid: UUID, pk: int) -> HttpResponse:
    """Why this day: each day counted, each left out; and where it was not kept, the reason, told by a person."""
    actor = gate.actor_in(request)
    matter = matter_of(str(uid), actor)
    clock = get_object_or_404(Clock.objects.select_related("broken_said_by"), pk=pk, matter=matter)
    context = {"matter": matter, **clocks.told(clock)}
    if request.method == "POST":
        if not (problem := _tell(request, [clock.pk], actor)):
            return redirect("record", uid=matter.uid)
        context["problem"] = problem
    if clock.broken and Clock.objects.filter(breaking.sayable(actor), pk=clock.pk).exists():
        context |= {"grounds": breaking.grounds(), "given": request.POST}
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    template = "desk/parts/explain.html" if part else "desk/explain.html"
    return render(request, template, context, status=422 if "problem" in context else 200)


def _tell(request: HttpRequest, pks: Sequence[int], actor: Actor) -> str:
    """Note the reason that was posted; the sentence that says what is wrong with it, or nothing."""
    try:
        with transaction.atomic():
            n = breaking.say(pks, request.POST.get("ground", ""), request.POST.get("reason", ""), actor)
    except breaking.NotSaid as error:
        return str(error)
    if not n:
        return _("Tick what the reason is for. It is told by whoever has the matter in hand, or runs the desk.")
    told = ngettext("The reason of %(n)s time limit is noted.", "The reason of %(n)s time limits is noted.", n)
    messages.success(request, told % {"n": n})
    return ""


def _rows(actor: Actor, given: QueryDict) -> QuerySet[Clock]:
    rows = breaking.broken(actor, said=given.get("said") == "1")
    area = given.get("area", "")
    return rows.filter(below("area", area)) if area and actor.can_read(area) else rows


def _ticked(request: HttpRequest) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("pk")[:SHOWN] if pk.isdecimal() and len(pk) < 18]


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def broken_page(request: HttpRequest) -> HttpResponse:
    """The time limits that were not kept, to be explained; `said=1` shows those that are, with their reason."""
    actor, problem = gate.actor_in(request), ""
    if request.method == "POST" and not (problem := _tell(request, _ticked(request), actor)):
        return redirect(request.get_full_path())
    rows = _rows(actor, request.GET).select_related("matter__assignee", "broken_said_by")
    found = list(rows_after(rows, request.GET, falling=True)[: SHOWN + 1])
    shown = found[:SHOWN]
    his = Clock.objects.filter(breaking.sayable(actor), pk__in=[one.pk for one in shown])
    mine = set(his.values_list("pk", flat=True))
    context = {
        "lines": [(clocks.shown(one), one.matter, flow_of(one.matter.kind), one.pk in mine) for one in shown],
        "after": shown[-1].pk if len(found) > SHOWN else "", "over": request.GET.get("said") == "1", "may": bool(mine),
        "areas": area_options(actor), "area": request.GET.get("area", ""), "grounds": breaking.grounds(),
        "problem": problem, "given": request.POST, "ticked": _ticked(request),
    }  # fmt: skip
    return render(request, "desk/broken.html", context, status=422 if problem else 200)


def _cells(rows: list[Clock], _actor: Actor) -> Iterator[Sequence[Any]]:
    for clock in rows:
        matter = clock.matter
        stopped = calendar.legal_day(clock.stopped) if clock.stopped else None
        yield (
            str(flow_of(matter.kind).title), matter.number, matter.title, said.area_name(matter.area),
            breaking.name_of(clock.rule), clock.due, stopped, breaking.words_of(clock),
        )  # fmt: skip


excel.sheet(
    "broken", gettext_lazy("Time limits not kept"), READERS,
    (
        gettext_lazy("Kind"), gettext_lazy("Number"), gettext_lazy("Title"), gettext_lazy("Area"),
        gettext_lazy("Time limit"), gettext_lazy("Due"), gettext_lazy("Ended"), gettext_lazy("Why it was not kept"),
    ),
    _rows, _cells,
    told=lambda _actor, given: [(str(_("Area")), said.area_name(given["area"]))] if given.get("area") else [],
    widths=(16, 22, 30, 16, 20, 12, 12, 40),
)  # fmt: skip


def unsaid(actor: Actor) -> int:
    """How many wait for a reason that he may tell; counted no further than a thousand."""
    return breaking.broken(actor).filter(breaking.sayable(actor)).order_by()[:COUNTED].count()


def unsaid_words(n: int) -> str:
    """The sentence of the to-do."""
    words = ngettext("%(n)s time limit was not kept: say why", "%(n)s time limits were not kept: say why", n)
    return words % {"n": f"{COUNTED:,}+" if n >= COUNTED else n}


waits("broken_clocks", SAY, unsaid, unsaid_words, "broken")
menu.item("broken", gettext_lazy("Time limits not kept"), "broken", READERS, order=68, under="office")
