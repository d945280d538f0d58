"""The desk's pages of papers: the seal on an original, one or many; declaring a paper void."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, in_scope
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.flow import Guard
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import acts
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper

PAGE = 50
AT_ONCE = 200  # originals that are noted as sealed in one go


class Reason(forms.Form):
    """Why a paper is declared void."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=2,
        max_length=300,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=gettext_lazy("It stands in the ledger and in the register of numbers for good."),
    )


def _paper(request: HttpRequest, uid: UUID) -> Paper:
    """The paper, if it is in scope; 404 otherwise."""
    rows = Paper.objects.select_related("matter", "entity").defer("data", "signatures")
    return get_object_or_404(readable(rows, gate.actor_in(request), "matter"), uid=uid)


def _act(
    request: HttpRequest,
    paper: Paper,
    guard: Guard,
    roles: tuple[Role, ...],
    context: dict[str, Any],
    do: Callable[[], Paper],
) -> HttpResponse:
    """One act with its confirmation: why it is shut, what it means, then it is done; nothing typed is lost."""
    actor, asked = gate.actor_in(request), context.get("form")
    may = bool(actor.roles_at(paper.area) & set(roles))
    words, tone = acts.standing(paper)
    context |= {
        "paper": paper,
        "title": form(paper.kind).title,
        "organ": stack().organ(paper.area),
        "words": words,
        "tone": tone,
        "shut": "" if may and guard else str(guard.why) if may else acts.only(roles),
        "article": guard.article if may else "",
    }
    if request.method != "POST":
        return render(request, "papers/act.html", context)
    if asked is not None and not context["shut"] and not asked.is_valid():
        return render(request, "papers/act.html", context, status=422)
    try:
        do()
    except StepError as error:
        return render(request, "papers/act.html", {**context, "shut": error.message}, status=error.status)
    messages.success(request, context["done"] % {"paper": f"{context['title']} {paper.number}".strip()})
    return redirect("record", uid=paper.matter.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def seal_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """“The seal is on the original”: asked once more, then the paper is in force."""
    paper, actor = _paper(request, uid), gate.actor_in(request)
    context = {"act": _("Seal affixed"), "sealing": True, "done": _("Noted as sealed: %(paper)s")}
    return _act(request, paper, acts.may_seal(paper), acts.SEALERS, context, lambda: acts.seal(paper, actor))


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def void_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Declaring a paper void, with the reason."""
    paper, actor = _paper(request, uid), gate.actor_in(request)
    asked = Reason(request.POST if request.method == "POST" else None, label_suffix="")
    context = {"act": _("Declare void"), "form": asked, "done": _("Declared void: %(paper)s")}
    return _act(
        request,
        paper,
        acts.may_void(paper),
        acts.VOIDERS,
        context,
        lambda: acts.void(paper, asked.cleaned_data.get("reason", "") if asked.is_valid() else "", actor),
    )


def _rows(papers: list[Paper]) -> list[tuple[Paper, str, str]]:
    return [(paper, form(paper.kind).title, said.area_name(paper.area)) for paper in papers]


def _waiting(actor: Actor) -> QuerySet[Paper]:
    return acts.waiting(actor).select_related("matter", "entity").defer("data", "signatures")


HEADS = (
    gettext_lazy("Paper"), gettext_lazy("Number"), gettext_lazy("Enterprise"), gettext_lazy("Area"),
    gettext_lazy("Date"), gettext_lazy("Belongs to"),
)  # fmt: skip


def cells_of(paper: Paper) -> list[Any]:
    """A paper in an Excel row, under `HEADS`."""
    return [
        form(paper.kind).title, paper.number, paper.entity.name if paper.entity else "", said.area_name(paper.area),
        calendar.legal_day(paper.at), paper.matter.number or paper.matter.title,
    ]  # fmt: skip


excel.sheet(
    "papers_waiting", gettext_lazy("Papers that wait for the seal"), acts.READERS, HEADS,
    lambda actor, _given: _waiting(actor), lambda block, _actor: map(cells_of, block),
)  # fmt: skip


@require_safe
@gate.roles(*acts.READERS)
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Printed originals that wait for the seal, the oldest first; many can be noted at once."""
    actor = gate.actor_in(request)
    rows = _waiting(actor)
    count = acts.waiting_count(actor)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    found = list(rows[: PAGE + 1])
    context = {
        "rows": _rows(found[:PAGE]),
        "count": f"{count:,}" if count < acts.COUNTED else f"{count:,}+",
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "later": bool(after),
    }
    return render(request, "papers/waiting.html", context)


@require_POST
@gate.roles(*acts.SEALERS)
def seal_many(request: HttpRequest) -> HttpResponse:
    """Many at once: the first post shows them and asks, the second does it, each paper on its own."""
    actor = gate.actor_in(request)
    uids = [uid for uid in request.POST.getlist("uid") if is_uid(uid)][:AT_ONCE]
    rows = in_scope(Paper.objects.filter(uid__in=uids), actor).filter(area_filter(actor, roles=acts.SEALERS))
    papers = list(rows.select_related("matter", "entity").defer("data", "signatures").order_by("pk"))
    if not papers:
        messages.warning(request, _("Nothing was chosen."))
        return redirect("papers_waiting")
    if "go" not in request.POST:
        return render(request, "papers/seal_many.html", {"rows": _rows(papers)})
    done, failed = _seal_each(papers, actor)
    if done:
        words = ngettext("%(n)s paper noted as sealed.", "%(n)s papers noted as sealed.", done)
        messages.success(request, words % {"n": done})
    if failed:
        return render(request, "papers/seal_many.html", {"failed": failed})
    return redirect("papers_waiting")


def _seal_each(papers: list[Paper], actor: Actor) -> tuple[int, list[tuple[Paper, str]]]:
    """How many were noted, and the others with the reason."""
    done, failed = 0, []
    for paper in papers:
        try:
            with transaction.atomic():
                acts.seal(paper, actor)
            done += 1
        except StepError as error:
            failed.append((paper, error.message))
    return done, failed
