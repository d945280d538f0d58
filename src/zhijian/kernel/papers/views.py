"""The PDF of a paper for those in whose scope it lies, and verification for everybody."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.desk import watched
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers import whole
from zhijian.kernel.papers.codes import read_code, shown_code
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.verify import look_up, may_ask

MOST = 12 * 1024 * 1024  # bytes of a PDF that is compared
# A PDF shown by the browser's own viewer: nothing in it may run, load or be framed.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"


def pdf_response(paper: Paper) -> HttpResponse:
    """A paper's PDF as an answer, shown in the browser. Whether the reader may see it is the caller's to know."""
    answer = HttpResponse(pdf(paper), content_type="application/pdf")
    name = f"{form(paper.kind).title} {paper.number}".strip() + ".pdf"
    answer["Content-Disposition"] = content_disposition_header(False, name)
    answer["Content-Security-Policy"] = PDF_POLICY
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def paper_pdf(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The PDF of a paper in the reader's scope; 404 for any other."""
    papers = Paper.objects.select_related("matter", "file__blob")
    found = readable(papers, request.actor, "matter").filter(uid=uid).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    if whole.is_sealed(found.kind):  # it holds what pages show covered
        return redirect(whole.page_of(found.kind), uid=found.uid)
    what = f"{form(found.kind).title} {found.number}".strip()
    watched.looked(request.actor, f"matter:{found.matter_id}", what, matter=found.matter)  # type: ignore[attr-defined]
    return pdf_response(found)


def _too_many(request: HttpRequest) -> HttpResponse | None:
    if may_ask(request.META.get("REMOTE_ADDR", "")):
        return None
    answer = render(request, "public/verify.html", {"too_many": True}, status=429)
    answer["Retry-After"] = "60"
    return answer


@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """The page on which a code is typed; it leads to the code's own address."""
    typed = request.GET.get("code", "")[:40]
    if typed and (code := read_code(typed)) is not None:
        return redirect("papers_verify", code=code)
    return render(request, "public/verify.html", {"typed": typed, "malformed": bool(typed)})


@csrf_exempt  # asks and changes nothing; whoever scans the code has no session
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What a code stands for; with a digest or a file, whether it is the same paper."""
    if (refused := _too_many(request)) is not None:
        return refused
    found = look_up(code)
    told: dict[str, object] = {"found": found, "code": shown_code(read_code(code) or ""), "typed": code[:40]}
    if found is None:
        return render(request, "public/verify.html", {**told, "unknown": True}, status=404)
    if request.method == "POST":
        told |= _compared(request, found.matches)
    return render(request, "public/verify.html", told)


def _compared(request: HttpRequest, matches: object) -> dict[str, object]:
    """What came of comparing a typed digest or an uploaded PDF."""
    given = request.POST.get("digest", "").strip()[:200]
    sent = request.FILES.get("file")
    by_file = sent is not None or request.POST.get("by_file") == "1"
    if sent is not None:
        if sent.size > MOST:
            return {"trouble": _("The file is too large to be one of our papers.")}
        sha256 = hashlib.sha256()
        for piece in sent.chunks():
            sha256.update(piece)
        given = sha256.hexdigest()
    if not given:
        return {"trouble": _("Type the digest or choose the PDF file.")}
    return {"compared": True, "same": matches(given), "by_file": by_file}  # type: ignore[operator]
