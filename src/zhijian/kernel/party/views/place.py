"""What a citizen sees who scans the code on a door: the place, its licences, and what each programme makes public."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zhijian.kernel.party.pages import draw_doors, elsewhere
from zhijian.kernel.registry.cards.replacing import retired
from zhijian.kernel.registry.search import by_door_code


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a door code; one that was replaced says so, one that is not known is asked for again."""
    premises = by_door_code(code)
    if premises is None and (old := retired(code)) is not None:
        return render(request, "party/old_code.html", {"old": old}, status=410)
    if premises is None and (url := elsewhere(code)) is not None:
        return redirect(url)
    if premises is None:
        return render(request, "party/no_place.html", {"typed": code[:20]}, status=404)
    if premises.door_code != code:
        return redirect("shop", code=premises.door_code)
    licences = [one for one in premises.licences.order_by("-valid_until")[:5] if one.number]
    above, below = (draw_doors(request, premises, first=first) for first in (True, False))
    context = {"premises": premises, "licences": licences, "above": above, "below": below}
    return render(request, "party/place.html", context)


@require_safe
def typed(request: HttpRequest) -> HttpResponse:
    """A door code that somebody typed."""
    code = request.GET.get("code", "").strip()[:20]
    return redirect("shop", code=code) if code and "/" not in code else render(request, "party/no_place.html", {})
