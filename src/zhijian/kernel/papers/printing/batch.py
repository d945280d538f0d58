"""One PDF of many papers: a list on top, then each paper as it is kept, each beginning on a right-hand page."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import typst
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from pypdf import PageObject, PdfReader, PdfWriter

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.jobs import every, job
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import fonts
from zhijian.kernel.papers.models import Paper, PrintRun
from zhijian.kernel.papers.render import ROOT, legible, pdf

MOST = 300  # papers of one batch
AT_ONCE = 8  # so many are made while one waits: well below two seconds
STEP = 10  # papers between two signs of progress
KEPT_DAYS = 3
COVER = ROOT / "kernel/papers/typst/cover.typ"


@job("papers.print", title=gettext_lazy("Make a batch of papers to be printed"), transaction=False, tries=2)
def make(run: int) -> None:
    """Make the PDF of a batch, telling how far it is."""
    with scoped(SYSTEM):
        row = PrintRun.objects.get(pk=run)
    if row.state == PrintRun.State.DONE:
        return
    try:
        _make(row)
    except Exception:
        with scoped(SYSTEM):
            PrintRun.objects.filter(pk=run).update(state=PrintRun.State.FAILED)
        raise


def _make(row: PrintRun) -> None:
    parts: list[tuple[Paper, bytes]] = []
    for start in range(0, len(row.papers), STEP):
        with scoped(SYSTEM):
            keys = row.papers[start : start + STEP]
            found = Paper.objects.select_related("matter", "entity", "file__blob").in_bulk(keys)
            parts += [(found[key], pdf(found[key])) for key in keys]
            PrintRun.objects.filter(pk=row.pk).update(done=len(parts))
    data, pages = bound(parts)
    with scoped(SYSTEM):
        path = default_storage.save(f"printing/{row.uid}.pdf", ContentFile(data))
        PrintRun.objects.filter(pk=row.pk).update(state=PrintRun.State.DONE, path=path, pages=pages)


def bound(parts: list[tuple[Paper, bytes]]) -> tuple[bytes, int]:
    """The papers bound together behind their list, and how many pages that are; safe for printing on both sides."""
    writer = PdfWriter()
    read = [(paper, PdfReader(io.BytesIO(data))) for paper, data in parts]
    for reader in [PdfReader(io.BytesIO(cover([(paper, len(reader.pages)) for paper, reader in read])))] + [
        reader for _paper, reader in read
    ]:
        writer.append(reader, import_outline=False)
        if len(writer.pages) % 2:
            last = writer.pages[-1]
            writer.add_page(PageObject.create_blank_page(width=last.mediabox.width, height=last.mediabox.height))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(writer.pages)


def cover(papers: list[tuple[Paper, int]]) -> bytes:
    """The list as a PDF, in the language of the place."""
    language = stack().language
    with override(language):
        told: dict[str, Any] = {
            "title": _("Papers of this batch: %(n)s") % {"n": len(papers)},
            "made": calendar.local(timezone.now()).strftime("%Y-%m-%d %H:%M"),
            "heading": [_("No."), _("Paper"), _("Number"), _("Enterprise"), _("Number of pages")],
            "rows": [
                [
                    str(n),
                    legible(paper.title),
                    legible(paper.number),
                    legible(paper.entity.name if paper.entity else paper.matter.title),
                    str(pages),
                ]
                for n, (paper, pages) in enumerate(papers, 1)
            ],
            "fonts": fonts.families(),
            "lang": "zh" if language.startswith("zh") else "en",
        }
    return typst.compile(
        str(COVER),
        root=str(ROOT),
        font_paths=fonts.loaded(),
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )


@every("10 3 * * *")
@job("papers.sweep_prints", title=gettext_lazy("Drop batches printed some days ago"), tries=1)
def sweep() -> int:
    """Forget batches that were made some days ago; the papers themselves are kept. Returns how many."""
    old = PrintRun.objects.filter(at__lt=timezone.now() - dt.timedelta(days=KEPT_DAYS))
    for path in old.exclude(path="").values_list("path", flat=True):
        default_storage.delete(path)
    return old.delete()[0]
