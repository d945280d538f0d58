"""What the public does with the code on a piece of equipment: look it up, call for help, and see who comes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.party import limits
from zhijian.kernel.party.pages import code_page
from zhijian.kernel.registry.door import read_door_code
from zhijian.programmes.equipment import catalogue, due, reach, rules
from zhijian.programmes.equipment.facts import CALLED
from zhijian.programmes.equipment.flow import CALL
from zhijian.programmes.equipment.models import Equipment, LiftCall

PER_ADDRESS, MINUTES = 20, 60  # calls from one address; whoever is trapped is never one too many


def by_code(code: str) -> Equipment | None:
    """The piece behind a code as scanned or typed."""
    read = read_door_code(code)
    rows = Equipment.objects.select_related("matter__entity", "matter__premises", "maintainer")
    with scoped(SYSTEM):
        return rows.filter(door_code=read).first() if read else None


def _leads(code: str) -> str | None:
    record = by_code(code)
    return reverse("equipment_public", args=[record.door_code]) if record is not None else None


code_page(_leads)


def piece_of(code: str) -> Equipment:
    """The piece behind a code. Raises Http404."""
    record = by_code(code)
    if record is None:
        raise Http404
    return record


def shown(record: Equipment) -> dict[str, Any]:
    """What everybody may know of a piece."""
    day = calendar.today()
    state = record.matter.state
    late = state == "in_use" and due.is_overdue(record, day)
    running = state == "in_use" and not late
    return {
        "piece": record,
        "category": catalogue.name_of(record.category),
        "user": record.matter.entity,
        "tone": "bad" if late else "good" if running else "warn",
        "late": late,
        "hotline": rules.HOTLINE.value(day, ""),
        "told": record.maintainer is not None and reach.way_to(record.maintainer) == reach.MESSAGE,
    }


@require_safe
def piece(request: HttpRequest, code: str) -> HttpResponse:
    """The public page: certificate, next inspection, and for a lift the two buttons."""
    record = piece_of(code)
    if record.door_code != code:
        return redirect("equipment_public", code=record.door_code)
    return render(request, "equipment/public/piece.html", shown(record))


def _open_call(record: Equipment) -> LiftCall | None:
    """The call that runs about people who are trapped in this lift."""
    rows = LiftCall.objects.filter(equipment=record, what=LiftCall.Kind.TRAPPED, matter__state__in=("called", "coming"))
    return rows.select_related("matter").order_by("-pk").first()


@never_cache
@require_POST
def call(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody is trapped, or reports a fault. A second call about the same people leads to the first one."""
    record, what = piece_of(code), request.POST.get("what", "")
    if what not in LiftCall.Kind.values or not record.is_lift:
        raise Http404
    tries = limits.count("lift call", limits.address_of(request), MINUTES)
    if what == LiftCall.Kind.FAULT and tries > PER_ADDRESS:
        told = {**shown(record), "problem": _("Too many reports from here. Please telephone.")}
        return render(request, "equipment/public/piece.html", told, status=429)
    said = _said(request)
    try:
        made = begin(record, what, said)
    except BadFacts as error:
        if what == LiftCall.Kind.TRAPPED:  # help does not wait for a well-written number
            made = begin(record, what, {name: value for name, value in said.items() if name not in error.errors})
            return redirect("equipment_call_public", code=record.door_code, uid=made.uid)
        told = {**shown(record), "errors": error.errors, "typed": request.POST}
        return render(request, "equipment/public/piece.html", told, status=422)
    return redirect("equipment_call_public", code=record.door_code, uid=made.uid)


def _said(request: HttpRequest) -> dict[str, Any]:
    """What was typed beside the button; nothing of it is needed."""
    given = {name: request.POST.get(name, "").replace("\x00", "").strip() for name in ("people", "words", "phone")}
    told: dict[str, Any] = {name: text for name, text in given.items() if text}
    return told | ({"injured": True} if request.POST.get("injured") else {})


def begin(record: Equipment, what: str, told: dict[str, Any], at: dt.datetime | None = None) -> Matter:
    """Open the call, or give the one that runs already. Two at once make one: the piece is locked."""
    with transaction.atomic(), scoped(SYSTEM):
        Equipment.objects.select_for_update(of=("self",)).get(pk=record.pk)
        if what == LiftCall.Kind.TRAPPED and (running := _open_call(record)) is not None:
            return running.matter
        matter = record.matter
        about = About(matter.title, matter.area, record.maintainer or matter.entity, matter.premises)
        more = {"equipment": record, "what": what}
        return perform(CALL, CALLED[LiftCall.Kind(what)], SYSTEM, about=about, at=at, by_field=more, **told)


@never_cache
@require_safe
def call_page(request: HttpRequest, code: str, uid: UUID) -> HttpResponse:
    """Who comes and by when, for whoever waits inside; it renews itself until somebody is there."""
    record = piece_of(code)
    with scoped(SYSTEM):
        rows = LiftCall.objects.select_related("matter__entity").filter(equipment=record, matter__uid=uid)
        made = rows.first()
        if made is None:
            raise Http404
        way = reach.way_of(made.matter)
        clock = made.matter.clocks.filter(rule=rules.RESCUE_WITHIN.name).first()  # type: ignore[attr-defined]
    left = None
    if clock is not None and clock.stopped is None and clock.due_at is not None:
        left = int((clock.due_at - timezone.now()).total_seconds() // 60)
    context = {
        "call": made,
        "state": CALL.state(made.matter.state),
        "left": left,
        "by": clock.due_at if clock else None,
        "way": way,
    }
    waits = made.matter.state in ("called", "coming")
    return render(request, "equipment/public/call.html", {**shown(record), **context, "waits": waits})
