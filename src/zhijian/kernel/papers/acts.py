"""What people do with an issued paper: the seal on the printed original, declaring it void; who may, and why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import ROLE_LABELS, Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making
from zhijian.kernel.papers.forms import form, forms
from zhijian.kernel.papers.models import Paper

SEALERS = (Role.HEAD, Role.CLERK)  # who keeps the office's seal
VOIDERS = (Role.HEAD,)
KEEPERS = frozenset(SEALERS)  # who works with papers and their numbers
COUNTED = 1000  # a to-do line counts no further


def may_seal(paper: Paper) -> Guard:
    """Whether a seal is still to be put on the original."""
    one = form(paper.kind)
    if not one.sealed:
        return no(_("Papers of this kind bear no seal."), one.basis)
    if paper.state != Paper.State.ISSUED:
        return no(_("The paper is not in force: %(state)s.") % {"state": paper.get_state_display()})
    if paper.training:
        return no(_("It was made for practice and never bears the seal."))
    if paper.sealed:
        return no(_("The seal is on it already."))
    return ok()


def may_void(paper: Paper) -> Guard:
    """Whether the paper can still be declared void."""
    return no(_("The paper is void already.")) if paper.state == Paper.State.VOID else ok()


def _locked(paper: Paper, actor: Actor, roles: tuple[Role, ...], may: Callable[[Paper], Guard]) -> Paper:
    """The paper as it stands now, locked, when this person may do this to it."""
    if not actor.roles_at(paper.area) & set(roles):
        raise NotAllowed(only(roles))
    now = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
    if not (guard := may(now)):
        raise NotOpen(guard.why, str(guard.article))
    return now


def only(roles: tuple[Role, ...]) -> str:
    """The sentence for those who may not."""
    return _("Only %(who)s can do this.") % {"who": _(" or ").join(str(ROLE_LABELS[role]) for role in roles)}


def seal(paper: Paper, actor: Actor) -> Paper:
    """Note that the office's seal is on the original. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        return making.affix_seal(_locked(paper, actor, SEALERS, may_seal), actor)


def void(paper: Paper, reason: str, actor: Actor) -> Paper:
    """Declare a paper void. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        return making.void(_locked(paper, actor, VOIDERS, may_void), reason, actor)


def waiting(actor: Actor) -> QuerySet[Paper]:
    """The papers whose originals wait for a seal that the actor keeps, oldest first (the index `paper_unsealed`)."""
    kinds = sorted(kind for kind, one in forms().items() if one.sealed)
    unsealed = Paper.objects.filter(kind__in=kinds, state="issued", sealed=False, training=False)
    return unsealed.filter(area_filter(actor, roles=SEALERS)).order_by("pk")


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


WAITS = gettext_lazy("Waits for the seal")


def standing(paper: Paper) -> tuple[str, str]:
    """How a paper stands, in words, and the tone of its mark."""
    if paper.state != Paper.State.ISSUED:
        return str(paper.get_state_display()), "bad" if paper.state == Paper.State.VOID else ""
    if paper.training:
        return _("For practice"), ""
    if not form(paper.kind).sealed:
        return _("In force"), "good"
    return (_("Sealed"), "good") if paper.sealed else (str(WAITS), "warn")


def of_matter(matter: Matter, actor: Actor) -> list[Shown]:
    """A matter's papers, newest first, with what this person may do. One query."""
    mine = actor.roles_at(matter.area)
    rows = Paper.objects.filter(matter=matter).defer("data", "signatures").order_by("-pk")
    return [
        Shown(
            paper,
            form(paper.kind).title,
            *standing(paper),
            seal=bool(mine & set(SEALERS) and may_seal(paper)),
            void=bool(mine & set(VOIDERS) and may_void(paper)),
        )
        for paper in rows
    ]
