"""What a citizen sees who scans the code on the door: can I eat here? The last published result and its date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijian.kernel.clock import calendar
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.registry.search import by_door_code
from zhijian.programmes.inspection.models import PublishedResult, Result

YEARS = 3


@dataclass(frozen=True)
class Face:
    """The face over the result, with its words: good, warn, bad; empty when nothing was published."""

    tone: str
    says: str
    why: str


def face_of(last: PublishedResult | None) -> Face:
    """The face of the last published result. A failed key item or an open finding takes the smile away at once."""
    if last is None:
        return Face("", _("No published result yet"), "")
    when = _("Result published on %(day)s") % {"day": last.published_on}
    if last.open_items:
        what = _("%(n)s findings are being put right") % {"n": last.open_items}
        return Face("warn", _("Being put right"), f"{when} · {what}")
    if last.put_right_on is not None and not last.failed_key:
        what = _("all findings put right on %(day)s") % {"day": last.put_right_on}
        return Face("good", _("Put right"), f"{when} · {what}")
    if last.failed_key or last.result == Result.NON_COMPLIANT:
        return Face("bad", _("Key items did not comply"), f"{when} · {_('key items: %(n)s') % {'n': last.failed_key}}")
    return Face("good", str(Result(last.result).label), when)


def shop(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a door code."""
    premises = by_door_code(code)
    if premises is None:
        raise Http404
    if premises.door_code != code:
        return redirect("shop", code=premises.door_code)
    since = calendar.today() - dt.timedelta(days=365 * YEARS)
    results = list(
        PublishedResult.objects.filter(premises=premises, visited_on__gte=since).order_by("-visited_on")[:50]
    )
    context = {
        "premises": premises,
        "licences": _licences(premises),
        "results": results,
        "face": face_of(results[0] if results else None),
        "years": YEARS,
    }
    return render(request, "inspection/shop.html", context)


def _licences(premises: Premises) -> list:
    return [licence for licence in premises.licences.order_by("-valid_until")[:5] if licence.number]
