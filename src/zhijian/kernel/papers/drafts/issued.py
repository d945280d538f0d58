"""What the renderer draws of a paper that was issued by its office's own template."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhijian.kernel.evidence import files
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.codes import shown_code
from zhijian.kernel.papers.drafts import layout
from zhijian.kernel.papers.drafts.fields import LATER, fields_of, meant, names_of, parts_of
from zhijian.kernel.papers.forms import Form, form
from zhijian.kernel.papers.models import Paper, PaperTemplate


def labels() -> dict[str, str]:
    """What the fields are called that every paper has, in the language of papers."""
    every = {"title": _("Title"), "organ_name": _("Office"), "code": _("Verification code"), "digest": _("Digest")}
    return {**every, "number": _("Number"), "seal": _("Seal"), "signatures": _("Signatures")}


def meta_of(paper: Paper, one: Form) -> dict[str, str]:
    """What names a paper."""
    organ = stack().organ(paper.area).name
    return {"title": one.title, "organ_name": organ, "code": shown_code(paper.code), "digest": paper.digest}


def meanings(one: Form, template: PaperTemplate) -> dict[str, str]:
    """Which field each name of a template means, in the language of its papers."""
    with override(one.language):
        names = names_of(one, labels())
    return {name: meant(name, names) for name in template.fields}


@lru_cache(maxsize=64)
def _blocks(blob: str, names: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    from zhijian.kernel.evidence.models import Blob

    return layout.blocks_of(files.read_blob(Blob.objects.get(pk=blob)), dict(names))


def layout_of(paper: Paper, data: dict[str, Any]) -> dict[str, Any] | None:
    """Blocks of the template with the values of its fields; None for a paper in the official layout."""
    if paper.template is None:
        return None
    one = form(paper.kind)
    blocks = _blocks(paper.template.blob_id, tuple(sorted(meanings(one, paper.template).items())))
    with override(one.language):
        told = [*fields_of(one, data, meta_of(paper, one), labels()), *parts_of(one, data, labels())]
    used = layout.fields_in(blocks)
    values = {field.name: field.text for field in told if field.name in used} | {"number": paper.number}
    return {"blocks": blocks, "values": values, **{f"has_{name}": name in used for name in LATER}}
