"""The desk's page of visits that could be one: accepted in one act, or kept apart with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import excel, gate, menu
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.errors import NotOpen, StepError
from zhijian.programmes.inspection.fair import joint
from zhijian.programmes.inspection.models import Inspection

menu.item("visit_joint", gettext_lazy("Joint visits"), "visit_joint", joint.DECIDERS, order=16, under="inspection")


def _say(n: int) -> str:
    return ngettext(
        "Visits of %(n)s place could be one", "Visits of %(n)s places could be one each", n
    ) % {"n": n}  # fmt: skip


waits("visit_joint", joint.DECIDERS, lambda actor: len(joint.proposals(actor)), _say, "visit_joint")


def _rows(actor: Actor, _given: Any) -> list[Inspection]:
    return [one for proposal in joint.proposals(actor) for one in proposal.visits]


def _cells(block: list[Inspection], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        matter = one.matter
        people = [who.name for who in (matter.assignee, matter.second) if who]
        yield [matter.title, matter.number, one.planned_for, str(one.get_purpose_display()), " ".join(people),
               one.checklist.title if one.checklist else "", area_name(matter.area)]  # fmt: skip


excel.sheet(
    "visit_joint", gettext_lazy("Joint visits"), joint.DECIDERS,
    (gettext_lazy("Premises"), gettext_lazy("Number"), gettext_lazy("Day of the visit"), gettext_lazy("Purpose"),
     gettext_lazy("Officers"), gettext_lazy("Checklist"), gettext_lazy("Area")),
    _rows, _cells,
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*joint.DECIDERS)
def joint_page(request: HttpRequest) -> HttpResponse:
    """`/visits/joint/`: each place with its visits; one act makes them one, or a reason keeps them apart."""
    actor = gate.actor_in(request)
    context: dict[str, Any] = {"proposals": joint.proposals(actor)}
    if request.method != "POST":
        return render(request, "inspection/desk/joint.html", context)
    versions = _seen(request)
    chosen = next((one for one in context["proposals"] if one.key == sorted(versions)), None)
    try:
        if chosen is None:
            raise NotOpen(_("These visits have changed meanwhile: look at them once more."))
        if "apart" in request.POST:
            joint.keep_apart(chosen, request.POST.get("reason", ""), actor)
            messages.success(request, _("They stay apart."))
            return redirect("visit_joint")
        made = joint.accept(chosen, versions, actor, **_wish(request))
    except StepError as error:
        context |= {"problem": error.message, "about": chosen.key if chosen else None, "given": request.POST}
        return render(request, "inspection/desk/joint.html", context, status=error.status)
    messages.success(request, _("One visit: %(number)s.") % {"number": made.number})
    return redirect("record", uid=made.uid)


def _seen(request: HttpRequest) -> dict[int, int]:
    """The visits of the form with the versions that the person saw."""
    found = {}
    for text in request.POST.getlist("visit")[:50]:
        pk, _colon, version = text.partition(":")
        if pk.isdecimal() and version.isdecimal() and len(pk) < 19 and len(version) < 10:
            found[int(pk)] = int(version)
    return found


def _wish(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    pair = [given.get(name, "") for name in ("assignee", "second")]
    if not all(one.isdecimal() and len(one) < 19 for one in pair):
        raise NotOpen(_("Choose both officers."))
    try:
        day = dt.date.fromisoformat(given.get("planned_for", ""))
    except ValueError as error:
        raise NotOpen(_("Say on which day the visit is made.")) from error
    return {"planned_for": day, "assignee": int(pair[0]), "second": int(pair[1])}
