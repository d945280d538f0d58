"""The signed proof of a service that is scanned later (凭证待补): added to it, and on the to-do until it is."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter, in_scope
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import WAYS
from zhijian.kernel.papers.serving.withdrawing import standing
from zhijian.kernel.papers.serving.within import OVERSEE
from zhijian.kernel.papers.who import SERVERS, only

MOST = 30  # files of one service
ADDED = ledger.entry_kind(
    "service.proof_added", label=gettext_lazy("The proof that {title} {number} was served ({way}, {day}) was added")
)


def may_add(service: Service | None) -> Guard:
    """Whether there is a service whose proof could be added."""
    if service is None:
        return no(_("No service of this paper is recorded."))
    if len(service.files) >= MOST:
        return no(_("It has %(n)s files already: more are not kept with one service.") % {"n": len(service.files)})
    return ok()


def add(paper: Paper, files: list[File], actor: Actor) -> Service:
    """Keep the signed proof with the service that counts. Raises NotAllowed, NotOpen."""
    if not actor.roles_at(paper.area) & set(SERVERS):
        raise NotAllowed(only(SERVERS))
    with transaction.atomic():
        now = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
        service = standing(now)
        if not (guard := may_add(service)) or service is None:
            raise NotOpen(guard.why)
        service.files = [*service.files, *(str(one.uid) for one in files)]
        service.proof_due = False
        service.save(update_fields=["files", "proof_due"])
        ledger.record(
            ADDED.code,
            actor=actor,
            subject=f"matter:{now.matter_id}",
            matter=now.matter,
            data={
                "paper": str(now.uid),
                "service": str(service.uid),
                "title": now.title,
                "number": now.number,
                "way": str(WAYS[Way(service.way)]),
                "day": service.served_on.isoformat() if service.served_on else "",
                "files": [str(one.uid) for one in files],
            },
        )
    return service


def due() -> QuerySet[Service]:
    """Services that count though their signed proof is not on file."""
    return Service.objects.filter(proof_due=True, state=Service.State.SERVED)


def waiting(actor: Actor, *, mine: bool) -> QuerySet[Service]:
    """Those of the matters that he holds (`mine`), or of the offices that he answers for."""
    if not mine:
        return due().filter(area_filter(actor, roles=OVERSEE))
    holds = Q(paper__matter__assignee__in=actor.hands) | Q(paper__matter__second__in=actor.hands)
    return in_scope(due().filter(holds), actor)


def unproven(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Only papers whose service counts, but whose signed proof is to be added."""
    return papers.filter(Exists(due().filter(paper=OuterRef("pk"))))
