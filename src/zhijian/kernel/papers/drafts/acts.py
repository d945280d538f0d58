"""Drafts go out and come back: each round kept, locked fields compared, free ones taken over; then issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import acts as papers
from zhijian.kernel.papers import making
from zhijian.kernel.papers.codes import shown_code
from zhijian.kernel.papers.drafts import docx, events, guard, parts
from zhijian.kernel.papers.drafts.beside import beside, differing
from zhijian.kernel.papers.drafts.fields import (
    CODE,
    DIGEST,
    Returned,
    compared,
    fields_of,
    meant,
    names_of,
    parts_of,
    unsaid,
)
from zhijian.kernel.papers.drafts.issued import labels, meanings, meta_of, template_of, went_by
from zhijian.kernel.papers.drafts.undrawn import undrawn
from zhijian.kernel.papers.forms import Form, form, forms, named
from zhijian.kernel.papers.models import DraftRound, Paper, PaperTemplate
from zhijian.kernel.words import listed

DRAFTERS = (Role.INSPECTOR, Role.CASE_OFFICER, Role.CLERK, Role.HEAD)
KEEPERS = (Role.CLERK, Role.HEAD, Role.SECTION)  # who looks after an office's templates
READERS = (*KEEPERS, Role.AUDITOR)
WENT = ledger.entry_kind("draft.out", label=gettext_lazy("The draft of {title} went out as .docx, round {n}"))


def _came(facts: Mapping[str, Any]) -> str:
    """What came back, in words."""
    told = [str(facts["changed"])] if facts.get("changed") else []
    told += [_("text beside the fields, which is not taken over")] if facts.get("beside") else []
    return listed(told) if told else _("nothing was changed")


CAME = ledger.entry_kind(
    "draft.back",
    label=gettext_lazy("The draft of {title} came back, round {n}: {changed}"),
    says={"changed": _came},
)
DENIED = ledger.entry_kind(
    "draft.refused",
    label=gettext_lazy("The draft of {title} came back changed where it is locked, round {n}: {differs}"),
)
EMPTY = ledger.entry_kind(
    "draft.empty", label=gettext_lazy("The draft of {title} came back without what it needs, round {n}: {fields}")
)
OLDER = ledger.entry_kind(
    "draft.older", label=gettext_lazy("An older file of the draft of {title}, round {older}, came back as round {n}")
)
TEMPLATE = ledger.entry_kind(
    "template.kept", label=gettext_lazy("A template of {title} was kept, version {version}, in use since {since}")
)


class UnknownNames(ValueError):
    """A template names fields that its kind of paper does not have."""

    def __init__(self, places: list[parts.Place]) -> None:
        super().__init__("unknown field names")
        self.places = places


class Undrawn(ValueError):
    """A template holds what the issued paper would lack."""

    def __init__(self, places: list[parts.Place]) -> None:
        super().__init__("not drawn")
        self.places = places


class Unsaid(ValueError):
    """A template does not say what its kind of paper must say: `missing` in words."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__("not said")
        self.missing = missing


def may_draft(paper: Paper, actor: Actor) -> None:
    """Raises NotAllowed or NotOpen unless this person may work on this draft."""
    if not actor.roles_at(paper.area) & set(DRAFTERS):
        raise NotAllowed(papers.only(DRAFTERS))
    if paper.state != Paper.State.DRAFT:
        raise NotOpen(_("The paper is no draft any more: %(state)s.") % {"state": paper.get_state_display()})


def replacement(paper: Paper, actor: Actor) -> Paper:
    """A draft that takes the place of a void paper, with the same facts. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        paper = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
        if not actor.roles_at(paper.area) & set(DRAFTERS):
            raise NotAllowed(papers.only(DRAFTERS))
        if not (may := papers.may_replace(paper)):
            raise NotOpen(may.why)
        if Paper.objects.filter(replaces=paper).exists():
            raise NotOpen(_("There is a replacement already."))
        # What was signed on site stays with the paper that was signed.
        data = {name: value for name, value in paper.data.items() if name != "record"}
        if data.get("inspectors") and (now := _holders(paper)):
            data["contacts"] = [{"name": name} for name in now]  # whom to ask today, not who was there
        return making.draft(paper.kind, paper.matter, data, actor=actor, replaces=paper)


def _holders(paper: Paper) -> list[str]:
    """The officers who hold the matter now, by name, where others than those of the paper."""
    held = [one.name for one in (paper.matter.assignee, paper.matter.second) if one is not None]
    return held if held != [one.get("name") for one in paper.data["inspectors"]] else []


def everything(paper: Paper) -> tuple[Form, list[docx.Field]]:
    """The form of a draft and its fields as they stand now."""
    one = form(paper.kind)
    with override(one.language):
        return one, fields_of(one, paper.data, meta_of(paper, one), labels())


def borne(one: Form, paper: Paper, fields: list[docx.Field], template: PaperTemplate | None) -> list[docx.Field]:
    """The fields that the draft's file bears: all; by a template those that it names, what tells one draft and one
    state of it from another, and what people may write in."""
    if template is None:
        return fields
    shown = set(meanings(one, template).values())
    with override(one.language):
        parts = parts_of(one, paper.data, labels())
    kept = [field for field in fields if field.name in shown or field.free or field.name in (CODE, DIGEST)]
    return [*kept, *(part for part in parts if part.name in shown)]


def out(paper: Paper, actor: Actor) -> tuple[str, bytes]:
    """The draft as .docx, by the office's own template where it has one; the round is kept. Raises as `may_draft`."""
    with transaction.atomic():
        paper = locked(paper)
        may_draft(paper, actor)
        one, fields = everything(paper)
        template = template_of(paper.kind, paper.area)
        with override(one.language):
            note = _note()
            if template is None:
                data = docx.plain(one.title, fields, note)
            else:
                shown = borne(one, paper, fields, template)
                data = docx.filled(files.read_blob(template.blob), shown, meanings(one, template), note)
        made = _round(paper, "out", data, f"{one.title}.docx", actor, template=template)
        tell(WENT.code, paper, actor, n=made.n)
    return f"{one.title}-{shown_code(paper.code)}-{made.n}.docx", data


def _note() -> str:
    """What a draft's file says of itself, in the language of papers."""
    return _("Draft. Locked fields are compared when it comes back; write in the others only.")


def back(paper: Paper, data: bytes, name: str, actor: Actor) -> Returned:
    """Take what came back: kept, compared, and taken over unless a locked field was touched or a needed one is empty.

    What stands beside the fields is told, never taken over. A file of an older state of the draft is refused as such.
    Raises BadDocx (nothing kept), and as `may_draft`.
    """
    came, there = docx.values(data), beside(data)
    with transaction.atomic():
        paper = locked(paper)
        may_draft(paper, actor)
        went = DraftRound.objects.filter(paper=paper, way="out").order_by("-n")
        now = went.filter(digest=paper.digest).select_related("file__blob").first()
        if (older := _older(paper, came, went)) is not None:
            made = _round(paper, "refused", data, name, actor, older=older.n)
            tell(OLDER.code, paper, actor, n=made.n, older=older.n)
            return Returned(older=older.n, newest=now.n if now is not None else None)
        one, fields = everything(paper)
        result = compared(borne(one, paper, fields, went_by(paper)), came, paper.data)
        with override(one.language):
            result.empty = one.lacking(result.data)
            if now is not None:
                result.beside = differing(beside(files.read_blob(now.file.blob)), there, _note())
        refused = bool(result.differs or result.empty)
        if not refused and result.changed:
            making.redraft(paper, result.data)
        way = "refused" if refused else "back"
        about = {"differs": result.differs, "changed": result.changed, "beside": result.beside}
        made = _round(paper, way, data, name, actor, **about)
        if result.differs:
            tell(DENIED.code, paper, actor, n=made.n, differs=", ".join(d["label"] for d in result.differs))
        elif result.empty:
            tell(EMPTY.code, paper, actor, n=made.n, fields=", ".join(result.empty))
        else:
            changed = {"changed": ", ".join(result.changed), "beside": len(result.beside)}
            tell(CAME.code, paper, actor, n=made.n, digest=paper.digest, **changed)
    return result


def _older(paper: Paper, came: Mapping[str, list[str]], went: QuerySet[DraftRound]) -> DraftRound | None:
    """The round that went out of which this is the file, where the draft has changed since."""
    digests, codes = came.get(DIGEST, []), came.get(CODE, [])
    if not codes or not all(docx.same(one, shown_code(paper.code)) for one in codes) or len(set(digests)) != 1:
        return None
    return went.exclude(digest=paper.digest).filter(digest=digests[0].strip()).first()


def issue(paper: Paper, actor: Actor) -> Paper:
    """Issue the draft as it stands. Raises as `may_draft`, and NotOpen while a field that it needs is empty."""
    with transaction.atomic():
        paper = locked(paper)
        may_draft(paper, actor)
        if empty := form(paper.kind).lacking(paper.data):
            raise NotOpen(_("Not without %(fields)s: fill it in first.") % {"fields": listed(empty)})
        if over := form(paper.kind).over(paper.data, calendar.today()):
            raise NotOpen(
                _("%(fields)s: that day is over. Write another one into the draft.") % {"fields": listed(over)}
            )
        made = making.issue(paper, actor, template=went_by(paper))
        events.issued(made, actor)
        return made


def locked(paper: Paper) -> Paper:
    """The draft as it stands now, and nobody else changes it meanwhile."""
    return Paper.objects.select_for_update(of=("self",)).select_related("matter", "entity").get(pk=paper.pk)


def _round(paper: Paper, way: str, data: bytes, name: str, actor: Actor, **about: Any) -> DraftRound:
    blob = files.store(data, media_types=files.DOCX, limit=guard.MOST)
    n = DraftRound.objects.filter(paper=paper).count() + 1
    file = files.attach(paper.matter, blob, actor=actor, kind="attachment", name=name[:200])
    return DraftRound.objects.create(
        paper=paper, entity_id=paper.entity_id, area=paper.area, n=n, way=way, file=file, digest=paper.digest,
        by=actor.label, **about,
    )  # fmt: skip


def tell(kind: str, paper: Paper, actor: Actor, **more: Any) -> None:
    """What happened to a draft, in the ledger."""
    ledger.record(
        kind,
        actor=actor,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={"paper": str(paper.uid), "title": paper.title, **more},
    )


# The office's own templates


def organs_of(actor: Actor, roles: Iterable[Role] = KEEPERS) -> list[str]:
    """The offices whose templates this person looks after by `roles`: those whose whole area is his post's."""
    areas = [post.area for post in actor.posts if post.role in roles]
    return [code for code in stack().organs if any(code.startswith(area) for area in areas)]


def kinds() -> list[tuple[str, str]]:
    """The kinds of papers that can have a template of their own: those that an office issues under its numbers."""
    return named(kind for kind, one in forms().items() if one.numbered)


def keep_template(kind: str, organ: str, since: dt.date, name: str, data: bytes, actor: Actor) -> PaperTemplate:
    """Keep a template as a new version. Raises NotAllowed, BadDocx, UnknownNames and Undrawn with the place of each,
    and Unsaid with what such a paper must say.
    """
    if organ not in organs_of(actor):
        raise NotAllowed(papers.only(KEEPERS))
    one = form(kind)
    document = parts.template(data)
    found = parts.places(document)
    with override(one.language):
        known = names_of(one, labels())
    if unknown := [place for place in found if not meant(place.name, known)]:
        raise UnknownNames(unknown)
    if lost := undrawn(document):
        raise Undrawn(lost)
    used = {meant(place.name, known) for place in found}
    if missing := unsaid(one, used, parts.words_of(document), known):
        raise Unsaid(missing)
    with transaction.atomic():
        blob = files.store(data, media_types=files.DOCX, limit=guard.MOST)
        rows = PaperTemplate.objects.filter(kind=kind, organ=organ)
        last = rows.select_for_update().order_by("-version").first()
        made = PaperTemplate.objects.create(
            kind=kind, organ=organ, version=last.version + 1 if last else 1, since=since, name=name[:200], blob=blob,
            fields=sorted({place.name for place in found}), made_by=actor.label,
        )  # fmt: skip
        told = {"kind": kind, "title": one.title, "version": made.version, "since": since.isoformat(), "file": blob.pk}
        ledger.record(TEMPLATE.code, actor=actor, subject=f"templates:{kind}:{organ}", area=organ, data=told)
    return made
