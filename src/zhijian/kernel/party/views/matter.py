"""A matter before its enterprise: the page, the steps, papers and photos; the same by link and by account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.shown import shown_copy
from zhijian.kernel.matters.errors import NotFound
from zhijian.kernel.matters.perform import record_of
from zhijian.kernel.papers.views import pdf_response
from zhijian.kernel.party.doors import Door, through_door
from zhijian.kernel.party.family import Family
from zhijian.kernel.party.forms import Act, acts_of, do
from zhijian.kernel.party.pages import page_of
from zhijian.kernel.party.shown import context_of, own_photos, papers_given


def _page(
    request: HttpRequest, door: Door, family: Family, *, spoilt: Act | None = None, status: int = 200
) -> HttpResponse:
    return render(request, "party/page.html", context_of(request, door, family, spoilt), status=status)


@require_safe
@through_door
def page(request: HttpRequest, door: Door) -> HttpResponse:
    """The page of a matter and of what belongs to it."""
    return _page(request, door, door.family())


@require_http_methods(["GET", "HEAD", "POST"])
@through_door
def act(request: HttpRequest, door: Door, uid: UUID, verb: str) -> HttpResponse:
    """Do one of the enterprise's own steps; what was typed survives every error. Who only comes back sees the page."""
    if request.method != "POST":
        return redirect(door.base)
    family = door.family()
    matter = family.member(uid)
    if matter is None or all(step.verb != verb for step in page_of(matter.kind).steps):
        raise Http404
    act = next((one for one in acts_of(matter, door.actor, record_of(matter)) if one.step.verb == verb), None)
    if act is None or act.shut:
        why = act.shut if act is not None else _("This has been done already, or is not possible any more.")
        messages.warning(request, _("Nothing was changed. %(why)s") % {"why": why})
        return _page(request, door, family, status=409)
    try:
        done = do(act, door.actor, request)
    except NotFound as error:
        raise Http404 from error
    if not done:
        return _page(request, door, family, spoilt=act, status=422)
    messages.success(request, _("Thank you. It has arrived, and the office has been told."))
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"to": door.base})
    return redirect(door.base)


@require_safe
@through_door
def paper(request: HttpRequest, door: Door, uid: UUID) -> HttpResponse:
    """A paper that the enterprise was given, as PDF."""
    members = {one.pk: one for one in door.family().members}
    found = papers_given(members).filter(uid=uid).first()
    if found is None:
        raise Http404
    return pdf_response(found)


@require_safe
@through_door
def photo(request: HttpRequest, door: Door, uid: UUID) -> HttpResponse:
    """The shown copy of a photo that the enterprise itself sent, or that was entered for it."""
    rows = own_photos(door.family().members, door.actor).select_related("blob", "matter")
    found = rows.filter(uid=uid).first()
    copy = shown_copy(found) if found is not None else None
    if copy is None:
        raise Http404
    answer = HttpResponse(files.read_blob(copy.blob), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer
