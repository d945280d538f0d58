"""Acts by Excel at the desk: the sheet out, the sheet in, its trial, the doing with progress, the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import exports, said, xlsx
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.lists import MatterList, list_of
from zhijian.kernel.desk.models import SheetRow, SheetRun
from zhijian.kernel.desk.sheets import acting, columns, making
from zhijian.kernel.desk.sheets.reading import NotTaken, rows_of
from zhijian.kernel.desk.views.lists import found, told
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.registry.cards import choosing

RUNS = 10
SHOWN = 200  # rows of a report on the page; all are in the workbook


def _list(request: HttpRequest, name: str) -> tuple[type[MatterList], Actor, list[Step]]:
    """The list and what the person may do there to many; 404 where that is nothing."""
    one, actor = found(request, name), actor_in(request)
    steps = columns.acts(one, actor)
    if not steps:
        raise Http404
    return one, actor, steps


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def sheet_page(request: HttpRequest, name: str) -> HttpResponse:
    """`/l/<name>/sheet/`: download the sheet, send it back; what was sent before."""
    one, actor, steps = _list(request, name)
    problem = ""
    if request.method == "POST":
        try:
            return redirect("sheet", uid=acting.submit(request.FILES.get("file"), one, actor).uid)
        except NotTaken as error:
            problem = str(error)
    given = one.given(request.GET)
    opening = [step for step in steps if not step.froms]
    context = {
        "list": one,
        "title": one.label(),
        "slug": one.slug(),
        "query": request.GET.urlencode(),
        "chosen": told(one, given, actor),
        "area": said.area_name(given["area"]) if "area" in given else "",
        "acts": [(columns.label(s), list(columns.fact_columns([s])), bool(s.back)) for s in steps if s.froms],
        "opening": [(columns.label(s), list(columns.fact_columns([s])), bool(s.back)) for s in opening],
        "areas": choosing.areas(actor) if opening else [],
        "trades": choosing.trades() if opening else {},
        "runs": SheetRun.objects.filter(person=actor.person_id, room=name).order_by("-id")[:RUNS],
        "most": f"{making.MOST:,}",
        "problem": problem,
    }
    return render(request, "desk/sheet_send.html", context, status=422 if problem else 200)


@require_safe
@ours
def sheet_out(request: HttpRequest, name: str) -> HttpResponse:
    """The sheet of the list as it is filtered."""
    one, actor, _steps = _list(request, name)
    given = one.given(request.GET)
    about = exports.about(str(one.label()), actor, told(one, given, actor), given.get("area", ""))
    body = making.of_matters(one, actor, given, about, get_language() or "en")
    return exports.answer(_("%(list)s: sheet of acts") % {"list": about[0]}, f"{one.slug()}-acts", body)


@require_safe
@ours
def sheet_doors(request: HttpRequest, name: str) -> HttpResponse:
    """The sheet of the doors of an area, for acts that open a matter at each."""
    one, actor, steps = _list(request, name)
    if all(step.froms for step in steps):
        raise Http404
    chosen = choosing.Chosen.read(request.GET, actor)
    keys = choosing.in_street_order(choosing.doors(chosen, actor), making.MOST)[: making.MOST]
    title = _("%(list)s: doors of %(area)s") % {"list": one.label(), "area": said.area_name(chosen.area)}
    rows = choosing.in_order(keys)
    return exports.answer(title, f"{one.slug()}-doors", making.doors(rows, one, actor, title, get_language() or "en"))


def _run(request: HttpRequest, uid: UUID) -> tuple[SheetRun, type[MatterList]]:
    """The run, if it is one's own and its list still one's room."""
    actor = actor_in(request)
    run = get_object_or_404(SheetRun, uid=uid, person=actor.person_id)
    one = list_of(run.room, actor)
    if one is None:
        raise Http404
    return run, one


@never_cache
@require_safe
@ours
def sheet(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/sheets/<uid>/`: how far it is, what would be done, what was refused and why, what was done."""
    run, one = _run(request, uid)
    part = bool(request.headers.get("HX-Request"))
    return render(request, "desk/parts/sheet.html" if part else "desk/sheet.html", _context(run, one))


def _context(run: SheetRun, one: type[MatterList]) -> dict[str, Any]:
    rows = SheetRow.objects.filter(run=run)
    labels = {step.verb: columns.label(step) for step in one.all_flows()[0].steps}
    refused = rows.filter(state__in=[SheetRow.State.REFUSED, SheetRow.State.KEPT]).order_by("n")[:SHOWN]
    fine = rows.exclude(state__in=[SheetRow.State.REFUSED, SheetRow.State.KEPT]).order_by("n")
    verbs = {row.verb for row in fine} if not run.is_open else set()
    return {
        "run": run,
        "title": one.label(),
        "slug": one.slug(),
        "counts": {state: run.counts.get(state, 0) for state in SheetRow.State.values},
        "refused": [(row, labels.get(row.verb, "")) for row in refused],
        "fine": [(row, labels.get(row.verb, "")) for row in fine.select_related("matter")[:SHOWN]],
        "undoes": run.state == SheetRun.State.DONE and any(acting.way_back(one, verb) for verb in verbs),
        "for_good": run.state == SheetRun.State.CHECKED and any(acting.way_back(one, v) is None for v in verbs),
    }


@require_POST
@ours
def sheet_do(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Do what was tried; a few rows at once, many as a job."""
    run, _one = _run(request, uid)
    return _begin(request, run, SheetRun.State.CHECKED, SheetRun.State.DOING, acting.do, SheetRow.State.READY)


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def sheet_undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take it back: look once more, say why where a step asks for it."""
    run, one = _run(request, uid)
    verbs = set(SheetRow.objects.filter(run=run, state=SheetRow.State.DONE).values_list("verb", flat=True))
    asks, reason = acting.asks_reason(one, verbs), " ".join(request.POST.get("reason", "").split())[:500]
    steps = [step for step in one.all_flows()[0].steps if step.verb in verbs]
    context = {
        "run": run,
        "title": one.label(),
        "slug": one.slug(),
        "asks": asks,
        "lost": list(dict.fromkeys(columns.label(s) for s in steps if acting.way_back(one, s.verb) is None)),
        "n": run.counts.get("done", 0),
        "stays": acting.changed_since(run, SHOWN),
    }
    if request.method != "POST":
        return render(request, "desk/sheet_undo.html", context)
    if asks and len(reason) < 2:
        problem = _("Say why it is taken back: it stands in each matter.")
        return render(request, "desk/sheet_undo.html", {**context, "problem": problem}, status=422)
    state = SheetRun.State
    return _begin(request, run, state.DONE, state.UNDOING, acting.undo, SheetRow.State.DONE, reason=reason)


def _begin(
    request: HttpRequest, run: SheetRun, from_: Any, to: Any, work: Any, which: Any, **more: Any
) -> HttpResponse:
    """Begin once: a second press finds it begun."""
    rows = SheetRow.objects.filter(run=run, state=which)
    if not rows.exists() or not SheetRun.objects.filter(pk=run.pk, state=from_).update(state=to, gone=0):
        messages.warning(request, _("There is nothing to do here, or it was begun already."))
    elif rows.count() <= acting.AT_ONCE:
        work(run=run.pk, **more)
    else:
        work.later(run=run.pk, **more)
    return redirect("sheet", uid=run.uid)


@require_safe
@ours
def sheet_report(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The refused rows as they were sent, each with what is wrong: to be mended and sent again."""
    run, one = _run(request, uid)
    if not run.path:
        raise Http404
    actor = actor_in(request)
    title = _("Refused rows of %(file)s") % {"file": run.file_name.rsplit(".", 1)[0]}
    about = exports.about(title, actor)
    return exports.answer(title, "refused", _report(run, one, actor, about, get_language() or "en"))


def _report(run: SheetRun, one: type[MatterList], actor: Actor, about: list[str], language: str) -> Iterator[bytes]:
    with override(language), scoped(actor):
        bad = dict(SheetRow.objects.filter(run=run, state=SheetRow.State.REFUSED).values_list("n", "why"))
        with acting.reading(run, actor) as reader:
            if isinstance(reader, NotTaken):
                return
            head = reader.sheet.head
            rows = (
                [*(row.cells + [""] * len(head))[: len(head)], "\n".join(_sentence(*one) for one in bad[row.number])]
                for row in rows_of(reader.path)
                if row.number in bad
            )
            yield from xlsx.stream(about[0], [*head, _("What is wrong")], rows, about=about)


def _sentence(column: str, why: str) -> str:
    return f"{column}: {why}" if column else why
