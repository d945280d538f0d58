"""Pages: the platforms and what stands open, a table's records, an export, a sheet that came in, entering by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate, said
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.exchange import acts, arriving, interface, listing, wording
from zhijian.kernel.exchange.acts import READERS, WORKERS
from zhijian.kernel.exchange.exporting import XLSX, NothingToExport, export
from zhijian.kernel.exchange.models import Arrival, ArrivalLine, Batch, Owed, State
from zhijian.kernel.exchange.tables import Platform, Table, name_of, platforms, table_of
from zhijian.kernel.matters.errors import Conflict, StepError

PAGE = 50
FEW = 5
AGAIN = ("here_only", "content")  # lines of a reconciliation that ask for another round
LINES = 200


@dataclass(frozen=True)
class Row:
    """A record as the list shows it."""

    owed: Owed
    title: str
    area: str
    due: said.Due | None
    tone: str
    table: str


def _table(platform: str, code: str) -> tuple[Platform, Table]:
    try:
        return platforms()[platform], table_of(platform, code)
    except KeyError:
        raise Http404 from None


def _offices(actor: Actor) -> list[tuple[str, str]]:
    """The offices for which the person may work, widest first."""
    codes = sorted({post.area for post in actor.posts if post.role in WORKERS}, key=lambda code: (len(code), code))
    return [(code, said.area_name(code)) for code in codes]


def _bounded(rows: QuerySet[Any]) -> str:
    count = rows.order_by()[: acts.COUNTED].count()
    return f"{count:,}" if count < acts.COUNTED else f"{count:,}+"


@require_safe
@gate.roles(*READERS)
def overview(request: HttpRequest) -> HttpResponse:
    """Every platform with its tables: what goes which way, what is still to report, late, sent back."""
    actor, today = gate.actor_in(request), calendar.today()
    rows = acts.visible(actor)
    failing, shown = interface.failing(), []
    for platform in platforms().values():
        tables = []
        for table in platform.tables.values():
            mine = rows.filter(platform=table.platform, table=table.code)
            counts = {
                "to_report": _bounded(mine.filter(state=State.TO_REPORT)),
                "late": _bounded(mine.filter(state__in=[State.TO_REPORT, State.SENT_BACK], due__lt=today)),
                "exported": _bounded(mine.filter(state=State.EXPORTED)),
                "sent_back": _bounded(mine.filter(state=State.SENT_BACK)),
            }
            tables.append({"table": table, "counts": counts if table.owing else {}, "due": wording.due_rule(table)})
        since = failing.get(platform.code)
        shown.append({"platform": platform, "tables": tables, "failing": since})
    return render(request, "exchange/overview.html", {"platforms": shown})


@require_safe
@gate.roles(*READERS)
def everywhere(request: HttpRequest, state: str) -> HttpResponse:
    """What was sent back, or is late, at whichever platform: where the lines of the to-do lead."""
    actor = gate.actor_in(request)
    title = _("Sent back") if state == State.SENT_BACK else _("Reported late")
    found = list(listing.standing(acts.visible(actor), state).order_by(*listing.NEAREST)[: PAGE + 1])
    context: dict[str, Any] = {"state": state}
    context |= {"rows": [_row(one) for one in found[:PAGE]], "title": title, "more": len(found) > PAGE}
    context["may"] = bool(actor.roles_at() & set(WORKERS))
    return render(request, "exchange/everywhere.html", context)


def _row(one: Owed) -> Row:
    open_now = one.state in (State.TO_REPORT, State.SENT_BACK)
    due = said.due_of(one.due) if open_now else None
    return Row(
        one, one.matter.title, said.area_name(one.area), due, wording.TONES.get(one.state, ""), name_of(one.path)
    )


@require_safe
@gate.roles(*READERS)
def table_page(request: HttpRequest, platform: str, code: str) -> HttpResponse:
    """A table's records, the nearest due first; or of a table that we take, what came."""
    actor = gate.actor_in(request)
    place, table = _table(platform, code)
    context: dict[str, Any] = {"platform": place, "table": table, "may": bool(actor.roles_at() & set(WORKERS))}
    context |= {"offices": _offices(actor), "due": wording.due_rule(table), "arrivals": _arrivals(table, actor)}
    if table.owing:
        context |= _listed(request, table, actor)
        context["interface"] = "interface" in table.by and interface.endpoint_of(table.platform) is not None
        context["failing"] = interface.failing_since(table.platform)
    return render(request, "exchange/table.html", context)


def _listed(request: HttpRequest, table: Table, actor: Actor) -> dict[str, Any]:
    given = request.GET.copy()
    given["platform"], given["table"] = table.platform, table.code
    state, typed, rows = listing.state_of(given), listing.typed_in(given), listing.chosen(actor, given)
    count = _bounded(rows)
    found = list(rows_after(rows, request.GET, falling=True)[: PAGE + 1])
    batches = Batch.objects.filter(area_filter(actor, roles=READERS), platform=table.platform, table=table.code)
    return {
        "rows": [_row(one) for one in found[:PAGE]],
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "count": count,
        "state": state,
        "q": typed,
        "query": urlencode({"state": state, "q": typed}),
        "states": listing.STATES,
        "batches": batches.order_by("-pk")[:FEW],
    }


def _arrivals(table: Table, actor: Actor) -> QuerySet[Arrival]:
    rows = Arrival.objects.filter(area_filter(actor, roles=READERS), platform=table.platform, table=table.code)
    return rows.order_by("-pk")[:FEW]


@require_POST
@gate.roles(*WORKERS)
def export_rows(request: HttpRequest, platform: str, code: str) -> HttpResponse:
    """The chosen records as the other side's sheet; what lacks something is named and left out."""
    place, table = _table(platform, code)
    uids = [uid for uid in request.POST.getlist("uid") if is_uid(uid)]
    if not uids or not table.owing:
        messages.warning(request, _("Nothing was chosen."))
        return redirect("exchange_table", platform, code)
    actor = gate.actor_in(request)
    try:
        if "interface" in request.POST:
            n, without = interface.send(table, uids, actor)
            if settings.TRAINING:
                messages.info(request, _("This is a practice copy: it is noted as sent, and nothing leaves."))
            if (since := interface.failing_since(platform)) is not None:
                said = ngettext(
                    "%(n)s record waits: the interface has been failing since %(at)s. It is tried again by itself.",
                    "%(n)s records wait: the interface has been failing since %(at)s. It is tried again by itself.",
                    n,
                )
                messages.warning(request, said % {"n": n, "at": _at(since)})
            else:
                said = ngettext("%(n)s record is on its way.", "%(n)s records are on their way.", n)
                messages.success(request, said % {"n": n})
            if without:
                context = {"platform": place, "table": table, "left": _left(without)}
                return render(request, "exchange/left.html", context)
            return redirect("exchange_table", platform, code)
        made = export(table, uids, actor)
    except NothingToExport as error:
        rows = acts.visible(actor).filter(uid__in=uids, platform=platform, table=code).select_related("matter")
        left = [(one, acts.told_now(one, table)[1]) for one in rows[:PAGE]]
        context = {"platform": place, "table": table, "problem": error.message, "left": _left(left)}
        return render(request, "exchange/left.html", context, status=409)
    if made.left:
        context = {"platform": place, "table": table, "batch": made.batch, "left": _left(made.left)}
        return render(request, "exchange/left.html", context)
    messages.success(request, ngettext("%(n)s record exported.", "%(n)s records exported.", made.batch.count) % {
        "n": made.batch.count
    })  # fmt: skip
    return redirect("exchange_batch", made.batch.uid)


def _at(moment: dt.datetime) -> str:
    return f"{calendar.local(moment):%Y-%m-%d %H:%M}"


def _left(left: list[tuple[Owed, Any]]) -> list[tuple[Owed, list[str]]]:
    return [(row, [wording.bad(one) for one in bad]) for row, bad in left if bad]


@require_safe
@gate.roles(*READERS)
def batch_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """An export: its files, who made it, and how its records stand now."""
    batch = _batch(request, uid)
    place, table = _table(batch.platform, batch.table)
    rows = batch.rows.select_related("owed__matter").order_by("line")[:500]  # type: ignore[attr-defined]
    context = {"batch": batch, "platform": place, "table": table, "rows": [(one, _row(one.owed)) for one in rows]}
    context |= {
        "offices": _offices(gate.actor_in(request)),
        "may": bool(gate.actor_in(request).roles_at() & set(WORKERS)),
    }
    return render(request, "exchange/batch.html", context)


def _batch(request: HttpRequest, uid: UUID) -> Batch:
    rows = Batch.objects.filter(area_filter(gate.actor_in(request), roles=READERS))
    return get_object_or_404(rows.select_related("sheet", "attachments"), uid=uid)


@require_safe
@gate.roles(*WORKERS)
def batch_file(request: HttpRequest, uid: UUID, part: str) -> FileResponse:
    """The sheet or the attachments of an export, byte for byte as they were made."""
    batch = _batch(request, uid)
    if part == "sheet":
        return _file(batch.sheet, batch.name)
    if part != "attachments" or batch.attachments is None:
        raise Http404
    return _file(batch.attachments, batch.name.rpartition(".")[0] + ".zip")


def _file(blob: Blob, name: str) -> FileResponse:
    answer = FileResponse(files.open_blob(blob), as_attachment=True, filename=name, content_type=blob.media_type)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@gate.roles(*WORKERS)
def arrive(request: HttpRequest, platform: str, code: str) -> HttpResponse:
    """A sheet is sent in: answers, a list for the reconciliation, or records that we take."""
    place, table = _table(platform, code)
    actor, file = gate.actor_in(request), request.FILES.get("file")
    what = request.POST.get("what", "")
    try:
        if file is None or what not in Arrival.What.values:
            raise arriving.BadSheet(_("Choose a file first. Nothing was sent."))
        arrival = arriving.take_in(table, what, file, request.POST.get("area", ""), actor)
    except StepError as error:
        context = {"platform": place, "table": table, "problem": error.message}
        return render(request, "exchange/left.html", context, status=error.status)
    return redirect("exchange_arrival", arrival.uid)


def _arrival(request: HttpRequest, uid: UUID) -> Arrival:
    return get_object_or_404(Arrival.objects.filter(area_filter(gate.actor_in(request), roles=READERS)), uid=uid)


@require_safe
@gate.roles(*READERS)
def arrival_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What a sheet brought: counts, and each line that somebody has to look at, with what to do."""
    arrival = _arrival(request, uid)
    place, table = _table(arrival.platform, arrival.table)
    lines = arrival.lines.select_related("owed__matter").order_by("id")  # type: ignore[attr-defined]
    found = list(rows_after(lines, request.GET)[: LINES + 1])
    mine = bool(gate.actor_in(request).roles_at(arrival.area) & set(WORKERS))
    context = {
        "arrival": arrival,
        "platform": place,
        "table": table,
        "area": said.area_name(arrival.area),
        "counts": wording.counts(arrival),
        "lines": [(line, *wording.line(line.code), mine and _goes_again(line)) for line in found[:LINES]],
        "again": mine and any(_goes_again(line) for line in found[:LINES]),
        "after": found[LINES - 1].pk if len(found) > LINES else "",
        "may_settle": arrival.what == Arrival.What.LIST and "state" in arrival.counts and mine,
    }
    return render(request, "exchange/arrival.html", context)


def _goes_again(line: ArrivalLine) -> bool:
    """Whether reporting it again is the way out of this line, and still to be done."""
    return line.code in AGAIN and line.owed is not None and line.owed.state in acts.OVER


@require_safe
@gate.roles(*WORKERS)
def arrival_report(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The lines to look at as a workbook, to be mended and passed on."""
    arrival = _arrival(request, uid)
    answer = HttpResponse(wording.workbook(arrival), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="reconciliation-{arrival.day}-{arrival.pk}.xlsx"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@gate.roles(*WORKERS)
def settle(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take over the states of their list."""
    arrival = _arrival(request, uid)
    _place, table = _table(arrival.platform, arrival.table)
    done = arriving.settle(arrival, table, gate.actor_in(request))
    messages.success(request, ngettext("%(n)s state taken over.", "%(n)s states taken over.", done) % {"n": done})
    return redirect("exchange_arrival", arrival.uid)


@require_POST
@gate.roles(*WORKERS)
def once_more(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The chosen lines of a reconciliation go back among what is to be reported, all with one reason."""
    arrival, actor = _arrival(request, uid), gate.actor_in(request)
    chosen = [pk for pk in request.POST.getlist("line") if pk.isdecimal() and len(pk) < 19][:LINES]
    lines = arrival.lines.filter(pk__in=chosen, code__in=AGAIN, owed__isnull=False)  # type: ignore[attr-defined]
    done, last = 0, "" if chosen else _("Nothing was chosen.")
    for line in lines.select_related("owed").order_by("pk"):
        try:
            acts.report_again(line.owed, request.POST.get("reason", ""), actor)
            done += 1
        except StepError as error:
            last = f"{line.key}: {error.message}"
    if done:
        words = ngettext("%(n)s record goes over again.", "%(n)s records go over again.", done)
        messages.success(request, words % {"n": done})
    if last:
        messages.warning(request, last)
    return redirect("exchange_arrival", arrival.uid)


def _owed(request: HttpRequest, uid: UUID) -> Owed:
    rows = acts.workable(gate.actor_in(request)).select_related("matter", "batch")
    return get_object_or_404(rows, uid=uid)


@require_http_methods(["GET", "POST"])
@gate.roles(*WORKERS)
def by_hand(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The record's fields in the other side's order, one key copies each; then “done there” with their number."""
    row, actor = _owed(request, uid), gate.actor_in(request)
    place, table = _table(row.platform, row.table)
    shown, bad = acts.told_now(row, table)
    context: dict[str, Any] = {
        "row": row,
        "platform": place,
        "table": table,
        "fields": list(zip(table.columns, shown, strict=True)),
        "bad": [wording.bad(one) for one in bad],
        "due": said.due_of(row.due),
        "open": row.state in (State.TO_REPORT, State.SENT_BACK),
        "over": row.state in acts.OVER,
        "reason": request.POST.get("reason", ""),
    }
    if request.method == "GET":
        return render(request, "exchange/by_hand.html", context)
    number = request.POST.get("number", "").replace("\x00", "").strip()[:80]
    try:
        if "mended" in request.POST:
            acts.report_again(row, request.POST.get("reason", ""), actor, _version(request))
            messages.success(request, _("It will go over again with the next export."))
            return redirect("exchange_hand", row.uid)
        acts.done_there(row, number, actor, _version(request))
    except Conflict as error:
        return render(
            request, "exchange/by_hand.html", {**context, "problem": error.message, "typed": number}, status=409
        )
    except StepError as error:
        status = {"problem": error.message, "typed": number}
        return render(request, "exchange/by_hand.html", {**context, **status}, status=error.status)
    messages.success(request, _("Noted as done there: %(title)s") % {"title": row.matter.title})
    following = acts.workable(actor).filter(platform=row.platform, table=row.table, state=State.TO_REPORT)
    nearest = following.order_by(F("due").asc(nulls_last=True), "pk").first()
    return redirect("exchange_hand", nearest.uid) if nearest else redirect("exchange_table", row.platform, row.table)


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
