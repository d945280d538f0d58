"""The desk's pages of films: the list with its proposals, one film, and who wears which camera."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.evidence.files import open_blob
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.recordings import acts, jobs
from zhijian.kernel.recordings.models import Camera, Recording
from zhijian.kernel.recordings.ranges import Slice, part

SHOWN = 100
OPENED = "recordings_opened"  # in the session: what was opened with a reason plays until he signs out
PLAYED = frozenset({"video/mp4", "video/quicktime"})  # browsers show these; a transport stream is taken out whole


@require_safe
@gate.roles(*acts.READERS)
def recordings(request: HttpRequest) -> HttpResponse:
    """The films, those to be filed first thought of."""
    actor = gate.actor_in(request)
    state = request.GET.get("state", Recording.State.WAITING)
    rows = list(acts.listed(actor, state)[: SHOWN + 1])
    lines = acts.lines(rows[:SHOWN], actor)
    context = {
        "lines": lines,
        "fitting": any(line.visits for line in lines),
        "more": len(rows) > SHOWN,
        "state": state,
        "states": Recording.State.choices,
        "files": bool(actor.roles_at() & acts.FILERS),
        "folder": settings.RECORDINGS_FOLDER,
    }
    return render(request, "recordings/list.html", context)


@require_POST
@gate.roles(*acts.FILERS)
def file_ticked(request: HttpRequest) -> HttpResponse:
    """File every ticked film to its visit, the chosen one where several fit; what is no longer so is told."""
    actor = gate.actor_in(request)
    filed = 0
    for uid in request.POST.getlist("film")[:SHOWN]:
        chosen = request.POST.get(f"visit-{uid}", "")
        try:
            matter = readable(Matter.objects.filter(uid=UUID(chosen)), actor).first()
            UUID(uid)
        except ValueError:
            matter = None
        if matter is None:
            messages.warning(request, _("Choose the visit that the film shows."))
            continue
        try:
            acts.file_to(uid, matter, actor)
            filed += 1
        except NotOpen as error:
            messages.warning(request, str(error))
    if filed:
        messages.success(request, ngettext("%(n)s film filed.", "%(n)s films filed.", filed) % {"n": filed})
    return redirect("recordings")


@require_POST
@gate.roles(*acts.FILERS)
def take(request: HttpRequest) -> HttpResponse:
    """Take in the docking station's folder now, in the background."""
    if not settings.RECORDINGS_FOLDER:
        raise Http404
    jobs.take_in.later(job_once="recordings.take")
    messages.success(request, _("The folder is being taken in; films appear here one after the other."))
    return redirect("recordings")


def _film(request: HttpRequest, uid: UUID) -> Recording:
    """A film that the actor may open: of his places, of a visit that he may read, of his own camera. Else 404."""
    actor = gate.actor_in(request)
    rows = Recording.objects.select_related("blob", "person", "file__matter").filter(uid=uid)
    found = rows.first()
    if found is None:
        raise Http404
    mine = rows.filter(area_filter(actor, roles=acts.READERS)).exists() or found.person_id in actor.hands
    if not mine and not (found.file and readable(Matter.objects.filter(pk=found.file.matter_id), actor).exists()):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def film(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One film: who opens it says why, unless it is his own visit or camera; then it plays."""
    found, actor = _film(request, uid), gate.actor_in(request)
    error = ""
    if request.method == "POST":
        try:
            acts.note_seen(found, request.POST.get("why", ""), actor)
            request.session[OPENED] = [*request.session.get(OPENED, [])[-50:], str(uid)]
            return redirect("recording", uid)
        except NotOpen as refused:
            error = str(refused)
    (line,) = acts.lines([found], actor)
    context = {
        "line": line,
        "film": found,
        "opened": str(uid) in request.session.get(OPENED, []),
        "duty": acts.is_duty(found, actor),
        "may_open": not actor.reads_only,
        "plays": found.blob.media_type in PLAYED,
        "files": bool(actor.roles_at() & acts.FILERS),
        "error": error,
    }
    return render(request, "recordings/film.html", context, status=400 if error else 200)


@require_POST
@gate.roles(*acts.FILERS)
def aside(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Note that a film shows no visit, and why."""
    found = _film(request, uid)
    try:
        acts.set_aside(str(found.uid), request.POST.get("why", ""), gate.actor_in(request))
    except NotOpen as error:
        messages.warning(request, str(error))
        return redirect("recording", uid)
    return redirect("recordings")


@require_safe
@gate.staff
def play(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The bytes, as far as they are asked for, of a film that was opened with its reason."""
    found = _film(request, uid)
    if str(uid) not in request.session.get(OPENED, []):
        raise Http404
    size = found.blob.size
    try:
        asked = part(request.headers.get("Range", ""), size)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    begin, end = asked or (0, size - 1)
    answer = FileResponse(Slice(open_blob(found.blob), begin, end - begin + 1), content_type=found.blob.media_type)
    if asked:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {begin}-{end}/{size}"
    elif found.blob.media_type not in PLAYED:
        answer["Content-Disposition"] = f'attachment; filename="{found.blob_id[:12]}.mts"'
    answer["Content-Length"] = str(end - begin + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*acts.READERS)
def cameras(request: HttpRequest) -> HttpResponse:
    """Who wears which camera; the head and the clerk note it."""
    actor = gate.actor_in(request)
    error = ""
    if request.method == "POST":
        error = _worn(request.POST, actor)
        if not error:
            messages.success(request, _("Noted."))
            return redirect("cameras")
    context = {
        "rows": list(_cameras(actor)[: SHOWN * 2]),
        "people": _people(actor),
        "today": calendar.today(),
        "files": bool(actor.roles_at() & acts.FILERS),
        "error": error,
        "given": request.POST,
    }
    return render(request, "recordings/cameras.html", context, status=400 if error else 200)


def _cameras(actor: Actor) -> Any:
    rows = Camera.objects.filter(area_filter(actor, roles=acts.READERS)).select_related("person")
    return rows.order_by("device", "-since")


def _people(actor: Actor) -> list[Person]:
    """The officers of the places whose films he files."""
    where = area_filter(actor, "home_id", acts.FILERS)
    return list(Person.objects.filter(where, is_active=True).order_by("name_key", "pk")[:500])


def _worn(given: QueryDict, actor: Actor) -> str:
    """Note it; the sentence that says what is wrong, empty where nothing is."""
    if not actor.roles_at() & acts.FILERS:
        raise Http404
    device = given.get("device", "").strip()[:40]
    person = next((one for one in _people(actor) if str(one.pk) == given.get("person")), None)
    try:
        since = dt.date.fromisoformat(given.get("since", ""))
    except ValueError:
        return _("Say from which day on.")
    if not device or person is None:
        return _("Say the number of the camera, and who wears it.")
    try:
        acts.wears(device, person, since, actor)
    except NotOpen as refused:
        return str(refused)
    return ""


def _film_cells(block: list[Recording], actor: Actor) -> Iterator[list[Any]]:
    for line in acts.lines(block, actor):
        one = line.recording
        visit = one.file.matter.number if one.file else "; ".join(matter.number for matter in line.visits)
        yield [
            one.name, one.device, one.person.name if one.person else "", one.began_at, one.ended_at, line.told, visit,
            one.blob.size, one.blob_id, line.kept_until, said.area_name(one.area),
        ]  # fmt: skip


excel.sheet(
    "recordings", gettext_lazy("Body-camera films"), acts.READERS,
    (
        gettext_lazy("File"), gettext_lazy("Camera"), gettext_lazy("Officer"), gettext_lazy("Began"),
        gettext_lazy("Ended"), gettext_lazy("How it fits"), gettext_lazy("Visit that it shows"), gettext_lazy("Bytes"),
        gettext_lazy("SHA-256"), gettext_lazy("Kept at least until"), gettext_lazy("Area"),
    ),
    lambda actor, given: acts.listed(actor, given.get("state", Recording.State.WAITING)), _film_cells,
    told=lambda _actor, given: [(str(_("State")), given.get("state", Recording.State.WAITING))],
    widths=(34, 16, 14, 18, 18, 30, 24, 14, 40, 14, 16),
)  # fmt: skip


def _camera_cells(block: list[Camera], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [one.device, one.person.name, one.since, one.until, said.area_name(one.area)]


excel.sheet(
    "cameras", gettext_lazy("Who wears which camera"), acts.READERS,
    (
        gettext_lazy("Camera"), gettext_lazy("Officer"), gettext_lazy("Since"), gettext_lazy("Until"),
        gettext_lazy("Area"),
    ),
    lambda actor, _given: _cameras(actor), _camera_cells, widths=(20, 16, 12, 12, 18),
)  # fmt: skip
