"""Confirming what an item is about, by one key or tap; and saying once what a platform's own word means here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.perform import perform, why_not
from zhijian.programmes.complaints import categories, labels, private
from zhijian.programmes.complaints.card_pages import READERS
from zhijian.programmes.complaints.meant import item_of
from zhijian.programmes.complaints.models import Label, Link
from zhijian.programmes.complaints.understanding import catalogue

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def category_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The proposals and the whole list. What is said there is a step of the item."""
    actor = gate.actor_in(request)
    matter, record = item_of(uid, actor)
    if not categories.list_of(matter):
        raise Http404
    shut = why_not(matter, "categorise", actor)
    context: dict[str, Any] = {"matter": matter, "record": record, "shut": shut}
    if request.method == "POST" and not shut:
        try:
            perform(matter, "categorise", actor, category=request.POST.get("category", "")[:24])
        except StepError as error:
            context["problem"] = error.message
        else:
            messages.success(request, _("Noted what it is about."))
            onward = request.POST.get("next") == "meant" and record.meant == Link.OPEN
            return redirect("item_meant" if onward else "record", uid=matter.uid)
    text = str(record.text or "") if private.words_shown(matter, record, actor) else ""
    context |= {
        "sorted": True, "may_sort": not shut, "choices": categories.choices(matter, record, text),
        "reads_card": bool(actor.roles_at() & set(READERS)), "every": list(categories.usable(matter).items()),
    }  # fmt: skip
    return render(request, "complaints/desk/category.html", context, status=422 if "problem" in context else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(Role.DISPATCHER)
def labels_page(request: HttpRequest) -> HttpResponse:
    """Words of platforms that are no category of ours yet; `said=1` shows those that somebody mapped."""
    actor = gate.actor_in(request)
    if not labels.may_map(actor):
        raise Http404
    if request.method == "POST":
        return _mapped(request, actor)
    over = request.GET.get("said") == "1"
    rows = Label.objects.select_related("mapped_by").order_by("-pk")
    rows = rows.exclude(code="") if over else rows.filter(code="")
    found = list(rows_after(rows, request.GET, falling=True)[: SHOWN + 1])
    shown, day = found[:SHOWN], calendar.today()
    counts = labels.waiting_of(shown)
    lists = {of: [(row.code, categories.name_of(row.code)) for row in catalogue.current().listed(of, None, day)]
             for of in {one.of for one in shown}}  # fmt: skip
    lines = [(one, counts.get((one.channel, one.of, one.text), 0), lists[one.of]) for one in shown]
    after = shown[-1].pk if len(found) > SHOWN else ""
    return render(request, "complaints/desk/labels.html", {"lines": lines, "after": after, "over": over})


def _mapped(request: HttpRequest, actor: Actor) -> HttpResponse:
    pk = request.POST.get("label", "")
    with transaction.atomic():
        rows = Label.objects.select_for_update().filter(pk=int(pk) if pk.isdecimal() and len(pk) < 18 else 0)
        one = get_object_or_404(rows)
        offered = {row.code for row in catalogue.current().listed(one.of, None, calendar.today())}
        if request.POST.get("category") not in offered:
            messages.warning(request, _("Choose a category of the list."))
            return redirect("item_labels")
        n = labels.say(one, request.POST["category"], actor)
    told = ngettext("Noted; proposed for %(n)s open item.", "Noted; proposed for %(n)s open items.", n) % {"n": n}
    messages.success(request, told)
    return redirect("item_labels")
