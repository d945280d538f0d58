"""Import at the desk: send a file, see what it would change, take it in; the history of all that was sent.

A clerk or administrator of any office may try a file, which changes nothing; taking it in touches the register of the
whole city, so it needs such a post at the city's bureau. Those of the city (and its auditors, who only read) see every
run, others their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import excel, exports, gate, xlsx
from zhijian.kernel.packs import stack

from . import findings, import_words, outgoing, pieces
from .import_ import doors
from .import_.mapping import Mapping
from .import_.runner import mappings
from .models import ImportRun, ImportState

SENDERS = frozenset({Role.CLERK, Role.ADMIN})
READERS = SENDERS | {Role.AUDITOR}
PAGE = 25
FEW = 3
CHILDREN = 5
PATIENCE = dt.timedelta(minutes=1)
TONES = {
    ImportState.RUNNING: "act",
    ImportState.DONE: "good",
    ImportState.REFUSED: "bad",
    ImportState.FAILED: "bad",
    ImportState.STOPPED: "warn",
}


def may_take_in(actor: Actor) -> bool:
    """Whether he may change the register of the whole city."""
    return bool(actor.roles_at(stack().setting("city")) & SENDERS)


def _visible(actor: Actor) -> QuerySet[ImportRun]:
    rows = ImportRun.objects.select_related("parent")
    return rows if actor.roles_at(stack().setting("city")) & READERS else rows.filter(who_id=actor.person_id)


def _run(request: HttpRequest, uid: UUID) -> tuple[ImportRun, Actor]:
    """The run, if it is the person's to see; somebody else's is not there."""
    actor = gate.actor_in(request)
    return get_object_or_404(_visible(actor), uid=uid), actor


def _titles() -> dict[str, str]:
    return {name: mapping.title for name, mapping in mappings().items()}


# -- sending --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def imports(request: HttpRequest) -> HttpResponse:
    """The form and the history (GET); a file is sent, and its trial begins (POST)."""
    actor = gate.actor_in(request)
    problem = ""
    if request.method == "POST":
        if not actor.roles_at() & SENDERS:
            raise PermissionDenied
        sent = _sent(request, actor)
        if sent is not None:
            return redirect("import", uid=sent.uid)
        problem = _("Choose a file first. Nothing was sent.")
    after = request.GET.get("after", "")
    rows = _visible(actor).filter(pk__lt=int(after)) if after.isdecimal() else _visible(actor)
    found, titles = list(rows[: PAGE + 1]), _titles()
    for run in found[:PAGE]:
        if run.state == ImportState.RUNNING and doors.recover(run):
            run.refresh_from_db()
    context = {
        "rows": [_line(run, titles) for run in found[:PAGE]],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "mappings": titles,
        "outgoing": [(name, one.title) for name, one in outgoing.outgoing().items()],
        "may_send": bool(actor.roles_at() & SENDERS),
        "may_take_in": may_take_in(actor),
        "problem": problem,
    }
    return render(request, "registry/imports.html", context, status=422 if problem else 200)


@require_safe
@gate.roles(*READERS)
def register_out(request: HttpRequest, name: str) -> HttpResponse:
    """`/registry/out/<kind of table>.xlsx`: the register of one's areas, in the columns in which it comes in."""
    mapping, actor = outgoing.outgoing().get(name), gate.actor_in(request)
    if mapping is None:
        raise Http404
    excel.entry(_titles()[name], {}, actor)
    about = exports.about(mapping.title, actor)
    return exports.answer(mapping.title, f"register-{name}", _body(mapping, actor, about, get_language() or "en"))


def _body(mapping: Mapping, actor: Actor, about: list[str], language: str) -> Iterator[bytes]:
    with override(language), scoped(actor):
        yield from xlsx.stream(about[0], outgoing.headings(mapping), outgoing.rows(mapping, actor), about=about)


def _line(run: ImportRun, titles: dict[str, str]) -> dict[str, Any]:
    title = titles.get(run.mapping, run.mapping)
    return {"run": run, "tone": TONES.get(run.state, ""), "title": title} | _rows(run)


def _rows(run: ImportRun) -> dict[str, str]:
    """How many rows were read, rejected and noted, as they are shown."""
    return {name: f"{run.counts[name]:,}" if name in run.counts else "—" for name in ("rows", "rejected", "noted")}


HEADS = (
    gettext_lazy("File"), gettext_lazy("Trial or import"), gettext_lazy("State"), gettext_lazy("Kind of table"),
    gettext_lazy("Rows"), gettext_lazy("Rejected"), gettext_lazy("With notes"), gettext_lazy("By whom"),
    gettext_lazy("Date and time"), gettext_lazy("Fingerprint"),
)  # fmt: skip


def _cells(block: list[ImportRun], _actor: Actor) -> Iterator[list[Any]]:
    titles = _titles()
    for run in block:
        yield [
            run.file_name, _("trial") if run.dry_run else _("import"), run.get_state_display(),
            titles.get(run.mapping, run.mapping), *(run.counts.get(name) for name in ("rows", "rejected", "noted")),
            run.by_whom, run.created, run.sha256,
        ]  # fmt: skip


excel.sheet("imports", gettext_lazy("What was sent"), READERS, HEADS, lambda actor, _given: _visible(actor), _cells)


def _sent(request: HttpRequest, actor: Actor) -> ImportRun | None:
    """The trial of the file that came with the form, whole or in pieces before it; None when there is no file."""
    assert actor.person_id is not None
    mapping, parent = request.POST.get("mapping", ""), None
    if uid := request.POST.get("parent"):
        parent = get_object_or_404(_visible(actor), uid=_uid(uid))
    file = request.FILES.get("file")
    if key := request.POST.get("piece"):
        size = request.POST.get("size", "")
        part = pieces.Part(actor.person_id, _uid(key))
        file = part.whole(request.POST.get("name", "")[-255:], int(size) if size.isdecimal() else 0)
    if file is None or not file.name:
        return None
    return doors.submit(file, mapping if mapping in _titles() else "", actor, dry_run=True, parent=parent)


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_http_methods(["PUT"])
@gate.roles(*SENDERS)
def piece(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`PUT …?offset=N`: the next piece of a file; answers where the file now ends, and what was wrong."""
    actor = gate.actor_in(request)
    assert actor.person_id is not None
    offset, length = request.GET.get("offset", ""), request.headers.get("Content-Length", "")
    if not offset.isdecimal() or not length.isdecimal():
        return JsonResponse({"message": _("This request could not be read.")}, status=400)
    part = pieces.Part(actor.person_id, uid)
    try:
        return JsonResponse({"offset": part.append(request, int(length), int(offset))})
    except pieces.NotTaken as error:
        return JsonResponse({"offset": error.offset, "message": str(error.message)}, status=error.status)
    except OSError:
        message = _("The connection broke. What has arrived is kept; it goes on from there.")
        return JsonResponse({"offset": part.offset(), "message": message}, status=408)


# -- one run --------------------------------------------------------------------------------------------------------


@require_safe
@gate.roles(*READERS)
@vary_on_headers("HX-Request")
def one(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One run. Asked by HTMX: how far it is; and all of it, in place of the old page, as soon as it is over."""
    run, actor = _run(request, uid)
    if run.state == ImportState.RUNNING and doors.recover(run):
        run.refresh_from_db()
    if not request.htmx or request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "registry/import.html", _context(run, actor))
    if run.is_open:
        return render(request, "registry/parts/progress.html", _progress(run))
    answer = render(request, "registry/parts/import.html", _context(run, actor))
    answer["HX-Retarget"], answer["HX-Reswap"] = "#run", "outerHTML"
    return answer


def _progress(run: ImportRun) -> dict[str, Any]:
    waiting = run.state == ImportState.QUEUED
    read_all = run.total_rows is not None and run.done_rows >= run.total_rows - 1
    return {
        "run": run,
        "before": doors.before(run) if waiting else 0,
        "stuck": waiting and timezone.now() - run.created > PATIENCE,
        "comparing": read_all and not waiting,
        "done": f"{run.done_rows:,}",
        "total": f"{run.total_rows or 0:,}",
    }


def _context(run: ImportRun, actor: Actor) -> dict[str, Any]:
    titles, faults = _titles(), import_words.faults(run)
    children = list(run.children.order_by("-id")[:CHILDREN])
    taken = next((c for c in children if not c.dry_run and c.state not in doors.NOTHING), None)
    context = {
        "tone": TONES.get(run.state, ""),
        "title": titles.get(run.mapping, run.mapping),
        "mappings": titles,
        "brought": import_words.brought(run),
        "notes": import_words.notes(run),
        "changes": import_words.changes(run),
        "to_confirm": import_words.to_confirm(run) if run.dry_run else [],
        "faults": faults[:FEW] if run.refusal else faults,  # a refusal says what is wrong; a few examples do
        "more_faults": max(0, run.counts.get("rejected", 0) - len(import_words.rejected(run))),
        "remarks": [] if run.refusal else import_words.remarks(run),
        "more_remarks": max(0, run.counts.get("noted", 0) - sum(bool(row.get("noted")) for row in run.sample)),
        "all_rejected": bool(run.counts) and run.counts["rejected"] == run.counts["rows"],
        "report": run.report and not run.refusal,
        "children": children,
        "taken": taken,
        "brings": taken is None and doors.may_take_in(run),
        "may_take_in": may_take_in(actor),
        "may_send": bool(actor.roles_at() & SENDERS),
    }
    return _progress(run) | _rows(run) | context


@require_safe
@gate.roles(*READERS)
def rejected(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The workbook of rejected rows, notes and duplicates."""
    run, _actor = _run(request, uid)
    if not run.report:
        raise Http404
    name = _("rejected rows of {file}").format(file=run.file_name.rsplit(".", 1)[0])
    return FileResponse(default_storage.open(run.report), as_attachment=True, filename=f"{name}.xlsx")


@require_POST
@gate.roles(*SENDERS)
def again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Try the same file once more, as another kind of table or against today's register."""
    run, actor = _run(request, uid)
    mapping = request.POST.get("mapping", "")
    if run.is_open or not run.stored:
        messages.warning(request, _("This import is not over yet."))
        return redirect("import", uid=run.uid)
    new = doors.try_again(run, mapping if mapping in _titles() else "", actor)
    return redirect("import", uid=new.uid)


@require_POST
@gate.roles(*SENDERS)
def now(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take in what a trial has read."""
    trial, actor = _run(request, uid)
    if not may_take_in(actor):
        raise PermissionDenied
    if not doors.may_take_in(trial):
        messages.error(request, _("Only a trial that found something can be imported. Nothing was changed."))
        return redirect("import", uid=trial.uid)
    if findings.to_confirm(trial) and request.POST.get("sure") != "yes":
        messages.error(request, _("Look at the examples and confirm what would change. Nothing was changed."))
        return redirect("import", uid=trial.uid)
    run, is_new = doors.take_in(trial, actor)
    if not is_new:
        messages.warning(request, _("This file is being imported already, or was. It is not imported twice."))
    return redirect("import", uid=run.uid)


@require_POST
@gate.roles(*SENDERS)
def stop(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Call it off: one's own, or as somebody who may take files in."""
    run, actor = _run(request, uid)
    if run.who_id != actor.person_id and not may_take_in(actor):
        raise PermissionDenied
    if not doors.call_off(run, actor):
        messages.warning(request, _("It was over already."))
    return redirect("import", uid=run.uid)
