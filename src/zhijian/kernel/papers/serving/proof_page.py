"""The desk's page on which the signed proof of a service is added afterwards: a photo, a scan, a PDF."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.forms import Photos, PhotosField
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.refusals import Refused
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import proving, words
from zhijian.kernel.papers.serving.asking import BOX, EVIDENCE
from zhijian.kernel.papers.who import SERVERS, only


def is_uid(text: str) -> bool:
    """Whether it is a uid."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


class ProofForm(forms.Form):
    """The signed proof."""

    proof = PhotosField(
        label=gettext_lazy("The proof"),
        help_text=gettext_lazy(
            "The proof of service with the signatures, the envelope that came back, what shows that a message "
            "arrived, the notice as it was published, or "
            "what shows that a try was in vain: photo, scan or PDF (JPEG, PNG, PDF). Up to nine files."
        ),
        widget=Photos(attrs={**BOX, "accept": "image/jpeg,image/png,application/pdf", "multiple": True}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def proof_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Add the signed proof to the service that counts."""
    actor = gate.actor_in(request)
    rows = Paper.objects.select_related("matter", "entity").defer("data", "signatures")
    paper = get_object_or_404(readable(rows, actor, "matter"), uid=uid)
    try_of = request.GET.get("of", "")[:40]
    uid_of = try_of if is_uid(try_of) else ""
    service, may = proving.of(paper, uid_of), bool(actor.roles_at(paper.area) & set(SERVERS))
    guard = proving.may_add(service)
    asked = ProofForm(label_suffix="")
    context = {
        "paper": paper,
        "title": form(paper.kind).title,
        "service": service,
        "said": words.standing(service) if service is not None else ("", ""),
        "shut": only(SERVERS) if not may else "" if guard else guard.why,
        "form": asked,
    }
    if request.method != "POST":
        return render(request, "papers/proof.html", context)
    if context["shut"]:
        return render(request, "papers/proof.html", context, status=409 if may else 403)
    context["form"] = asked = ProofForm(request.POST, request.FILES, label_suffix="")
    if not asked.is_valid() or not _added(asked, paper, actor, uid_of):
        return render(request, "papers/proof.html", context, status=422)
    messages.success(request, _("The proof is on file."))
    return redirect("paper_serve", uid=paper.uid)


def _added(asked: ProofForm, paper: Paper, actor: Actor, uid_of: str) -> bool:
    """Keep it, or put the words of what is wrong beside the field."""
    try:
        with transaction.atomic():
            proving.add(paper, _kept(asked, paper, actor), actor, uid_of)
    except Refused as error:
        asked.add_error("proof", str(error))
    except StepError as error:
        asked.add_error(None, error.message)
    else:
        return True
    return False


def _kept(asked: ProofForm, paper: Paper, actor: Actor) -> list[File]:
    """The files, known by their content. Raises Refused for what is neither a picture nor a PDF."""
    kept = []
    with in_its_language():
        caption = _("Signed proof of service")
    for sent in asked.cleaned_data["proof"][:EVIDENCE]:
        blob = files.store(sent, media_types=files.IMAGES | files.PDF)
        about = {"name": sent.name[:200], "caption": caption}
        kept.append(files.attach(paper.matter, blob, actor=actor, kind="attachment", **about))
    return kept
