"""What whoever scans an inspection code sees, and the key by which others can check one without us."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhijian.kernel.papers.verify import may_ask
from zhijian.kernel.ratings.declared import question_of
from zhijian.programmes.inspection import announcing, visitcode
from zhijian.programmes.inspection.models import Purpose

TONES = {"good": "good", "early": "good", "over": "", "expired": "warn", "changed": "warn", "cancelled": "bad"}


@never_cache
@require_safe
def code_page(request: HttpRequest, code: str) -> HttpResponse:
    """What the code says, from its signature alone, and how the visit stands. The first scan of a day is noted."""
    if not may_ask(request.META.get("REMOTE_ADDR", "")):
        answer = render(request, "inspection/public/code.html", {"too_many": True}, status=429)
        answer["Retry-After"] = "60"
        return answer
    told = visitcode.read(code)
    if told is None:
        return render(request, "inspection/public/code.html", {}, status=404)
    state, matter = announcing.state_of(told)
    staff = request.actor.kind == "staff"  # type: ignore[attr-defined]
    if matter is not None and state in ("good", "early") and request.method == "GET" and not staff:
        announcing.note_scan(matter)
    context = {
        "told": told, "state": state, "tone": TONES[state], "kind": Purpose(told.kind).label,
        "planned": matter.inspection.planned_for if matter is not None else None,  # type: ignore[attr-defined]
        "rate": matter.uid if matter is not None and state == "over" and question_of(matter) else None,
    }  # fmt: skip
    answer = render(request, "inspection/public/code.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def key_page(request: HttpRequest) -> HttpResponse:
    """The public key of the site's codes, and how one is read."""
    return JsonResponse({"format": visitcode.FORMAT, "algorithm": "Ed25519", "key": visitcode.public_key()})
