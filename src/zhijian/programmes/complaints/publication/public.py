"""What everybody reads: how many complaints about which shop ended how, and by kind. Counts, and nothing else."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Entity
from zhijian.kernel.registry.search import capped_count, matching
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.publication import counts, rules
from zhijian.programmes.complaints.publication.models import Tally

PAGE = 20


def _area(request: HttpRequest) -> str:
    area = request.GET.get("area", "")
    return area if area in stack().areas else ""


def areas() -> list[tuple[str, str]]:
    """Districts and what lies in them, set in."""
    rank = {"district": 0, "office": 1}
    found = sorted((one for one in stack().areas.values() if one.level in rank), key=lambda one: one.code)
    return [(one.code, "　" * rank[one.level] + (one.short or one.name)) for one in found]


def _told(area: str) -> dict[str, Any]:
    today = calendar.today()
    return {
        "area": area,
        "areas": areas(),
        "shows": {what: rules.shows(what, today) for what in ("shop", "kind", "number", "settled")},
        "publishes": rules.OUTCOMES.maybe(today) is not None,
        "term": rules.SHOWN_FOR.maybe(today),
    }


def _beyond(rows: Any, after: str) -> Any:
    """The rows behind the key (number, row) that the address names."""
    n, _dot, pk = after.partition(".")
    if not (n.isdecimal() and pk.isdecimal() and len(after) < 30):
        return rows
    return rows.filter(Q(n__lt=int(n)) | Q(n=int(n), pk__lt=int(pk)))


@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """`/c/shops/`: shops by their number of complaints; by name and area, page by page."""
    area, typed = _area(request), request.GET.get("q", "").replace("\x00", "").strip()[:60]
    told = _told(area)
    rows = counts.shops(area) if told["publishes"] and told["shows"]["shop"] else Tally.objects.none()
    if len(typed) > 1:
        rows = rows.filter(entity__in=list(matching(Entity.objects.all(), typed).values_list("pk", flat=True)))
    n, more = capped_count(rows)
    shown = rows.select_related("entity__merged_into", "premises__merged_into")
    page = list(_beyond(shown, request.GET.get("after", ""))[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "rows": page[:PAGE],
        "count": f"{n:,}+" if more else f"{n:,}",
        "after": f"{last.n}.{last.pk}" if last is not None else "",
        "later": bool(request.GET.get("after")),
        "query": query.urlencode(),
        "q": typed,
        **told,
    }
    return render(request, "complaints/public/shops.html", context)


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """`/c/kinds/`: the kinds of problems by their number."""
    area = _area(request)
    told = _told(area)
    found = counts.kinds(area) if told["publishes"] and told["shows"]["kind"] else []
    rows = [(categories.name_of(one["category"]) if one["category"] != counts.UNSORTED else "", one) for one in found]
    return render(request, "complaints/public/kinds.html", {"rows": rows, **told})
