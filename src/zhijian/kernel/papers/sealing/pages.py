"""Asking for the seal, and the sealer's desk: what was asked for, granted in one go or refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
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
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers import acts as papers
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper, SealRequest
from zhijian.kernel.papers.pages import HEADS as HEADS_OF_PAPER
from zhijian.kernel.papers.pages import cells_of
from zhijian.kernel.papers.sealing import acts
from zhijian.kernel.papers.sealing.providers import provider

PAGE, AT_ONCE, FEW = 50, 200, 5


class Note(forms.Form):
    """What the sealer should know."""

    note = forms.CharField(
        label=gettext_lazy("Note for those who keep the seal"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class Why(forms.Form):
    """Why the seal is refused."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=2,
        max_length=300,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=gettext_lazy("Whoever asked reads it; it stands in the ledger."),
    )


def _chosen(request: HttpRequest, actor: Actor) -> list[Paper]:
    uids = [uid for uid in request.POST.getlist("uid") if is_uid(uid)][:AT_ONCE]
    rows = readable(Paper.objects.filter(uid__in=uids), actor, "matter")
    return list(rows.select_related("matter", "entity").defer("data", "signatures").order_by("pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def ask_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask for the seal on one paper."""
    actor = gate.actor_in(request)
    rows = readable(Paper.objects.select_related("matter", "entity").defer("data", "signatures"), actor, "matter")
    paper = get_object_or_404(rows, uid=uid)
    guard, may = acts.may_ask(paper), bool(actor.roles_at(paper.area) & set(acts.ASKERS))
    words, tone = papers.standing(paper)
    asked = Note(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {
        "act": _("Ask for the seal"),
        "paper": paper,
        "title": form(paper.kind).title,
        "words": words,
        "tone": tone,
        "form": asked,
        "shut": "" if may and guard else str(guard.why) if may else papers.only(acts.ASKERS),
        "article": guard.article if may and not guard else "",
        "asking": True,
    }
    if request.method != "POST":
        return render(request, "papers/act.html", context)
    try:
        acts.ask(paper, actor, asked.cleaned_data["note"] if asked.is_valid() else "")
    except StepError as error:
        return render(request, "papers/act.html", {**context, "shut": error.message}, status=error.status)
    messages.success(request, _("Asked for the seal. Those who keep it find it on their desk."))
    return redirect("record", uid=paper.matter.uid)


@require_POST
@gate.staff
def ask_many(request: HttpRequest) -> HttpResponse:
    """Ask for the seal on many papers of the list at once; each on its own."""
    actor = gate.actor_in(request)
    done, last = 0, ""
    for paper in _chosen(request, actor):
        try:
            with transaction.atomic():
                acts.ask(paper, actor)
            done += 1
        except StepError as error:
            last = f"{paper.number or paper.title}: {error.message}"
    if done:
        words = ngettext("Asked for the seal on %(n)s paper.", "Asked for the seal on %(n)s papers.", done)
        messages.success(request, words % {"n": done})
    if last or not done:
        messages.warning(request, last or _("Nothing was chosen."))
    return redirect("papers_list")


def _asked(actor: Actor) -> QuerySet[SealRequest]:
    return acts.asked(actor).select_related("paper__matter", "paper__entity", "asked_by")


HEADS = (*HEADS_OF_PAPER, gettext_lazy("Asked for by"), gettext_lazy("Asked at"), gettext_lazy("Note"),
         gettext_lazy("State"), gettext_lazy("Answer"))  # fmt: skip


def _cells(block: list[SealRequest], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        who = one.asked_by.name if one.asked_by else ""
        yield [*cells_of(one.paper), who, one.asked_at, one.note, one.get_state_display(), one.answer]


excel.sheet(
    "papers_requests", gettext_lazy("Seals asked for"), papers.READERS, HEADS, lambda actor, _given: _asked(actor),
    _cells,
)  # fmt: skip


@require_safe
@gate.roles(*papers.READERS)
def requests_page(request: HttpRequest) -> HttpResponse:
    """What was asked for, the oldest first."""
    actor = gate.actor_in(request)
    rows = _asked(actor)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    found = list(rows[: PAGE + 1])
    context = {
        "rows": [(one, form(one.paper.kind).title, said.area_name(one.area)) for one in found[:PAGE]],
        "count": acts.asked_count(actor),
        "may": bool(actor.roles_at() & papers.KEEPERS),
        "eseal": provider() is not None,
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "later": bool(after),
    }
    return render(request, "papers/requests.html", context)


@require_POST
@gate.roles(*papers.SEALERS)
def grant_page(request: HttpRequest) -> HttpResponse:
    """Grant the chosen ones: by the e-seal service, or noted as stamped by hand; asked once more before."""
    actor = gate.actor_in(request)
    uids = [uid for uid in request.POST.getlist("uid") if is_uid(uid)][:AT_ONCE]
    rows = acts.asked(actor).filter(uid__in=uids).filter(area_filter(actor, roles=papers.SEALERS))
    found = list(rows.select_related("paper__matter", "paper__entity"))
    if not found:
        messages.warning(request, _decided(uids, actor) or _("Nothing was chosen."))
        return redirect("papers_requests")
    by_hand = request.POST.get("how") != "eseal"
    if "go" not in request.POST:
        shown = [(one, form(one.paper.kind).title, said.area_name(one.area)) for one in found]
        return render(request, "papers/grant.html", {"rows": shown, "by_hand": by_hand})
    done, failed = 0, []
    for one in found:
        try:
            with transaction.atomic():
                acts.grant(one, actor, by_hand=by_hand)
            done += 1
        except StepError as error:
            failed.append((one.paper, error.message))
    if done:
        words = (
            ngettext("%(n)s paper noted as sealed.", "%(n)s papers noted as sealed.", done)
            if by_hand
            else ngettext("%(n)s paper is being sealed.", "%(n)s papers are being sealed.", done)
        )
        messages.success(request, words % {"n": done})
    if failed:
        return render(request, "papers/grant.html", {"failed": failed, "by_hand": by_hand}, status=409)
    return redirect("papers_requests")


def _decided(uids: list[str], actor: Actor) -> str:
    """What became meanwhile of those that were chosen; the first few of them."""
    rows = SealRequest.objects.filter(area_filter(actor, roles=papers.SEALERS), uid__in=uids)
    told = [
        f"{one.paper.number or one.paper.title}: {one.get_state_display()}"
        + (f" ({one.decided_by.name})" if one.decided_by is not None else "")
        for one in rows.select_related("paper", "decided_by").order_by("pk")[:FEW]
    ]
    words = _("Nothing was changed, it was decided meanwhile: %(what)s")
    return words % {"what": _(", ").join(told)} if told else ""


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*papers.SEALERS)
def refuse_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Refuse the seal, with the reason."""
    actor = gate.actor_in(request)
    rows = SealRequest.objects.filter(area_filter(actor, roles=papers.SEALERS))
    one = get_object_or_404(rows.select_related("paper__matter", "paper__entity", "asked_by"), uid=uid)
    asked = Why(request.POST if request.method == "POST" else None, label_suffix="")
    context = {"one": one, "title": form(one.paper.kind).title, "form": asked}
    if request.method != "POST" or not asked.is_valid():
        return render(request, "papers/refuse.html", context, status=200 if request.method != "POST" else 422)
    try:
        acts.refuse(one, asked.cleaned_data["reason"], actor)
    except StepError as error:
        return render(request, "papers/refuse.html", {**context, "shut": error.message}, status=error.status)
    messages.success(request, _("Refused: whoever asked sees the reason."))
    return redirect("papers_requests")
