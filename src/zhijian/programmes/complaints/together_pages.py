"""The pages of what belongs together: seen before, joining, parting, one act for all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import forms, gate
from zhijian.kernel.desk.lists import list_of
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import record_of, why_not
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.complaints import before, together
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.meant import item_of
from zhijian.programmes.complaints.models import Item


class Why(django_forms.Form):
    """Why it is dealt with by itself again."""

    reason = django_forms.CharField(
        label=gettext_lazy("Why"), min_length=2, max_length=300,
        widget=django_forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip


def panel(matter: Matter, record: Item, actor: Actor) -> dict[str, Any]:
    """What joined it or what it joined, what can be done to all, and what was seen before."""
    joined = together.joined_to(matter, actor) if record.leading_id is None else []
    leading = None
    if record.leading_id is not None:
        leading = readable(Matter.objects.filter(pk=record.leading_id), actor).only("uid", "number", "title").first()
    known = {one.pk for one in joined} | ({leading.pk} if leading is not None else set())
    matter.item = record  # type: ignore[attr-defined]
    return {
        "joined": [together.Target(one) for one in joined],
        "led_by": leading,
        "persons": together.persons([matter, *joined]) if joined else 0,
        "together": together.acts(matter, actor) if joined else [],
        "may_part": record.leading_id is not None and not why_not(matter, "part", actor),
        "may_join": record.leading_id is None and matter.closed is None and not why_not(matter, "gather", actor),
        "before": [one for one in before.seen_before(matter, record, actor) if one.matter.pk not in known],
    }


def _chosen(request: HttpRequest, kind: str, actor: Actor) -> list[Matter]:
    uids = [uid for uid in request.POST.getlist("uid") if forms.is_uid(uid)][: together.MOST]
    return list(readable(Matter.objects.filter(uid__in=uids, kind=kind), actor).order_by("opened", "pk"))


def _told(request: HttpRequest, done: int, refused: together.Refused) -> None:
    if done:
        messages.success(request, ngettext("%(n)s done.", "%(n)s done.", done) % {"n": done})
    for matter, why in refused:
        said = _("%(number)s was left as it is: %(why)s") % {"number": matter.number or matter.title, "why": why}
        messages.warning(request, said)


@require_POST
@gate.ours
def join_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Join those ticked below "seen before" to this one."""
    actor = gate.actor_in(request)
    matter, _record = item_of(uid, actor)
    others = _chosen(request, matter.kind, actor)
    refused = together.join(matter, others, actor)
    _told(request, len(others) - len(refused), refused)
    return redirect("record", uid=matter.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def part_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Why it is dealt with by itself again."""
    actor = gate.actor_in(request)
    matter, record = item_of(uid, actor)
    form = Why(request.POST if request.method == "POST" else None, label_suffix="")
    context: dict[str, Any] = {"matter": matter, "record": record, "form": form, "shut": why_not(matter, "part", actor)}
    if request.method == "POST" and form.is_valid():
        try:
            together.part(matter, form.cleaned_data["reason"], actor)
            return redirect("record", uid=matter.uid)
        except StepError as error:
            context["shut"] = error.message
            return render(request, "complaints/desk/part.html", context, status=409)
    return render(request, "complaints/desk/part.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def act_page(request: HttpRequest, uid: UUID, verb: str) -> HttpResponse:
    """One step for the leading item and those that joined it: told once, done to each by itself."""
    actor = gate.actor_in(request)
    matter, record = item_of(uid, actor)
    step = next((one for one in flow_of(matter.kind).steps if one.verb == verb), None)
    if step is None or verb not in together.VERBS or record.leading_id is not None:
        raise Http404
    posted = request.method == "POST"
    found = together.targets(matter, verb, actor)
    form = forms.form_for(step, matter, actor, request.POST if posted else None, record=record_of(matter))
    context = {"matter": matter, "step": step, "form": form, "targets": found, "any": any(not t.shut for t in found)}
    if not posted:
        return render(request, "complaints/desk/together.html", context)
    chosen = [one.matter for one in found if str(one.matter.uid) in request.POST.getlist("uid")]
    if not chosen or (form is not None and not form.is_valid()):
        context["nobody"] = not chosen
        return render(request, "complaints/desk/together.html", context, status=422)
    refused = together.do(matter, verb, chosen, form.facts() if form is not None else {}, actor)
    if len(refused) == len(chosen):
        context["refused"] = refused
        return render(request, "complaints/desk/together.html", context, status=409)
    _told(request, len(chosen) - len(refused), refused)
    there = readable(Matter.objects.filter(pk=matter.pk), actor).exists()
    return redirect("record", uid=matter.uid) if there else redirect("todo")


@require_POST
@gate.ours
def many_page(request: HttpRequest, name: str) -> HttpResponse:
    """Rows ticked in a list: which of them leads (the first that came, unless one says otherwise), then joined."""
    actor = gate.actor_in(request)
    one = list_of(name, actor)
    if one is None or not set(one.kinds()) <= set(KINDS):
        raise Http404
    uids = [uid for uid in request.POST.getlist("uid") if forms.is_uid(uid)][: together.MOST]
    rows = Matter.objects.filter(uid__in=uids, kind__in=one.kinds())
    matters = list(readable(rows, actor).order_by("opened", "pk"))
    if len(matters) < 2:
        messages.warning(request, _("Choose two items or more."))
        return redirect(one.url())
    leading = next((row for row in matters if str(row.uid) == request.POST.get("leading")), None)
    if leading is None:
        context = {"list": one, "title": one.label(), "targets": [together.Target(row) for row in matters]}
        return render(request, "complaints/desk/many.html", context)
    refused = together.join(leading, [row for row in matters if row.pk != leading.pk], actor)
    _told(request, len(matters) - 1 - len(refused), refused)
    return redirect("record", uid=leading.uid)
