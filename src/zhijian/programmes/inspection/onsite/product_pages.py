"""The desk's list of products that were looked at: found by code, over the shops of the reader's areas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, menu
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.inspection.onsite.gtin import digits_of, gtin, wrong_with
from zhijian.programmes.inspection.onsite.models import SeenProduct

READERS = frozenset({Role.INSPECTOR, Role.HEAD, Role.SECTION, Role.LEADER, Role.AUDITOR})
PAGE = 100
COUNTED = 1000
menu.item("products_seen", _("Products seen"), "products_seen", READERS, order=17, under="inspection")


def seen(actor: Actor, given: QueryDict) -> QuerySet[SeenProduct]:
    """Those of the reader's areas, the newest first; of one code where it is asked for."""
    rows = readable(SeenProduct.objects.filter(area_filter(actor, "area")), actor, "matter")
    if code := digits_of(given.get("code", ""))[:14]:
        rows = rows.filter(gtin=gtin(code))
    return rows.select_related("premises__entity", "matter").order_by("-id")


def _cells(block: Iterable[SeenProduct], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        place = one.premises.name if one.premises else ""
        yield [one.code, one.name, one.lot, one.printed, place, area_name(one.area), calendar.legal_day(one.at),
               one.matter.number, one.item, _t("Does not comply") if one.failed else ""]  # fmt: skip


def _told(_actor: Actor, given: QueryDict) -> list[tuple[str, str]]:
    return [(str(_t("Product code")), given.get("code", "")[:20])]


excel.sheet(
    "products_seen", _("Products seen"), READERS,
    (_("Product code"), _("Product"), _("Lot number"), _("Date as printed"), _("Premises"), _("Area"), _("Seen on"),
     _("Number"), _("Item"), _("Result")),
    seen, _cells, told=_told,
)  # fmt: skip


@require_safe
@gate.roles(*READERS)
def products_page(request: HttpRequest) -> HttpResponse:
    """`/visits/products/`: products by code, with the shops where they were seen."""
    typed = digits_of(request.GET.get("code", ""))[:20]
    rows = seen(gate.actor_in(request), request.GET)
    shops = len(set(rows.values_list("premises", flat=True)[:COUNTED])) if typed else 0
    shown = list(rows_after(rows, request.GET, falling=True)[: PAGE + 1])
    return render(
        request,
        "inspection/desk/products.html",
        {
            "rows": [(one, area_name(one.area)) for one in shown[:PAGE]],
            "after": shown[PAGE - 1].pk if len(shown) > PAGE else 0,
            "code": typed,
            "wrong": wrong_with(typed) if typed else "",
            "shops": shops,
        },
    )
