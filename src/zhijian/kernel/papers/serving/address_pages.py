"""The desk's pages of the address for service that a party has confirmed: entered, shown whole, its signed paper."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.desk import gate
from zhijian.kernel.desk.private import WhyNeeded
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.refusals import Refused
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import addresses, confirm
from zhijian.kernel.papers.serving.asking import BOX, ServeForm
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import AddressConfirmation
from zhijian.kernel.papers.serving.pages import context_of, initial_of, paper_of
from zhijian.kernel.papers.views import pdf_response
from zhijian.kernel.papers.who import SERVERS


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def address_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The clerk enters the confirmation that the party has signed on paper, with its scan."""
    paper, actor = paper_of(request, uid), gate.actor_in(request)
    if paper.entity is None:
        raise Http404
    asked = confirm.Confirmation(request.POST if request.method == "POST" else None, initial=_address_known(paper))
    asked.fields["scan"] = forms.FileField(
        label=_("Scan or photo of the signed form"),
        widget=forms.ClearableFileInput(attrs={**BOX, "accept": "image/jpeg,image/png,application/pdf"}),
    )
    asked.files = request.FILES
    context = {"paper": paper, "form": asked, "confirmed": addresses.confirmation_of(paper)}
    if not actor.roles_at(paper.area) & set(SERVERS):
        return render(request, "papers/address.html", {**context, "shut": True}, status=403)
    if request.method != "POST":
        return render(request, "papers/address.html", context)
    if not asked.is_valid():
        return render(request, "papers/address.html", context, status=422)
    try:
        with transaction.atomic():
            scan = asked.cleaned_data["scan"]
            blob = files.store(scan, media_types=files.IMAGES | files.PDF)
            made = confirm.confirm(paper.matter, asked.cleaned_data, actor)
            files.attach(
                paper.matter, blob, actor=actor, kind="attachment", name=scan.name[:200],
                caption=str(made.paper.title),
            )  # fmt: skip
    except Refused as error:
        asked.add_error("scan", str(error))
        return render(request, "papers/address.html", context, status=422)
    messages.success(request, _("The address for service is recorded."))
    return redirect("paper_serve", uid=paper.uid)


def _address_known(paper: Paper) -> dict[str, str]:
    entity = paper.entity
    return {} if entity is None else {"address": entity.address, "receiver": entity.representative}


@require_POST
@gate.staff
def address_open(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the confirmed address whole to whoever serves, with the reason; an entry keeps that it was opened."""
    paper, actor = paper_of(request, uid), gate.actor_in(request)
    confirmed: AddressConfirmation | None = addresses.confirmation_of(paper)
    if confirmed is None or not actor.roles_at(paper.area) & set(SERVERS):
        raise Http404
    context = context_of(request, paper, None)
    if not context["shut"]:
        way = Way(context["way"])
        initial = initial_of(paper, way, actor, context["open"], confirmed)
        context["form"] = ServeForm.of(way, paper, actor, initial=initial)
    try:
        whole = confirm.open_whole(confirmed, paper.matter, actor, request.POST.get("why", ""))
    except WhyNeeded:
        return render(request, "papers/serve.html", {**context, "why_needed": True}, status=422)
    return render(request, "papers/serve.html", {**context, "covered": whole, "whole": True})


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def confirmation_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The signed confirmation as PDF, which holds the whole address: with the reason, and an entry for each opening."""
    actor = gate.actor_in(request)
    rows = AddressConfirmation.objects.select_related("paper__matter", "paper__file__blob")
    found = get_object_or_404(
        rows, paper__in=readable(Paper.objects.filter(uid=uid, kind=confirm.KIND), actor, "matter")
    )
    try:
        confirm.open_whole(found, found.paper.matter, actor, request.POST.get("why", ""))
    except WhyNeeded:
        context = {"paper": found.paper, "missing": request.method == "POST"}
        status = 422 if request.method == "POST" else 200
        return render(request, "papers/confirmation.html", context, status=status)
    return pdf_response(found.paper)
