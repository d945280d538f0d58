"""The desk's pages of records that wait for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.gateways.field import held, unlisted
from zhijian.gateways.field.models import FieldRecord
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.matters.errors import NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs.areas import office_at, offices
from zhijian.kernel.registry.models import Premises

SHOWN = 100  # the oldest; those behind come up as these are dealt with


def _held(view: Callable[[HttpRequest, FieldRecord], HttpResponse]) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """The view gets the record that waits for this person; one placed meanwhile leads to its visit; 404 otherwise."""

    @wraps(view)
    def found(request: HttpRequest, uid: UUID) -> HttpResponse:
        actor = gate.actor_in(request)
        kept = held.waiting(actor).filter(pk=uid).first()
        if kept is not None:
            return view(request, kept)
        matter = get_object_or_404(readable(Matter.objects.all(), actor), pk__in=held.placed_in(uid))
        messages.info(request, _("This record was placed already: %(title)s") % {"title": matter.title})
        return redirect("record", uid=matter.uid)

    return found


@require_safe
@gate.roles(*held.WATCHERS, Role.AUDITOR)
def held_page(request: HttpRequest) -> HttpResponse:
    """What the server keeps but could not place: the oldest first."""
    actor = gate.actor_in(request)
    rows = list(held.waiting(actor)[: SHOWN + 1])
    context = {
        "rows": _lines(rows[:SHOWN]),
        "more": len(rows) > SHOWN,
        "admin": actor.has(Role.ADMIN),
    }
    return render(request, "field/held.html", context)


def _lines(rows: list[FieldRecord]) -> list[tuple[FieldRecord, held.Told, str, str]]:
    """Records with what they say, why they wait, and the name of their place."""
    told = [(kept, held.told(kept), held.why(kept)[0]) for kept in rows]
    wanted = {one.premises for _kept, one, _why in told if one.premises}
    names = dict(Premises.objects.filter(uid__in=wanted).values_list("uid", "name"))
    return [(kept, one, why, names.get(one.premises, "")) for kept, one, why in told]


HEADS = (
    gettext_lazy("Record"), gettext_lazy("Premises"), gettext_lazy("Date and time"), gettext_lazy("Why it waits"),
    gettext_lazy("Officers"), gettext_lazy("Whose phone"), gettext_lazy("Phone"), gettext_lazy("Came on"),
    gettext_lazy("Area"),
)  # fmt: skip


def _cells(block: list[FieldRecord], _actor: Actor) -> Iterator[list[Any]]:
    for kept, one, why, name in _lines(block):
        place = one.unlisted.name if one.unlisted and not name else name
        yield [
            str(one.purpose), place, one.started, str(why), one.officers or kept.person.name, kept.person.name,
            kept.device.name, kept.received, said.area_name(kept.area),
        ]  # fmt: skip


excel.sheet(
    "held", gettext_lazy("Records to be placed"), (*held.WATCHERS, Role.AUDITOR), HEADS,
    lambda actor, _given: held.waiting(actor), _cells, widths=(20, 30, 18, 40, 24, 14, 20, 18, 16),
)  # fmt: skip


@require_safe
@gate.roles(*held.WATCHERS, Role.AUDITOR)
@_held
def record_page(request: HttpRequest, kept: FieldRecord) -> HttpResponse:
    """One record: what it is, why it waits, and what can be done."""
    one = held.told(kept)
    why, detail = held.why(kept)
    context = {
        "kept": kept,
        "told": one,
        "why": why,
        "detail": detail,
        "premises": Premises.objects.select_related("entity").filter(uid=one.premises).first(),
        "area": said.area_name(kept.area),
        "lost": detail == "CannotPlace: after_loss",
        "through": held.raw(kept).get("through", ""),
        "newer": held.is_newer(kept),
        **({} if held.is_newer(kept) else _matching(kept, one, gate.actor_in(request))),
    }
    return render(request, "field/record.html", context)


def _matching(kept: FieldRecord, one: held.Told, actor: Actor) -> dict[str, Any]:
    """Of a place of no file: who it may be, and the office in which a new file would stand."""
    if one.unlisted is None:
        return {}
    came = held.raw(kept)
    at = unlisted.pin(came["content"])
    near = office_at(float(at.lat), float(at.lon)) if at else None
    mine = [each for each in unlisted.candidates(came) if actor.can_read(each.premises.area)]
    return {
        "place": one.unlisted,
        "licence": unlisted.licence_said(one.unlisted.licensed),
        "trade": unlisted.trades().get(one.unlisted.trade, one.unlisted.trade),
        "pin": at,
        "candidates": [(each, said.area_name(each.premises.area)) for each in mine],
        "offices": offices(),
        "office": kept.area or (near.code if near else ""),
        "elsewhere": near.short if near and near.code != kept.area else "",
    }


@require_POST
@gate.roles(*held.WATCHERS)
@_held
def file(request: HttpRequest, kept: FieldRecord) -> HttpResponse:
    """Make a file without a code for the place that the record entered, and place it there."""
    actor = gate.actor_in(request)
    area = request.POST.get("area", "")
    if area not in dict(offices()):
        messages.warning(request, _("Choose the office in which the new file stands."))
        return redirect("held_record", uid=kept.pk)
    try:
        matter = held.file(kept.pk, area, actor)
    except NotOpen as error:
        messages.warning(request, error.message)
        return redirect("held")
    return _placed(request, matter)


def _placed(request: HttpRequest, matter: Matter) -> HttpResponse:
    """Off to the matter, if it is in one's own area; else on with the next."""
    messages.success(request, _("Placed: %(title)s") % {"title": matter.title})
    if not gate.actor_in(request).can_read(matter.area):
        return redirect("held")
    return redirect("record", uid=matter.uid)


@require_safe
@gate.roles(*held.WATCHERS, Role.AUDITOR)
@_held
def raw(request: HttpRequest, kept: FieldRecord) -> HttpResponse:
    """The bytes as they came, as a file; noted in the ledger."""
    held.note_opened(kept, gate.actor_in(request))
    answer = HttpResponse(bytes(kept.body), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="record-{kept.pk}.json"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@gate.roles(*held.WATCHERS)
@_held
def again(request: HttpRequest, kept: FieldRecord) -> HttpResponse:
    """Try once more, for example after the register was brought up to date."""
    try:
        kept = held.again(kept.pk, gate.actor_in(request))
    except NotOpen as error:
        messages.warning(request, error.message)
        return redirect("held")
    if kept.matter is None:
        messages.warning(request, _("It still waits: %(why)s") % {"why": held.why(kept)[0]})
        return redirect("held_record", uid=kept.pk)
    messages.success(request, _("Placed: %(title)s") % {"title": kept.matter.title})
    return redirect("record", uid=kept.matter.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*held.WATCHERS)
@_held
def place(request: HttpRequest, kept: FieldRecord) -> HttpResponse:
    """Choose the premises it belongs to, look once more, place it."""
    actor = gate.actor_in(request)
    given = request.POST if request.method == "POST" else request.GET
    context = {"kept": kept, "told": held.told(kept), "problem": ""}
    entity, chosen = given.get("e", ""), given.get("p", "")
    if not is_uid(chosen):
        rows = Premises.objects.filter(entity__uid=entity).exclude(status="closed") if is_uid(entity) else None
        places = list(rows.select_related("entity").order_by("pk")[:200]) if rows is not None else []
        return render(request, "field/place.html", {**context, "places": places, "asked": rows is not None})
    premises = get_object_or_404(Premises.objects.select_related("entity"), uid=chosen)
    if not actor.can_read(premises.area):
        raise Http404
    context["premises"] = premises
    if request.method != "POST":
        return render(request, "field/place.html", context)
    try:
        matter = held.place(kept.pk, premises, actor)
    except NotOpen as error:
        return render(request, "field/place.html", {**context, "problem": error.message}, status=409)
    return _placed(request, matter)
