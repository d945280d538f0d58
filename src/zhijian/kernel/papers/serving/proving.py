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
from zhijian.kernel.papers.serving import tries, words
from zhijian.kernel.papers.serving.withdrawing import standing
from zhijian.kernel.papers.serving.within import OVERSEE
from zhijian.kernel.papers.who import SERVERS, only

MOST = 30  # files of one service
ADDED = ledger.entry_kind(
    "service.proof_added",
    label=gettext_lazy("The proof that {title} {number} was served ({way}, {day}) was added"),
    says={"way": words.told_way},
)
TRY_ADDED = ledger.entry_kind(
    "service.try_proof_added",
    label=gettext_lazy("The proof that {title} {number} could not be served ({way}, {day}) was added"),
    says={"way": words.told_way},
)


def may_add(service: Service | None) -> Guard:
    """Whether there is a service whose proof could be added."""
    if service is None:
        return no(_("No service of this paper is recorded."))
    if len(service.files) >= MOST:
        return no(_("It has %(n)s files already: more are not kept with one service.") % {"n": len(service.files)})
    return ok()


def of(paper: Paper, uid: str = "") -> Service | None:
    """The service whose proof is meant: a try of that uid, else the one that counts, else the last try without."""
    rows = tries.of(paper).select_related("receipt", "officer1")
    if uid:
        return rows.filter(uid=uid).first()
    return standing(paper) or rows.filter(proof_due=True).last()


def add(paper: Paper, files: list[File], actor: Actor, uid: str = "") -> Service:
    """Keep the proof with the service that counts, or with a try in vain (`uid`). Raises NotAllowed, NotOpen."""
    if not actor.roles_at(paper.area) & set(SERVERS):
        raise NotAllowed(only(SERVERS))
    with transaction.atomic():
        now = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
        service = of(now, uid)
        if not (guard := may_add(service)) or service is None:
            raise NotOpen(guard.why)
        service.files = [*service.files, *(str(one.uid) for one in files)]
        service.proof_due = False
        service.save(update_fields=["files", "proof_due"])
        failed = service.state == Service.State.FAILED
        day = words.day_of(service) if failed else service.served_on
        ledger.record(
            (TRY_ADDED if failed else ADDED).code,
            actor=actor,
            subject=f"matter:{now.matter_id}",
            matter=now.matter,
            data={
                "paper": str(now.uid),
                "service": str(service.uid),
                "title": now.title,
                "number": now.number,
                "way": service.way,
                "body": service.body,
                "day": day.isoformat() if day else "",
                "files": [str(one.uid) for one in files],
            },
        )
    return service


def due() -> QuerySet[Service]:
    """Services that count, and tries in vain, whose proof is not on file."""
    return Service.objects.filter(proof_due=True, state__in=[Service.State.SERVED, Service.State.FAILED])


def waiting(actor: Actor, *, mine: bool) -> QuerySet[Service]:
    """Those of the matters that he holds (`mine`), or of the offices that he answers for."""
    if not mine:
        return due().filter(area_filter(actor, roles=OVERSEE))
    holds = Q(paper__matter__assignee__in=actor.hands) | Q(paper__matter__second__in=actor.hands)
    return in_scope(due().filter(holds), actor)


def unproven(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Only papers of which a proof is to be added: of the service that counts, or of a try in vain."""
    return papers.filter(Exists(due().filter(paper=OuterRef("pk"))))
