"""Printing many papers: choose, wait with progress where it takes long, take the one PDF."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel.desk import gate
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers import whole
from zhijian.kernel.papers.models import Paper, PrintRun
from zhijian.kernel.papers.printing import batch
from zhijian.kernel.papers.printing.listing import Chosen, rows_of
from zhijian.kernel.papers.views import PDF_POLICY

# A batch goes by series and number: 2号 stands before 10号. What has no number follows, the older one first.
ORDER = ("kind", "organ", "number_row__year", "number_row__n", "at", "pk")


@require_POST
@gate.ours
def print_page(request: HttpRequest) -> HttpResponse:
    """Print the chosen papers, or all that the list shows (`all`), or those of a matter; each only when readable."""
    actor = gate.actor_in(request)
    if "all" in request.POST:
        rows = rows_of(Chosen.read(request.POST), actor)
    else:
        uids = [uid for uid in request.POST.getlist("uid") if is_uid(uid)][: batch.MOST]
        rows = readable(Paper.objects.filter(uid__in=uids), actor, "matter")
    rows, asked = rows.exclude(kind__in=whole.kinds()), rows
    if asked.filter(kind__in=whole.kinds()).exists():
        messages.info(request, _("Confirmed addresses are opened one by one, with a reason; the batch is without."))
    keys = list(rows.order_by(*ORDER).values_list("pk", flat=True)[: batch.MOST + 1])
    if not keys:
        messages.warning(request, _("Nothing was chosen."))
        return redirect("papers_list")
    if len(keys) > batch.MOST:
        messages.warning(
            request, _("At most %(n)s papers are printed in one go: choose a shorter time.") % {"n": batch.MOST}
        )
        return redirect("papers_list")
    run = PrintRun.objects.create(person_id=actor.person_id, papers=keys)
    if len(keys) <= batch.AT_ONCE:
        batch.make(run=run.pk)
    else:
        batch.make.later(run=run.pk)
    return redirect("papers_printing", uid=run.uid)


def _mine(request: HttpRequest, uid: UUID) -> PrintRun:
    found = PrintRun.objects.filter(uid=uid, person=gate.actor_in(request).person_id).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_safe
@gate.ours
def printing_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far the batch is; asks again by itself until it is done."""
    run = _mine(request, uid)
    name = "papers/printing_part.html" if request.headers.get("HX-Request") else "papers/printing.html"
    return render(request, name, {"run": run, "total": len(run.papers)})


@never_cache
@require_safe
@gate.ours
def printed(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The PDF of a batch, shown in the browser's own viewer."""
    run = _mine(request, uid)
    if not run.path:
        raise Http404
    with default_storage.open(run.path, "rb") as source:
        answer = HttpResponse(source.read(), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"papers-{run.uid}.pdf")
    answer["Content-Security-Policy"] = PDF_POLICY
    return answer
