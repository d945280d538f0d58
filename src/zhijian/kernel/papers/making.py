"""Making, voiding and sealing papers. Issued papers never change: a wrong one is voided and replaced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.digest import canonical, sha256_hex, sm3_hex
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import numbers
from zhijian.kernel.papers.codes import new_code
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import NumberRow, Paper, PaperTemplate
from zhijian.kernel.papers.serving import within

MADE = ledger.entry_kind("paper.made", label=_("Made {title} {number}"))
DRAFTED = ledger.entry_kind("paper.draft", label=_("Drafted {title}"))
# Why papers are void that no person voids in words of his own: by the fact that names the cause, told all facts.
_voids: dict[str, ledger.Say] = {}


def voids(fact: str) -> Callable[[ledger.Say], ledger.Say]:
    """Register how the reason reads where an entry says `fact`: it holds what happened, not the words for it."""

    def register(say: ledger.Say) -> ledger.Say:
        _voids[fact] = say
        return say

    return register


def _why_void(facts: Mapping[str, Any]) -> str:
    say = next((say for fact, say in _voids.items() if fact in facts), None)
    return say(facts) if say is not None else str(facts.get("reason", ""))


VOIDED = ledger.entry_kind(
    "paper.void", label=_("{title} {number} was declared void: {reason}"), says={"reason": _why_void}
)
SEALED = ledger.entry_kind("paper.seal", label=_("{title} {number} was sealed"))

Source = Callable[[Matter, Any, Any, dt.datetime], dict[str, Any]]
_sources: dict[str, Source] = {}


def data_source(kind: str) -> Callable[[Source], Source]:
    """Register the function that makes the data of a kind of paper: `(matter, record, facts, at) -> data`."""

    def register(source: Source) -> Source:
        _sources[kind] = source
        return source

    return register


def _draft(
    kind: str,
    matter: Matter,
    data: dict[str, Any],
    signatures: list[dict[str, Any]] | None,
    at: dt.datetime,
    actor: Actor,
    printed_at: dt.datetime | None = None,
    organ: str = "",
) -> Paper:
    bytes_ = canonical(data)
    digest = sha256_hex(bytes_)
    record = data.get("record") or {}
    return Paper(
        matter=matter,
        entity_id=matter.file_entity_id,  # none where the matter is kept from its enterprise: so are its papers
        area=matter.area,
        organ=stack().organ(organ or matter.area).code,
        kind=kind,
        data=data,
        digest=digest,
        digest_sm3=sm3_hex(bytes_),
        signed_digest=record.get("digest") or digest,
        signatures=signatures or [],
        at=at,
        printed_at=printed_at,
        made_by=actor.label,
        training=settings.TRAINING,
    )


def _issue(paper: Paper, row: NumberRow | None, actor: Actor) -> Paper:
    if row is not None:
        paper.number, paper.code = row.number, row.code
    paper.code = paper.code or new_code()
    paper.save(force_insert=True)
    return _entered(paper, row, actor)


def _entered(paper: Paper, row: NumberRow | None, actor: Actor) -> Paper:
    """Its number is used, and the ledger knows it."""
    if row is not None:
        row.paper = paper
        numbers.mark(row, "used", actor)
    ledger.record(
        MADE.code,
        actor=actor,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={
            "paper": str(paper.uid),
            "kind": paper.kind,
            "title": paper.title,
            "number": paper.number,
            "digest": paper.digest,
            "signed": paper.signed_digest,
        },
        at=paper.at,
    )
    within.begin(paper, paper.at)
    return paper


def make(
    kind: str,
    matter: Matter,
    data: dict[str, Any],
    *,
    number: str | None = None,
    code: str | None = None,
    signatures: list[dict[str, Any]] | None = None,
    at: dt.datetime | None = None,
    printed_at: dt.datetime | None = None,
    actor: Actor,
    replaces: Paper | None = None,
    organ: str = "",
) -> Paper:
    """Issue a paper in the running transaction, under the next number, or under one reserved for the actor's phone.

    A kind without numbers (`numbered = false`) takes none. `organ`: the area of the office that issues it, where the
    matter lies with another one by now (it was passed on). `printed_at` stands on it where its maker's clock was wrong.

    `data` must be canonical (no floats). Raises NumberForeign when `number` (or its `code`) is not his to use.
    """
    at = at or when.now()
    with transaction.atomic():
        row = None
        if number:
            row = numbers.usable(kind, number, code, actor.device)
        elif form(kind).numbered:
            row = numbers.take(kind, organ or matter.area, numbers.year_of(at), actor=actor)
        paper = _draft(kind, matter, data, signatures, at, actor, printed_at, organ)
        paper.replaces = replaces
        return _issue(paper, row, actor)


def draft(
    kind: str,
    matter: Matter,
    data: dict[str, Any],
    *,
    actor: Actor,
    at: dt.datetime | None = None,
    replaces: Paper | None = None,
) -> Paper:
    """A paper that is not issued yet: its code is its own, it has no number, and `issue` makes it one of the office's.

    `data` must be canonical (no floats).
    """
    at = at or when.now()
    with transaction.atomic():
        paper = _draft(kind, matter, data, None, at, actor)
        paper.state, paper.replaces, paper.code = Paper.State.DRAFT, replaces, new_code()
        paper.save(force_insert=True)
        _tell(DRAFTED.code, paper, actor, at, digest=paper.digest)
    return paper


def redraft(paper: Paper, data: dict[str, Any]) -> Paper:
    """Give a locked draft other data. Raises ValueError for a paper that was issued."""
    if paper.state != Paper.State.DRAFT:
        raise ValueError(f"{paper} is {paper.state}")
    bytes_ = canonical(data)
    paper.data, paper.digest, paper.digest_sm3 = data, sha256_hex(bytes_), sm3_hex(bytes_)
    paper.signed_digest = (data.get("record") or {}).get("digest") or paper.digest
    paper.save(update_fields=["data", "digest", "digest_sm3", "signed_digest"])
    return paper


def issue(paper: Paper, actor: Actor, at: dt.datetime | None = None, template: PaperTemplate | None = None) -> Paper:
    """Issue a draft as it stands, under the next number where its kind has numbers. Raises ValueError when issued.

    `template`: the office's own, in whose words and order it is printed from now on.
    """
    at = at or when.now()
    with transaction.atomic():
        paper = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
        if paper.state != Paper.State.DRAFT:
            raise ValueError(f"{paper} is {paper.state}")
        row = None
        if form(paper.kind).numbered:
            row = numbers.take(paper.kind, paper.area, numbers.year_of(at), actor=actor)
            paper.number = row.number
        paper.state, paper.at, paper.made_by, paper.template = Paper.State.ISSUED, at, actor.label, template
        paper.save(update_fields=["state", "number", "at", "made_by", "template"])
        _entered(paper, row, actor)
    return paper


def make_for_step(kind: str, matter: Matter, record: Any, actor: Actor, facts: Any, at: dt.datetime) -> Paper:
    """What `perform` calls for a step's `paper=`. Raises KeyError when no programme gives the data of that kind."""
    return make(kind, matter, _sources[kind](matter, record, facts, at), at=at, actor=actor)


def make_from_record(
    kind: str,
    matter: Matter,
    record: Any,
    reference: Any,
    actor: Actor,
    at: dt.datetime,
    printed_at: dt.datetime | None = None,
    replaces: Paper | None = None,
) -> Paper:
    """The paper that was handed over in the field, under the number that stood on it, with its signatures.

    `printed_at` is what the phone's clock told, where it was wrong: it stands on the paper, `at` is the right time.

    `reference` has `number` and `code` (both None when the phone had run out: then the next number is taken). A number
    that is not this phone's is a doubt, not a loss: the paper is kept without a number and NumberForeign raised after.
    """
    data = _sources[kind](matter, record, None, at)
    signatures = [one.model_dump(mode="json") for one in record.signatures if not one.image]  # no paper
    try:
        return make(
            kind, matter, data, number=reference.number, code=reference.code, signatures=signatures, at=at,
            printed_at=printed_at, actor=actor, replaces=replaces,
        )  # fmt: skip
    except numbers.NumberForeign:
        claimed = {**data, "claimed_number": reference.number}
        paper = _draft(kind, matter, claimed, signatures, at, actor, printed_at)
        paper.replaces = replaces
        _issue(paper, None, actor)
        raise


def void(paper: Paper, reason: str, actor: Actor, **why: str) -> Paper:
    """Declare an issued paper void; its number stays accounted for. Raises ValueError without a reason or twice.

    A reason that is made and not typed is in the place's language; `why` then says it in facts (see `voids`).
    """
    if not reason.strip():
        raise ValueError("a void paper needs a reason")
    with transaction.atomic():
        paper = Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if paper.state == Paper.State.VOID:
            raise ValueError(f"{paper} is void already")
        paper.state, paper.void_reason = Paper.State.VOID, reason[:300]
        paper.void_at, paper.void_by = timezone.now(), actor.label
        paper.save(update_fields=["state", "void_reason", "void_at", "void_by"])
        row = NumberRow.objects.select_for_update(of=("self",)).filter(paper=paper).first()
        if row is not None:
            numbers.mark(row, "void", actor, reason)
        _tell(VOIDED.code, paper, actor, None, **({"reason": reason} | why))
        within.end(paper, paper.void_at)
    return paper


def affix_seal(
    paper: Paper,
    actor: Actor,
    at: dt.datetime | None = None,
    *,
    file: File | None = None,
    rendered: str = "",
    **about: str,
) -> Paper:
    """Note that the office's seal is on the paper. Raises ValueError where none belongs on it.

    `file` is the PDF that an e-seal service has sealed, `rendered` the name of what it shows; `about` goes into the
    ledger beside its digest.
    """
    if not form(paper.kind).sealed:
        raise ValueError(f"a {paper.kind} bears no seal")
    with transaction.atomic():
        paper = Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
        if paper.state != Paper.State.ISSUED:
            raise ValueError(f"{paper} is {paper.state}")
        if not paper.sealed:
            paper.sealed, paper.sealed_at = True, at or timezone.now()
            fields = ["sealed", "sealed_at"]
            if file is not None and file.blob is not None:
                paper.file, paper.rendered = file, rendered
                fields += ["file", "rendered"]
                about |= {"file": file.blob.sha256, "file_sm3": file.blob.sm3}
            paper.save(update_fields=fields)
            _tell(SEALED.code, paper, actor, at, **about)
            within.begin(paper, paper.sealed_at)
    return paper


def _tell(kind: str, paper: Paper, actor: Actor, at: dt.datetime | None = None, **more: str) -> None:
    ledger.record(
        kind,
        actor=actor,
        at=at,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={"paper": str(paper.uid), "title": paper.title, "number": paper.number, **more},
    )
