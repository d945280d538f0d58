"""What people do with an issued paper: the seal on the printed original, declaring it void; who may, and why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.desk import said
from zhijian.kernel.jobs import job
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers import making
from zhijian.kernel.papers.forms import form, forms
from zhijian.kernel.papers.models import Paper, SealRequest
from zhijian.kernel.papers.serving import within, words
from zhijian.kernel.papers.serving.models import Service
from zhijian.kernel.papers.who import SERVERS, only

SEALERS = (Role.HEAD, Role.CLERK)  # who keeps the office's seal
VOIDERS = (Role.HEAD,)
ASKERS = (Role.INSPECTOR, Role.CASE_OFFICER, *SEALERS)
READERS = (*SEALERS, Role.AUDITOR)  # who reads seals, numbers and blanks; an auditor changes nothing
KEEPERS = frozenset(SEALERS)  # who works with papers and their numbers
COUNTED = 1000  # a to-do line counts no further


def may_seal(paper: Paper) -> Guard:
    """Whether a seal is still to be put on the original."""
    one = form(paper.kind)
    if not one.sealed:
        return no(_("Papers of this kind bear no seal."), one.basis)
    if paper.state != Paper.State.ISSUED:
        return no(_("The paper is not in force: %(state)s.") % {"state": paper.get_state_display()})
    if paper.strange:
        return no(_("It was made for practice and never bears the seal."))
    if paper.sealed:
        return no(_("The seal is on it already."))
    return ok()


def may_void(paper: Paper) -> Guard:
    """Whether the paper can still be declared void, by itself: what it decides may have its own way back."""
    if paper.state == Paper.State.VOID:
        return no(_("The paper is void already."))
    return _kept[paper.kind](paper) if paper.kind in _kept else ok()


_kept: dict[str, Callable[[Paper], Guard]] = {}


def void_only_if(kind: str) -> Callable[[Callable[[Paper], Guard]], Callable[[Paper], Guard]]:
    """Register what must hold before somebody declares a paper of that kind void on its own page."""

    def register(guard: Callable[[Paper], Guard]) -> Callable[[Paper], Guard]:
        _kept[kind] = guard
        return guard

    return register


def may_replace(paper: Paper) -> Guard:
    """Whether another paper may be drafted in its place: not for one whose record was amended, which has its own."""
    if paper.state != Paper.State.VOID:
        return no(_("Only a void paper is replaced by another."))
    if paper.superseded:
        return no(
            _("The record that it rests on was amended: what it ordered is told by the papers of the new version.")
        )
    return ok()


def _locked(paper: Paper, actor: Actor, roles: tuple[Role, ...], may: Callable[[Paper], Guard]) -> Paper:
    """The paper as it stands now, locked, when this person may do this to it."""
    if not actor.roles_at(paper.area) & set(roles):
        raise NotAllowed(only(roles))
    now = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
    if not (guard := may(now)):
        raise NotOpen(guard.why, str(guard.article))
    return now


def seal(paper: Paper, actor: Actor) -> Paper:
    """Note that the office's seal is on the original. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        now = _locked(paper, actor, SEALERS, may_seal)
        asked = SealRequest.objects.filter(paper=now)
        if asked.filter(state=SealRequest.State.GRANTED).exists():
            raise NotOpen(_("It is being sealed by the e-seal service: a paper is sealed once."))
        sealed = making.affix_seal(now, actor)
        waiting = asked.filter(state__in=[SealRequest.State.ASKED, SealRequest.State.FAILED])
        done = {"decided_by_id": actor.person_id, "decided_at": sealed.sealed_at, "provider": "hand"}
        waiting.update(state=SealRequest.State.SEALED, **done)
        freeze.later(job_once=f"freeze:{now.pk}", paper=now.pk)
        return sealed


@job("papers.freeze", title=gettext_lazy("Make and keep the PDF of a sealed paper"))
def freeze(paper: int) -> None:
    """Make and keep the PDF of a paper that was sealed, so that its digest stands from the first day."""
    from zhijian.kernel.papers.render import pdf

    pdf(Paper.objects.select_related("matter", "file__blob").get(pk=paper))


def void(paper: Paper, reason: str, actor: Actor) -> Paper:
    """Declare a paper void. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        return making.void(_locked(paper, actor, VOIDERS, may_void), reason, actor)


def waiting(actor: Actor) -> QuerySet[Paper]:
    """The papers whose originals wait for a seal that the actor keeps or audits, oldest first (`paper_unsealed`)."""
    kinds = sorted(kind for kind, one in forms().items() if one.sealed)
    unsealed = Paper.objects.filter(Paper.in_force(), kind__in=kinds, sealed=False)
    return unsealed.filter(area_filter(actor, roles=READERS)).order_by("pk")


def waiting_count(actor: Actor) -> int:
    """How many wait, counted no further than `COUNTED`."""
    return waiting(actor).order_by()[:COUNTED].count()


@dataclass(frozen=True)
class Shown:
    """A paper as pages of its matter show it, with what the reader may do."""

    paper: Paper
    title: str
    words: str
    tone: str
    seal: bool
    void: bool
    serve: bool = False
    draft: bool = False
    replace: bool = False
    ask: bool = False
    asked: str = ""
    served: str = ""
    served_tone: str = ""


WAITS = gettext_lazy("Waits for the seal")


def standing(paper: Paper) -> tuple[str, str]:
    """How a paper stands, in words, and the tone of its mark."""
    if paper.state != Paper.State.ISSUED:
        return str(paper.get_state_display()), "bad" if paper.state == Paper.State.VOID else ""
    if paper.strange:
        return _("For practice"), ""
    if not form(paper.kind).sealed:
        return _("In force"), "good"
    return (_("Sealed"), "good") if paper.sealed else (str(WAITS), "warn")


def of_matter(matter: Matter, actor: Actor) -> list[Shown]:
    """A matter's papers, newest first, with what this person may do."""
    mine = actor.roles_at(matter.area)
    rows = list(
        Paper.objects.filter(matter=matter).defer("data", "signatures").select_related("matter").order_by("-pk")
    )
    replaced = {one.replaces_id for one in rows}
    ours = actor.kind == "system" or actor.can_read(matter.area)  # a partner sees the papers, not what became of them
    served, asked = (how_served(rows), _asked(rows)) if ours else ({}, {})
    return [
        Shown(
            paper,
            form(paper.kind).title,
            *standing(paper),
            seal=bool(mine & set(SEALERS) and may_seal(paper)),
            void=bool(mine & set(VOIDERS) and may_void(paper)),
            serve=bool(mine & set(SERVERS) and paper.pk in served and (paper.sealed or not form(paper.kind).sealed)),
            draft=bool(mine & set(ASKERS) and paper.state == Paper.State.DRAFT and form(paper.kind).free),
            replace=bool(mine & set(ASKERS) and may_replace(paper) and form(paper.kind).free)
            and paper.pk not in replaced,
            ask=bool(mine & set(ASKERS) and not mine & set(SEALERS) and may_seal(paper))
            and not _open(asked.get(paper.pk)),
            asked=_of_request(asked.get(paper.pk)),
            served=served.get(paper.pk, ("", ""))[0],
            served_tone=served.get(paper.pk, ("", ""))[1],
        )
        for paper in rows
    ]


def _asked(papers: Sequence[Paper]) -> dict[int, SealRequest]:
    """The last request for the seal of each paper that has none yet. One query, none where nothing waits."""
    waiting = [one.pk for one in papers if not one.sealed and may_seal(one)]
    rows = SealRequest.objects.filter(paper__in=waiting).order_by("pk") if waiting else []
    return {one.paper_id: one for one in rows}


def _open(asked: SealRequest | None) -> bool:
    return asked is not None and asked.state in (SealRequest.State.ASKED, SealRequest.State.GRANTED)


def _of_request(asked: SealRequest | None) -> str:
    return "" if asked is None else f"{asked.get_state_display()} {asked.answer}".strip()


def how_served(papers: Sequence[Paper]) -> dict[int, tuple[str, str]]:
    """How each paper that is to be served stands: words and tone, by its key. Three queries for all of them.

    A link that was sent about the matter is telling only.
    """
    asked = [one for one in papers if form(one.kind).served and one.state == Paper.State.ISSUED and not one.strange]
    if not asked:
        return {}
    last: dict[int, Service] = {}
    rows = Service.objects.filter(paper__in=[one.pk for one in asked]).only(
        "paper", "way", "state", "served_on", "proof_due", "body"
    )
    for one in rows.order_by("pk"):
        if one.paper_id not in last or last[one.paper_id].state != Service.State.SERVED:
            last[one.paper_id] = one
    told = _told([one for one in asked if one.pk not in last])
    open_ones = [one for one in asked if one.pk not in last or last[one.pk].state != Service.State.SERVED]
    dues = within.dues(open_ones) if open_ones else {}
    return {one.pk: _with_day(_served(last.get(one.pk), one.pk in told), dues.get(str(one.uid))) for one in asked}


def _served(service: Service | None, told: bool) -> tuple[str, str]:
    if service is None:
        return (_("Told only, not served"), "warn") if told else (_("Not served yet"), "")
    return words.standing(service)


def _with_day(shown: tuple[str, str], day: dt.date | None) -> tuple[str, str]:
    """What is still to be served, with the time that is left for it."""
    due = said.due_of(day)
    return (f"{shown[0]} · {due.words}", "bad" if due.tone == "late" else shown[1]) if due else shown


def _told(papers: Sequence[Paper]) -> set[int]:
    """Those about whose matter (or the one above it) a message has gone to the enterprise since. One query."""
    above = {one.pk: {one.matter_id, one.matter.parent_id} - {None} for one in papers}
    matters = set().union(*above.values()) if above else set()
    if not matters:
        return set()
    sent = Notice.objects.filter(matter__in=matters, to_kind="entity", state__in=["sent", "read"])
    newest = dict(sent.order_by().values_list("matter").annotate(last=Max("made_at")))
    return {one.pk for one in papers if any(newest.get(m) and newest[m] >= one.at for m in above[one.pk])}
