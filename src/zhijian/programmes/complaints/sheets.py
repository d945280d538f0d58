"""A paper that bears what pages show covered: opened by whoever handles the item, by others with a reason."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.private import DUTY, LONGEST, by_duty
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.views import pdf_response
from zhijian.programmes.complaints import papers, private

OPENED = ledger.entry_kind(
    "item.paper_opened", label=_("Opened the paper {title} {number}: {reason}"), says={"reason": by_duty("reason")}
)


def on_duty(paper: Paper, actor: Actor) -> bool:
    """Whether it is his to know: he handles the item, or the mediation."""
    return private.on_duty(paper.matter, actor)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def item_paper(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The PDF, whole; that it was opened, by whom and why, is an entry."""
    actor = gate.actor_in(request)
    rows = Paper.objects.select_related("matter", "file__blob").filter(uid=uid, kind__in=papers.KINDS)
    paper = readable(rows, actor, "matter").first()
    if paper is None:
        raise Http404
    why = request.POST.get("why", "").strip()[:LONGEST]
    if not why and not on_duty(paper, actor):
        missing = request.method == "POST"
        told = {"paper": paper, "missing": missing}
        return render(request, "complaints/desk/paper.html", told, status=422 if missing else 200)
    ledger.record(
        OPENED.code, actor=actor, subject=f"matter:{paper.matter_id}", matter=paper.matter,
        data={"paper": str(paper.uid), "title": form(paper.kind).title, "number": paper.number, "reason": why or DUTY},
    )  # fmt: skip
    return pdf_response(paper)
