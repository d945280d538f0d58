"""The maintenance firm's part of a lift's page: its technician records a visit, with time and place."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.facts import parse
from zhijian.kernel.party.doors import signed_in
from zhijian.kernel.party.standing import Standing
from zhijian.programmes.equipment import maintenance
from zhijian.programmes.equipment.facts import Visit
from zhijian.programmes.equipment.models import Equipment, Maintenance
from zhijian.programmes.equipment.public import piece_of, shown

SHOWN = 12  # visits


def standing_of(request: HttpRequest, record: Equipment) -> Standing | None:
    """As whom the browser's account may act for the firm that keeps this lift."""
    holder = signed_in(request)
    if holder is None:
        return None
    return next((one for one in holder.standings if one.entity.pk == record.maintainer_id), None)


def position(request: HttpRequest) -> maintenance.Place | None:
    """Where the phone says that it is; nothing where it does not say, or says nonsense."""
    try:
        lat, lon = (Decimal(request.POST.get(name, "")).quantize(Decimal("0.000001")) for name in ("lat", "lon"))
    except InvalidOperation:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def maintain(request: HttpRequest, code: str) -> HttpResponse:
    """Record a visit. Nobody else than the firm that keeps the lift comes further than the question who he is."""
    record = piece_of(code)
    standing = standing_of(request, record) if record.is_lift else None
    if standing is None:
        known = signed_in(request) is not None
        status = 403 if request.method == "POST" else 200  # who only looks is told how one comes in
        return render(request, "equipment/public/who.html", {**shown(record), "known": known}, status=status)
    context = {**shown(record), "firm": standing.entity, "kinds": Maintenance.Work.choices}
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in ("work", "note") if request.POST.get(name)}
        try:
            told = parse(Visit, given)
        except BadFacts as error:
            return render(
                request,
                "equipment/public/maintain.html",
                {**context, "errors": error.errors, "typed": given},
                status=422,
            )
        assert isinstance(told, Visit)
        made = maintenance.visit(record, standing.entity, standing.actor, told, position(request))
        if made.doubt == "nowhere":
            messages.warning(request, _("Recorded without a position: the local office will look at it."))
        elif made.doubt == "unplaced":
            messages.warning(
                request, _("Recorded. Where this lift stands is not known yet: the local office will look at it.")
            )
        elif made.doubt:
            messages.warning(request, _("Recorded. The place does not fit: the local office will look at it."))
        else:
            messages.success(request, _("Recorded. Thank you."))
        return redirect("equipment_maintain", code=record.door_code)
    context["visits"] = Maintenance.objects.filter(equipment=record, firm=standing.entity).order_by("-at")[:SHOWN]
    return render(request, "equipment/public/maintain.html", context)
