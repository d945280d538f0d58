"""The pages of hot spots: those of one's areas, the items behind each number, dismissing one with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.programmes.complaints import alerts, categories
from zhijian.programmes.complaints.models import HotSpot

SHOWN = 50


class Why(forms.Form):
    """Why nothing more is to be done."""

    reason = forms.CharField(
        label=gettext_lazy("Why nothing more is to be done"), min_length=2, max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip


def _line(row: HotSpot) -> dict[str, Any]:
    kind = next(kind for kind, of in categories.LIST_OF.items() if of == row.of)
    return {
        "row": row, "name": categories.name_of(row.category), "area": said.area_name(row.area),
        "kind": flow_of(kind).plural,
    }  # fmt: skip


@require_safe
@gate.roles(*alerts.READERS)
def spots_page(request: HttpRequest) -> HttpResponse:
    """Those that nobody dismissed; `over=1` shows the others."""
    actor, past = gate.actor_in(request), request.GET.get("over") == "1"
    rows = alerts.over(actor) if past else alerts.open_ones(actor)
    found = list(rows_after(rows, request.GET, falling=True)[: SHOWN + 1])
    after = found[SHOWN - 1].pk if len(found) > SHOWN else ""
    context = {"lines": [_line(row) for row in found[:SHOWN]], "over": past, "after": after}
    return render(request, "complaints/desk/hotspots.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*alerts.READERS)
def spot_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One hot spot: its number beside the usual, the test, and the items behind it."""
    actor = gate.actor_in(request)
    reach = area_filter(actor, roles=alerts.READERS)
    row = HotSpot.objects.filter(reach, uid=uid).select_related("dismissed_by").first()
    if row is None:
        raise Http404
    may = alerts.may_dismiss(row, actor)
    form = Why(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            with transaction.atomic():
                alerts.dismiss(row, form.cleaned_data["reason"], actor)
            messages.success(request, _("Dismissed."))
            return redirect("hot_spots")
    found = list(rows_after(alerts.behind(row, actor), request.GET, falling=True)[: SHOWN + 1])
    sorted_ = alerts.with_category(found[:SHOWN])
    shown = [(one, flow_of(one.kind).state(one.state), confirmed) for one, confirmed in sorted_]
    context = {
        **_line(row), "shown": shown, "after": found[SHOWN - 1].pk if len(found) > SHOWN else "", "form": form,
        "may": may, "p": f"{row.p:.1e}", "q": f"{row.q:.3f}",
    }  # fmt: skip
    return render(request, "complaints/desk/hotspot.html", context, status=422 if form.is_bound else 200)


def _cells(rows: list[HotSpot], _actor: Actor) -> Iterator[Sequence[Any]]:
    for row in rows:
        line = _line(row)
        yield (row.week, line["area"], str(line["kind"]), line["name"], row.seen, round(row.usual, 2), row.weeks,
               row.p, row.q, row.reason)  # fmt: skip


excel.sheet(
    "hot_spots", gettext_lazy("Hot spots"), alerts.READERS,
    (
        gettext_lazy("Week of"), gettext_lazy("Area"), gettext_lazy("Kind"), gettext_lazy("Kind of problem"),
        gettext_lazy("People who came"), gettext_lazy("Usual in a week"), gettext_lazy("Weeks compared with"),
        "p", "q", gettext_lazy("Why nothing more is to be done"),
    ),
    lambda actor, given: alerts.over(actor) if given.get("over") == "1" else alerts.open_ones(actor), _cells,
    told=lambda _actor, given: [(str(_("Dismissed")), str(_("yes")))] if given.get("over") == "1" else [],
    widths=(12, 16, 14, 20, 12, 12, 12, 12, 12, 36),
)  # fmt: skip
