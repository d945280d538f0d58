"""From a paper's data to its PDF, by Typst. Data stay data: nothing is ever pasted into Typst's source.

An issued paper's PDF is kept under the name of what it shows (`rendition`), so that a later change of a template does
not change papers that were handed out; voiding or sealing makes a new one.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import typst
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import fonts, pictures, whole
from zhijian.kernel.papers.codes import shown_code
from zhijian.kernel.papers.drafts.issued import drawn_by, layout_of
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.strokes import qr_svg, signature_svg

log = logging.getLogger(__name__)
FROZEN = ledger.entry_kind("paper.frozen", label=_("The sealed file of {title} {number} was kept for good"))
ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "kernel/papers/typst/main.typ"
OWN = ROOT / "kernel/papers/typst/own.typ"  # draws an office's own template
LONGEST_WORD = 12  # from here on a run of Latin letters and digits gets places where a line may break
ARCHIVE: Literal["a-2b"] = "a-2b"  # PDF/A-2b: fonts inside, nothing from outside
BREAK = "\u200b"
_MACHINE = re.compile(r"[a-z_]{0,24}|\d{4}-\d\d-\d\d(T\d\d:\d\d)?")  # what templates compare or parse
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(MAIN), root=str(ROOT), font_paths=fonts.loaded(), ignore_system_fonts=True)


def _drawable(char: str) -> bool:
    if char in "\n\u200b\u200d\ufe0f\u3000 ":
        return True
    return unicodedata.category(char)[0] != "C" and ord(char) in fonts.covered()


def legible(text: str) -> str:
    """Text as it can be printed: what no font can draw, and what would only steer (bidi, control), shown by number."""
    if _MACHINE.fullmatch(text):
        return text
    text = text.replace("\r\n", "\n").replace("\t", " ")
    if all(map(_drawable, text)):
        shown = text
    else:
        shown = "".join(char if _drawable(char) else f"〔U+{ord(char):04X}〕" for char in text)
    return _breakable(shown)


def _breakable(text: str) -> str:
    out, run = [], 0
    for char in text:
        run = run + 1 if char.isascii() and not char.isspace() else 0
        if run and run % LONGEST_WORD == 0:
            out.append(BREAK)
        out.append(char)
    return "".join(out)


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, dict):
        return {key: _legible(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(item) for item in value]
    return value


def _drawn(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks of an office's own template with their words legible; names of fields stay names."""
    made = []
    for one in blocks:
        if "rows" in one:
            made.append({**one, "rows": [[{**c, "blocks": _drawn(c["blocks"])} for c in row] for row in one["rows"]]})
        else:
            runs = [{**run, "text": legible(run["text"])} if "text" in run else run for run in one["runs"]]
            made.append({**one, "runs": runs})
    return made


def _signatures(paper: Paper) -> dict[str, Any]:
    """For each signer his strokes as SVG, his name, and the day."""
    return {
        one["who"]: {
            "svg": signature_svg(one.get("strokes", [])),
            "name": legible(one.get("name", "")),
            "certificate_no": legible(one.get("certificate_no") or ""),
            "at": _wall(one.get("at", "")),
        }
        for one in paper.signatures
    }


def _wall(at: str) -> str:
    from django.utils.dateparse import parse_datetime

    moment = parse_datetime(at) if at else None
    return calendar.local(moment).strftime("%Y-%m-%dT%H:%M") if moment and moment.tzinfo else at[:16]


def verify_url(code: str) -> str:
    """Where the public verifies a paper; without PUBLIC_ORIGIN the path alone."""
    return f"{getattr(settings, 'PUBLIC_ORIGIN', '').rstrip('/')}/v/{code}"


def _told(paper: Paper) -> dict[str, Any]:
    """All that the template may know of a paper."""
    one = form(paper.kind)
    organ = stack().organ(paper.organ)  # whose it is, wherever its matter has gone since
    data = whole.data_of(paper)
    own = layout_of(paper, data)
    return {
        "template": "/" + (one.template if own is None else OWN).relative_to(ROOT).as_posix(),
        "layout": own
        and {
            **own,
            "blocks": {part: _drawn(blocks) for part, blocks in own["blocks"].items()},
            "values": _legible(own["values"]),
        },
        "form": {
            "title": one.title,
            "sealed": one.sealed,
            "unsealed": one.unsealed,
            "numbered": one.numbered,
            "copies": one.copies,
            "language": one.language,
            "every_page": one.every_page,
            "table": one.table,
            "fields": [{"key": field["key"], "label": field["label"]} for field in one.fields],
            "texts": one.texts,
            "grounds": one.grounds,
        },
        "number": legible(paper.number),
        "code": shown_code(paper.code),
        "digest": paper.signed_digest,
        "state": paper.state,
        "void": {
            "on": calendar.legal_day(paper.void_at).isoformat() if paper.void_at else "",
            "why": legible(paper.void_reason),
        },
        "sealed_on": calendar.local(paper.sealed_at).strftime("%Y-%m-%d") if paper.sealed_at else "",
        "training": paper.training,
        "day": calendar.legal_day(paper.face).isoformat(),
        "organ": {"name": legible(organ.name), "seal": legible(organ.seal), "phone": legible(organ.phone)},
        "data": _legible({name: value for name, value in data.items() if name != "pictures"}),
        "pictures": [{**one, "item": legible(one["item"]), "of": legible(one["of"])} for one in pictures.drawn(paper)],
        "signatures": _signatures(paper),
        "qr": qr_svg(verify_url(paper.code)),
        "verify": verify_url(paper.code),  # copied from the PDF, it must lead there: no invisible places to break
        "fonts": fonts.families(),
    }


def _compile(papers: Sequence[Paper]) -> bytes:
    told = {"papers": json.dumps([_told(paper) for paper in papers], ensure_ascii=False)}
    made = int(max(paper.face for paper in papers).timestamp())
    with _lock:
        try:
            made_pdf = _compiler().compile(format="pdf", sys_inputs=told, timestamp=made, pdf_standards=ARCHIVE)
        except typst.TypstError as error:
            if not error.message.startswith("PDF/A"):
                raise
            log.warning("a paper could not be made for the archive: %s", error.message)
            made_pdf = _compiler().compile(format="pdf", sys_inputs=told, timestamp=made)
    return cast(bytes, made_pdf)


def render(paper: Paper) -> bytes:
    """The PDF of a paper; the same paper gives the same bytes. Raises NoFonts, typst.TypstError (bad template)."""
    return _compile([paper])


def bundle(papers: Iterable[Paper]) -> bytes:
    """Many papers as one PDF for the printer, each with its own page numbers. Raises ValueError for none."""
    several = list(papers)
    if not several:
        raise ValueError("nothing to print")
    return _compile(several)


def rendition(paper: Paper) -> str:
    """Names what the PDF of a paper shows: its data, signatures, and whether it is void, sealed or for practice."""
    shown = [paper.digest, paper.number, paper.code, paper.state, paper.sealed, paper.training]
    if paper.state == Paper.State.VOID:
        shown.append(f"void {paper.void_at} {paper.void_reason}")
    if whole.is_sealed(paper.kind):
        shown.append("whole")
    if here := pictures.digests(paper):
        shown.append("pictures " + " ".join(here))
    if template := drawn_by(paper):
        shown.append(f"template {template.pk}")
    return sha256_hex(canonical([*shown, sha256_hex(canonical(paper.signatures))]))


def pdf(paper: Paper) -> bytes:
    """The kept PDF of a paper, made now if it is not there yet."""
    name = rendition(paper)
    if paper.rendered == name and paper.file is not None and paper.file.blob is not None:
        return files.read_blob(paper.file.blob)
    made = render(paper)
    with transaction.atomic(), scoped(SYSTEM):
        now = Paper.objects.select_for_update(of=("self",)).select_related("file__blob").get(pk=paper.pk)
        if now.rendered == name and now.file is not None and now.file.blob is not None:  # somebody else was quicker
            return files.read_blob(now.file.blob)
        blob = files.store(made, media_types=files.PDF)
        title = f"{paper.title} {paper.number}"
        paper.file = files.attach(paper.matter, blob, actor=SYSTEM, kind="paper", name=title[:200])
        paper.rendered = name
        Paper.objects.filter(pk=paper.pk).update(file=paper.file, rendered=name)
        if paper.sealed and paper.state == Paper.State.ISSUED:
            _frozen(paper, blob)
    return made


def _frozen(paper: Paper, blob: Blob) -> None:
    """The file of a sealed paper never changes any more: its digest stands in the ledger."""
    ledger.record(
        FROZEN.code,
        actor=SYSTEM,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={
            "paper": str(paper.uid), "title": paper.title, "number": paper.number, "file": blob.sha256,
            "file_sm3": blob.sm3,
        },
    )  # fmt: skip
