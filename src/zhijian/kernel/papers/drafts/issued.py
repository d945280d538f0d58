"""By which template of its office a paper is issued, and what the renderer draws of one that has its own."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.codes import shown_code
from zhijian.kernel.papers.drafts import layout
from zhijian.kernel.papers.drafts.fields import LATER, fields_of, meant, names_of, parts_of, unsaid
from zhijian.kernel.papers.drafts.parts import Place, template, words_of
from zhijian.kernel.papers.drafts.undrawn import undrawn
from zhijian.kernel.papers.forms import Form, form
from zhijian.kernel.papers.models import DraftRound, Paper, PaperTemplate


def labels() -> dict[str, str]:
    """What the fields are called that every paper has, in the language of papers."""
    every = {"title": _("Title"), "organ_name": _("Office"), "code": _("Verification code"), "digest": _("Digest")}
    return {**every, "number": _("Number"), "seal": _("Seal"), "signatures": _("Signatures")}


def meta_of(paper: Paper, one: Form) -> dict[str, str]:
    """What names a paper."""
    organ = stack().organ(paper.organ).name
    return {"title": one.title, "organ_name": organ, "code": shown_code(paper.code), "digest": paper.digest}


def meanings(one: Form, kept: PaperTemplate) -> dict[str, str]:
    """Which field each name of a template means, in the language of its papers."""
    with override(one.language):
        names = names_of(one, labels())
    return {name: meant(name, names) for name in kept.fields}


def template_of(kind: str, area: str, day: dt.date | None = None) -> PaperTemplate | None:
    """The office's template in use on a day: the latest one whose day has come."""
    rows = PaperTemplate.objects.filter(
        kind=kind, organ=stack().organ(area).code, since__lte=day or calendar.today()
    ).select_related("blob")
    return rows.order_by("-since", "-version").first()


def went_by(paper: Paper) -> PaperTemplate | None:
    """The template by which a draft went out last, and is issued; the one in use where it never did."""
    last = DraftRound.objects.filter(paper=paper, way="out").select_related("template__blob").order_by("-n").first()
    return last.template if last is not None else template_of(paper.kind, paper.area)


def drawn_by(paper: Paper) -> PaperTemplate | None:
    """The template that the paper is drawn by: a draft by that by which it would be issued now."""
    return went_by(paper) if paper.state == Paper.State.DRAFT and form(paper.kind).numbered else paper.template


@lru_cache(maxsize=64)
def _blocks(blob: str, names: tuple[tuple[str, str], ...]) -> dict[str, list[dict[str, Any]]]:
    return layout.blocks_of(files.read_blob(Blob.objects.get(pk=blob)), dict(names))


@lru_cache(maxsize=64)
def _lost(blob: str) -> tuple[Place, ...]:
    return tuple(undrawn(template(files.read_blob(Blob.objects.get(pk=blob)))))


def lost_of(kept: PaperTemplate) -> tuple[Place, ...]:
    """What of a kept template no paper has: one that was kept before it was looked for."""
    return _lost(kept.blob_id)


@lru_cache(maxsize=256)
def _words(blob: Blob) -> str:
    return words_of(template(files.read_blob(blob)))


def unsaid_of(kept: PaperTemplate) -> list[str]:
    """What such a paper must say and a kept template does not: one that was kept before it was looked for."""
    one = form(kept.kind)
    with override(one.language):
        names = names_of(one, labels())
    words = _words(kept.blob) if one.must_say else ""
    return unsaid(one, {meant(name, names) for name in kept.fields}, words, names)


def layout_of(paper: Paper, data: dict[str, Any]) -> dict[str, Any] | None:
    """Blocks of the template with the values of its fields; None for a paper in the official layout."""
    kept = drawn_by(paper)
    if kept is None:
        return None
    one = form(paper.kind)
    told = _blocks(kept.blob_id, tuple(sorted(meanings(one, kept).items())))
    with override(one.language):
        known = [*fields_of(one, data, meta_of(paper, one), labels()), *parts_of(one, data, labels())]
    used = {name for blocks in told.values() for name in layout.fields_in(blocks)}
    values = {field.name: field.text for field in known if field.name in used}
    if paper.state != Paper.State.DRAFT:  # a draft says there that it has none yet
        values["number"] = paper.number
    return {"blocks": told, "values": values, **{f"has_{name}": name in used for name in LATER}}
