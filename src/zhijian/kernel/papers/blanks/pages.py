"""The desk's pages of pre-sealed blanks: who holds how many, issuing, each serial's fate, the month's count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate
from zhijian.kernel.desk.filters import people
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers.acts import KEEPERS, READERS, SEALERS
from zhijian.kernel.papers.blanks import acts
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Blank

HOLDERS = (Role.INSPECTOR, Role.CASE_OFFICER)
PAGE = 100
BOX = {"class": "form-control"}


class IssueForm(forms.Form):
    """So many blanks of a kind, from a serial on, to a person."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.Select(attrs={"class": "form-select"}))
    holder = forms.ChoiceField(label=gettext_lazy("Handed out to"), widget=forms.Select(attrs={"class": "form-select"}))
    first = forms.RegexField(
        regex=acts.SERIAL,
        label=gettext_lazy("First serial"),
        max_length=40,
        help_text=gettext_lazy("As it stands on the first sheet; it ends in digits, which are counted on."),
        error_messages={"invalid": gettext_lazy("A serial ends in at most ten digits, as in A-000101.")},
        widget=forms.TextInput(attrs=BOX),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"),
        min_value=1,
        max_value=acts.MOST,
        widget=forms.NumberInput(attrs={**BOX, "inputmode": "numeric"}),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["kind"].choices = acts.kinds()  # type: ignore[attr-defined]
        self.fields["holder"].choices = people(actor, [str(role) for role in HOLDERS])  # type: ignore[attr-defined]


class FateForm(forms.Form):
    """What became of a blank."""

    state = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=[one for one in Blank.State.choices if one[0] != "held"],
        widget=forms.RadioSelect,
    )
    matter = forms.CharField(
        label=gettext_lazy("Number of the matter"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For a used one: the matter that it belongs to."),
        widget=forms.TextInput(attrs=BOX),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For a spoiled one; the sheet itself is handed in."),
        widget=forms.TextInput(attrs=BOX),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.actor = actor
        self.fields["state"].radios = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("state") == "used":
            rows = readable(Matter.objects.all(), self.actor)
            told["found"] = rows.filter(number=told.get("matter", "").strip() or "-").first()
            if told["found"] is None:
                self.add_error("matter", _("No matter of yours has this number."))
        if told.get("state") == "spoiled" and not told.get("reason", "").strip():
            self.add_error("reason", _("Say what happened to it."))
        return told


def _month(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return calendar.today().replace(day=1)


excel.sheet(
    "paper_blanks", gettext_lazy("Who holds how many"), READERS,
    (gettext_lazy("Held by"), gettext_lazy("Kind"), gettext_lazy("Sheets")),
    lambda actor, _given: acts.holders(acts.seen(actor)),
    lambda block, _actor: ([name, form(kind).title, n] for _pk, name, kind, n in block),
)  # fmt: skip
MONTH = (
    gettext_lazy("Kind"), gettext_lazy("Held before"), gettext_lazy("Handed out"), gettext_lazy("Used"),
    gettext_lazy("Spoiled"), gettext_lazy("Returned unused"), gettext_lazy("Held after"),
)  # fmt: skip


def _counted(block: list[acts.Month], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [form(one.kind).title, one.before, one.issued, one.used, one.spoiled, one.returned, one.after]


excel.sheet(
    "paper_blanks_month", gettext_lazy("Count of the month"), READERS, MONTH,
    lambda actor, given: acts.month(acts.seen(actor), _month(given.get("month", ""))), _counted,
    told=lambda _actor, given: [(_("Month"), f"{_month(given.get('month', '')):%Y-%m}")],
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def blanks_page(request: HttpRequest) -> HttpResponse:
    """Who holds how many, the month's count, and issuing."""
    actor = gate.actor_in(request)
    keeps = bool(actor.roles_at() & KEEPERS)
    asked = IssueForm(actor, request.POST or None) if keeps else None
    first = _month(request.GET.get("month", ""))
    rows = acts.seen(actor)
    if request.method == "POST" and asked is not None and asked.is_valid():
        told = asked.cleaned_data
        try:
            holder = Person.objects.get(pk=told["holder"])
            made = acts.issue(told["kind"], told["first"], told["count"], holder, actor)
            messages.success(
                request, _("Issued: %(first)s to %(last)s") % {"first": made[0].serial, "last": made[-1].serial}
            )
            return redirect("paper_blanks")
        except StepError as error:
            asked.add_error(None, error.message)
    context = {
        "form": asked,
        "holders": [(person, name, form(kind).title, n) for person, name, kind, n in acts.holders(rows)],
        "months": [(one, form(one.kind).title) for one in acts.month(rows, first)],
        "month": first,
    }
    return render(request, "papers/blanks.html", context, status=422 if request.method == "POST" else 200)


def _given(actor: Actor, holder: str, state: str) -> QuerySet[Blank]:
    """What the person was given, in one state where it names one; nothing for nonsense."""
    if not holder.isdecimal() or len(holder) > 18:
        return Blank.objects.none()
    rows = acts.seen(actor).filter(holder=int(holder))
    rows = rows.filter(state=state) if state in Blank.State.values else rows
    return rows.select_related("matter", "holder").order_by("pk")


SERIALS = (
    gettext_lazy("Serial"), gettext_lazy("Kind"), gettext_lazy("Held by"), gettext_lazy("Handed out"),
    gettext_lazy("State"), gettext_lazy("Changed on"), gettext_lazy("Number of the matter"), gettext_lazy("Reason"),
)  # fmt: skip


def _serials(block: list[Blank], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        yield [
            one.serial, form(one.kind).title, one.holder.name, one.issued_at, one.get_state_display(), one.changed_at,
            one.matter.number if one.matter else "", one.reason,
        ]  # fmt: skip


excel.sheet(
    "paper_blank_holder", gettext_lazy("Sealed blanks"), (*READERS, *HOLDERS), SERIALS,
    lambda actor, given: _given(actor, given.get("holder", ""), given.get("state", "held")), _serials,
    told=lambda _actor, given: [(_("State"), str(dict(Blank.State.choices).get(given.get("state", "held"), "")))],
)  # fmt: skip


@require_safe
@gate.roles(*READERS, *HOLDERS)
def holder_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Every blank that a person was given, those still held first."""
    actor = gate.actor_in(request)
    after = request.GET.get("after", "")
    state = request.GET.get("state", "held")
    rows = _given(actor, str(pk), state)
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    person = get_object_or_404(Person, pk=pk)
    if not acts.seen(actor).filter(holder=pk).exists() and pk != actor.person_id:
        return render(request, "404.html", status=404)
    found = list(rows[: PAGE + 1])
    context = {
        "person": person,
        "rows": [(one, form(one.kind).title) for one in found[:PAGE]],
        "states": Blank.State.choices,
        "state": state,
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "keeps": bool(actor.roles_at() & set(READERS)),
        "may": bool(actor.roles_at() & KEEPERS) or pk == actor.person_id,
    }
    return render(request, "papers/blank_holder.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*SEALERS, *HOLDERS)
def blank_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Say what became of one blank."""
    actor = gate.actor_in(request)
    one = get_object_or_404(acts.seen(actor).select_related("holder", "matter"), uid=uid)
    asked = FateForm(actor, request.POST or None)
    context = {"one": one, "title": form(one.kind).title, "form": asked}
    if request.method != "POST" or not asked.is_valid():
        return render(request, "papers/blank.html", context, status=200 if request.method != "POST" else 422)
    told = asked.cleaned_data
    try:
        acts.settle(one, told["state"], actor, matter=told.get("found"), reason=told["reason"])
    except StepError as error:
        return render(request, "papers/blank.html", {**context, "shut": error.message}, status=error.status)
    messages.success(request, _("Noted: %(serial)s") % {"serial": one.serial})
    return redirect("paper_blank_holder", pk=one.holder_id)
