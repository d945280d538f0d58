"""The enterprise's own page of a visit: the papers, each finding with its answer, more time, what comes next.

It opens by the link of a notice (no account), or after signing in with the enterprise's code and a one-time code sent
to its registered telephone. Either way the enterprise acts as a party, in its own matters only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhijian.kernel.accounts.actor import Actor, party_of
from zhijian.kernel.accounts.links import open_link
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.clock import clocks
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.shown import shown_copy
from zhijian.kernel.matters.errors import BadFacts, NotFound, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import offers, perform
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection.models import Inspection, Rectification

PHOTOS = 9
MOST = 12 * 1024 * 1024  # bytes of one photo; the page's script makes them smaller first, where there is a script
VERBS = ("answer", "ask_time")


@dataclass
class Finding:
    """One finding as the enterprise sees it."""

    record: Rectification
    state: Any
    due: Any
    may: dict[str, str]
    photos: list[File] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> list[str]:
        """What is wrong with the answer as a whole."""
        return self.errors.get("", [])


def by_link(token: str) -> tuple[Actor, Matter]:
    """The party behind a link and the visit it opens; 404 when the link is not good any more."""
    link = open_link(token)
    if link is None:
        raise Http404
    actor = party_of(link.entity)
    with scoped(actor):
        matter = in_scope(Matter.objects.select_related("parent"), actor).filter(uid=link.matter_uid).first()
        if matter is None:
            raise Http404
        return actor, matter.parent if matter.parent_id else matter


def visit(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a visit."""
    actor, matter = by_link(token)
    with scoped(actor):
        return _page(request, token, actor, matter)


def _page(
    request: HttpRequest, token: str, actor: Actor, matter: Matter, spoilt: Finding | None = None
) -> HttpResponse:
    inspection = Inspection.objects.filter(pk=matter.pk).select_related("checklist").first()
    if inspection is None:
        raise Http404
    found = [_finding(row, actor) for row in _rows(inspection)]
    if spoilt is not None:
        found = [spoilt if one.record.pk == spoilt.record.pk else one for one in found]
    context = {
        "token": token,
        "matter": matter,
        "inspection": inspection,
        "papers": Paper.objects.filter(matter=matter).order_by("pk"),
        "findings": found,
        "left": sum(one.state.code == "ordered" for one in found),
        "organ": matter.area,
    }
    return render(request, "inspection/visit.html", context, status=422 if spoilt else 200)


def _rows(inspection: Inspection) -> list[Rectification]:
    return list(inspection.rectifications.select_related("matter").order_by("matter__due", "pk"))


def _finding(row: Rectification, actor: Actor) -> Finding:
    from zhijian.programmes.inspection.flow import RECTIFICATION

    may = {offer.step.verb: ("" if offer.open else offer.why) for offer in offers(row.matter, actor, row)}
    return Finding(
        record=row,
        state=RECTIFICATION.state(row.matter.state),
        due=clocks.state_of(row.deadline, clocks.calendar.today()) if not row.matter.closed else None,
        may=may,
        photos=list(File.objects.filter(matter=row.matter, original=None).order_by("pk")[:PHOTOS]),
    )


@require_POST
def act(request: HttpRequest, token: str, uid: str, verb: str) -> HttpResponse:
    """Answer a finding, or ask for more time; what was typed survives every error."""
    if verb not in VERBS:
        raise Http404
    actor, matter = by_link(token)
    with scoped(actor):
        row = Rectification.objects.select_related("matter").filter(matter__uid=uid, inspection=matter.pk).first()
        if row is None:
            raise Http404
        typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        errors = _try(request, actor, row, verb, dict(typed))
        if not errors:
            messages.success(request, _("Thank you. The inspector has been told."))
            return redirect("enterprise_visit", token=token)
        spoilt = _finding(row, actor)
        spoilt.errors, spoilt.typed = errors, typed
        return _page(request, token, actor, matter, spoilt)


def _try(
    request: HttpRequest, actor: Actor, row: Rectification, verb: str, facts: dict[str, Any]
) -> dict[str, list[str]]:
    """Do the step; the errors by field when it did not happen."""
    try:
        if verb == "answer":
            facts["photos"] = _photos(request, actor, row)
        perform(row.matter, verb, actor, **facts)
    except BadFacts as error:
        return error.errors
    except files.Refused as error:
        return {"photos": [str(error)]}
    except NotFound as error:
        raise Http404 from error
    except StepError as error:
        return {"": [error.message]}
    return {}


def _photos(request: HttpRequest, actor: Actor, row: Rectification) -> list[str]:
    """Keep the photos of the form; each is judged by its content."""
    kept = []
    for upload in request.FILES.getlist("photos")[:PHOTOS]:
        blob = files.store(upload, media_types=files.IMAGES, limit=MOST)
        kept.append(str(files.attach(row.matter, blob, actor=actor, kind="photo", item=row.item, name=upload.name).uid))
    return kept


def paper(request: HttpRequest, token: str, uid: str) -> HttpResponse:
    """A paper of the visit as PDF."""
    actor, matter = by_link(token)
    with scoped(actor):
        found = Paper.objects.filter(matter=matter, uid=uid).first()
        if found is None:
            raise Http404
        from zhijian.kernel.papers.views import pdf_response

        return pdf_response(found)


def photo(request: HttpRequest, token: str, uid: str) -> HttpResponse:
    """The shown copy of a photo that the enterprise itself sent."""
    actor, matter = by_link(token)
    with scoped(actor):
        found = File.objects.select_related("blob", "matter").filter(
            uid=uid, matter__parent=matter, made_by=actor.label
        ).first()  # fmt: skip
        copy = shown_copy(found) if found is not None else None
        if copy is None:
            raise Http404
        answer = HttpResponse(files.read_blob(copy.blob), content_type="image/jpeg")
        answer["Cache-Control"] = "private, max-age=86400"
        return answer
