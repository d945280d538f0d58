"""The photos that a paper shows: always what was drawn on them (arrows, blurred places), never what lies beneath.

A paper's data may name `pictures`: [{item, taken, sha256, of}], the marked copy by its digest and the photo that it was
drawn on. Their bytes come later than the record, or never: what is here is drawn, what is not says so. A sealed paper
shows those that were here when it was sealed, and stays so.
"""

from __future__ import annotations

import base64
from typing import Any

from django.db.models import QuerySet
from PIL import Image

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.files import as_bytes, decoding, open_blob
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.shown import shown_copy
from zhijian.kernel.papers.models import Paper

MOST = 40  # of one paper; what is beyond is named and not drawn
LONG_SIDE = 1000  # pixels: 170 dots an inch at the width at which they are printed


def _here(paper: Paper) -> QuerySet[File]:
    """The marked copies that the paper names and whose bytes are here. A photo that bears no marks is none."""
    named = [one["sha256"] for one in paper.data.get("pictures", [])][:MOST]
    rows = File.objects.select_related("blob", "matter__assignee", "matter__second").filter(
        matter=paper.matter_id, expected__in=named, drawn_on__isnull=False, blob__isnull=False
    )
    return rows.filter(blob__stored_at__lte=paper.sealed_at) if paper.sealed_at else rows


def digests(paper: Paper) -> list[str]:
    """Which of its pictures can be drawn: part of what its PDF shows. Empty without a query where it names none."""
    if not paper.data.get("pictures"):
        return []
    with scoped(SYSTEM):
        return sorted(_here(paper).values_list("expected", flat=True))


def drawn(paper: Paper) -> list[dict[str, Any]]:
    """The pictures for the template: item, when taken, digest of the original, and the picture (empty: not here)."""
    told = paper.data.get("pictures", [])
    if not told:
        return []
    with scoped(SYSTEM):
        here = {file.expected: _picture(file) for file in _here(paper)}
    return [
        {"item": one["item"], "taken": one["taken"], "of": one["of"], "svg": here.get(one["sha256"], "")}
        for one in told
    ]


def _picture(file: File) -> str:
    """The shown copy as a picture that Typst takes from data: a JPEG inside an SVG."""
    copy = shown_copy(file)
    if copy is None or copy.blob is None:
        return ""
    with open_blob(copy.blob) as source, decoding, Image.open(source) as picture:
        picture.thumbnail((LONG_SIDE, LONG_SIDE))
        wide, high, made = picture.width, picture.height, base64.b64encode(as_bytes(picture)).decode()
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
    return f'{head}<image width="{wide}" height="{high}" href="data:image/jpeg;base64,{made}"/></svg>'
