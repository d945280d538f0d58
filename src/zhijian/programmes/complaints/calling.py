"""A call by one tap: the number is opened, the try is kept, and afterwards one tap says whether anybody answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.private import CALL, OPENED, kind_of, opened
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform, why_not
from zhijian.programmes.complaints.meant import item_of
from zhijian.programmes.complaints.models import Contact, Item


class Ended(forms.Form):
    """How the call ended."""

    note = forms.CharField(
        label=_("What was said"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip


def number_of(matter: Matter, record: Item, whom: str) -> str:
    """Whom one rings: who came, by the sealed number; the enterprise, by the shop's number, else what was told."""
    if whom == Contact.Whom.PERSON:
        return str(record.phone or "")
    known = [matter.premises.phone] if matter.premises else []
    known += [matter.entity.phone] if matter.entity else []
    return next((number for number in [*known, record.said_phone] if number), "")


@never_cache
@require_POST
@ours
def call(request: HttpRequest, uid: UUID, whom: str) -> HttpResponse:
    """One tap: the try is kept with its moment, and the number comes back, its opening in the ledger."""
    actor = actor_in(request)
    matter, record = item_of(uid, actor)
    if whom not in Contact.Whom.values or not number_of(matter, record, whom) or why_not(matter, "contact", actor):
        raise Http404
    made = begun(matter, whom, actor)
    after = reverse("item_called", args=[matter.uid, made.uid])
    if request.headers.get("Accept") == "application/json":  # a telephone dials it at once
        return JsonResponse({"number": _opened(matter, record, made, actor), "url": after})
    return redirect(after)


def begun(matter: Matter, whom: str, actor: Actor) -> Contact:
    """The try that this person began and did not end yet, else a new one: a second tap is no second call."""
    rows = Contact.objects.filter(matter=matter, whom=whom, by_id=actor.person_id, reached=None)
    return rows.first() or Contact.objects.create(
        matter=matter, area=matter.area, whom=whom, at=when.now(), by_id=actor.person_id
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@ours
def called(request: HttpRequest, uid: UUID, call: UUID) -> HttpResponse:
    """The number, whole, for whoever rings; then: reached, or nobody answered."""
    actor = actor_in(request)
    matter, record = item_of(uid, actor)
    made = get_object_or_404(Contact, uid=call, matter=matter, by_id=actor.person_id)
    if made.reached is not None or why_not(matter, "contact", actor):  # told already, or no longer his to ring
        return redirect("record", uid=matter.uid)
    form = Ended(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {"matter": matter, "call": made, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            _ended(matter, made, request.POST.get("reached") == "yes", form.cleaned_data["note"], actor)
            return redirect("record", uid=matter.uid)
        except (BadFacts, StepError) as error:
            context["problem"] = str(error)
    context["number"] = _opened(matter, record, made, actor)
    return render(request, "complaints/desk/called.html", context, status=422 if "problem" in context else 200)


def _ended(matter: Matter, made: Contact, reached: bool, note: str, actor: Actor) -> None:
    perform(matter, "contact", actor, call=made.uid, whom=made.whom, reached=reached, note=note)


def _opened(matter: Matter, record: Item, made: Contact, actor: Actor) -> str:
    """The number; that of who came is opened with an entry, the call being the reason."""
    kind = kind_of("item_phone")
    if made.whom == Contact.Whom.PERSON and kind is not None:
        found = kind.find(matter.uid, actor)
        if found is not None and not _opened_before(matter, made, actor):
            return opened(kind, found, actor, CALL)
    return number_of(matter, record, made.whom)


def _opened_before(matter: Matter, made: Contact, actor: Actor) -> bool:
    """Whether this call has its entry already: the telephone dialled it, or the page is loaded once more."""
    rows = LedgerEntry.objects.filter(matter=matter, kind=OPENED.code, actor=actor.label, at__gte=made.at)
    rows = rows.filter(data__what="item_phone")
    return rows.exists()
