"""What an item is about: the lists for its kind, what the platform's own word means here, what its words propose."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import why_not
from zhijian.kernel.matters.saying import reads
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints import private
from zhijian.programmes.complaints.models import Item, Label, Learning, Trace
from zhijian.programmes.complaints.understanding import catalogue
from zhijian.programmes.complaints.understanding.model import NOTHING, Model, ModelError, load, starting

log = logging.getLogger(__name__)
LIST_OF = {"complaint": "complaint_problem", "report": "report_problem"}  # an enquiry is answered, not sorted
PARTS = re.compile(r"[/／>＞|\\]+")  # "食品安全/餐饮": the last part says most
KEYS = "abc"


def list_of(matter: Matter) -> str:
    """The list of categories for its kind; empty where there is none, here or in this place."""
    of = LIST_OF.get(matter.kind, "")
    return of if of and catalogue.current().listed(of) else ""


def usable(matter: Matter) -> dict[str, str]:
    """The categories that may be chosen for it, by code, named in the reader's language."""
    of, day = list_of(matter), calendar.legal_day(matter.opened) if matter.opened else calendar.today()
    return {row.code: row.name(_language()) for row in catalogue.current().listed(of, None, day)} if of else {}


def name_of(code: Any) -> str:
    """What a category is called in the reader's language; a code that the place no longer has stays as it is."""
    try:
        return catalogue.category(str(code)).name(_language())
    except LookupError:
        return str(code)


def name_there(code: str) -> str:
    """What the platforms call a category; empty for none."""
    try:
        return catalogue.category(code).source_code if code else ""
    except LookupError:
        return ""


def _language() -> str:
    return get_language() or "zh"


reads("item_category", name_of)


def of_label(channel: str, of: str, text: str) -> str:
    """The category that a platform's own word means: as somebody said it here, else as the pack knows it; or empty."""
    said = Label.objects.filter(channel=channel, of=of, text=text).exclude(code="").values_list("code", flat=True)
    return (said.first() or known(of, text)) if text else ""


def known(of: str, text: str) -> str:
    """The pack's category of that name: the whole of it, else its last part that is one ("质量/其他" is 质量)."""
    table = catalogue.current()
    if (whole := table.of_label(text, of)) is not None:
        return whole
    parts = [table.of_label(part, of) for part in reversed(PARTS.split(text)) if part.strip()]
    return next((code for code in parts if code and code != table.other(of)), "")


@dataclass(frozen=True)
class Choice:
    """A category as it is proposed: why (`words` that decided, or the platform's own word), and the key for it."""

    code: str
    by: str
    words: tuple[str, ...] = ()
    key: str = ""

    @property
    def name(self) -> str:
        return name_of(self.code)


def choices(matter: Matter, record: Item, text: str) -> list[Choice]:
    """At most three: what the platform's word means, then what the text's words propose, each with what decided.

    `text` is empty where the reader may not read it: then only the code that was proposed on arrival stands.
    """
    of = list_of(matter)
    if not of:
        return []
    can = usable(matter)
    found = [Choice(code, str(Trace.By.LABEL)) for code in [of_label(record.channel, of, record.said_category)] if code]
    if text:
        found += proposed(of, text)
    elif not found:
        trace = Trace.objects.filter(matter=matter).only("proposed", "by").first()
        found = [Choice(trace.proposed, trace.by)] if trace is not None and trace.proposed else []
    kept: dict[str, Choice] = {}
    for one in found:
        if one.code in can:
            first = kept.setdefault(one.code, one)
            kept[one.code] = replace(first, words=first.words or one.words)
    return [replace(one, key=key) for one, key in zip(kept.values(), KEYS, strict=False)]


def told(matter: Matter, record: Item, actor: Actor) -> dict[str, Any]:
    """What the item's page says of its category: confirmed, or proposed with the words that decided."""
    if not list_of(matter):
        return {"sorted": False}
    may = not why_not(matter, "categorise", actor)
    text = str(record.text or "") if private.words_shown(matter, record, actor) else ""
    open_ = may and not record.category
    return {
        "sorted": True,
        "category": name_of(record.category) if record.category else "",
        "may_sort": may,
        "choices": choices(matter, record, text) if open_ else [],
    }


def proposed(of: str, text: str) -> list[Choice]:
    """What the model in use proposes for a text; nothing below the precision that it was measured to have."""
    return by_words(model_in_use(of), text)


def by_words(model: Model | None, text: str) -> list[Choice]:
    """What a model proposes, each with the words that decided; nothing where there is none."""
    if model is None:
        return []
    return [
        Choice(one.label, str(Trace.By.MODEL), tuple(piece.text for piece in one.pieces))
        for one in model.propose(text)
        if one.label != NOTHING
    ]


def model_in_use(of: str) -> Model | None:
    """The model that was taken last, else the starting one of the pack's words.

    None where its stored bytes are not those that were measured: then nothing is proposed, and the log says so.
    """
    blob = Learning.objects.filter(of=of, in_use=True).values_list("blob_id", flat=True).first()
    try:
        return loaded(blob) if blob else starting_model(of)
    except (ModelError, OSError):
        log.exception("the model of %s cannot be read", of)
        return None


def starting_model(of: str) -> Model:
    """The model of the first day, of the words of the pack in force."""
    return _starting(stack().name, of)


@lru_cache(maxsize=4)
def _starting(pack: str, of: str) -> Model:
    return starting(catalogue.current().words(of))


@lru_cache(maxsize=4)
def loaded(digest: str) -> Model:
    """A stored model, read once in a process. Raises ModelError, OSError."""
    return load(files.read_blob(Blob(sha256=digest)), digest)
