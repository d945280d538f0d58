"""A service that was recorded wrongly is withdrawn: row, reason and both people stay, its proof is void.

Two people always: whoever recorded it and a head, or who says that it is wrong and a second one who agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.notices import notice_template
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving import tries, within, words
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import WAYS
from zhijian.kernel.papers.who import SERVERS, only

DOUBTED = ledger.entry_kind(
    "service.doubted",
    label=gettext_lazy("The service of {title} {number} ({way}, {day}) is said to be wrong: {reason}"),
    says={"way": words.told_way},
)
KEPT = ledger.entry_kind(
    "service.kept",
    label=gettext_lazy("The service of {title} {number} ({way}, {day}) stands as it was recorded"),
    says={"way": words.told_way},
)
OVERTAKEN = gettext_lazy("served otherwise (%(way)s) before the days of the notice had run")


def _why(facts: Mapping[str, Any]) -> str:
    """Why it was withdrawn: in somebody's words, or by what followed."""
    other = facts.get("overtaken_by", "")
    return str(OVERTAKEN) % {"way": WAYS[Way(other)]} if other in set(Way) else str(facts.get("reason", ""))


WITHDRAWN = ledger.entry_kind(
    "service.withdrawn",
    label=gettext_lazy("The service of {title} {number} ({way}, {day}) was withdrawn, its proof is void: {reason}"),
    says={"way": words.told_way, "reason": _why},
)
TOLD = "papers.service_doubted"


def _told(data: Mapping[str, Any]) -> str:
    return _("%(title)s %(number)s: a second person decides on its page “Serve”.") % data


notice_template(
    TOLD,
    title=gettext_lazy("A service is said to be recorded wrongly"),
    text=_told,
)


def standing(paper: Paper) -> Service | None:
    """The service that counts, or will once the days of its notice have run."""
    rows = Service.objects.filter(paper=paper, state=Service.State.SERVED)
    return rows.select_related("receipt", "doubted_by").order_by("pk").last()


def may_doubt(paper: Paper) -> Guard:
    """Whether there is a service that could be said to be wrong."""
    return ok() if standing(paper) is not None else no(_("No service of this paper is recorded."))


def doubt(paper: Paper, reason: str, actor: Actor) -> Service:
    """Say why the service is recorded wrongly. A head who did not record it withdraws it at once, everybody else asks.

    Raises NotAllowed, NotOpen.
    """
    with transaction.atomic():
        service = _locked(paper, actor)
        if service.doubted_by_id is not None:
            raise NotOpen(_("It has been said already; a second person decides."))
        service.doubted_by_id, service.doubted_at, service.wrong = actor.person_id, when.now(), reason[:300]
        if Role.HEAD in actor.roles_at(service.area) and service.done_by != actor.label:
            return _end(service, actor)
        service.save(update_fields=["doubted_by", "doubted_at", "wrong"])
        _say(DOUBTED.code, service, actor)
        _tell_others(service, actor)
    return service


def agree(paper: Paper, actor: Actor) -> Service:
    """A second person agrees: the service is withdrawn. Raises NotAllowed, NotOpen."""
    with transaction.atomic():
        service = _locked(paper, actor)
        if service.doubted_by_id is None:
            raise NotOpen(_("Nobody says any more that it is wrong."))
        if service.doubted_by_id == actor.person_id:
            raise NotAllowed(_("You have said it yourself: a second person agrees."))
        return _end(service, actor)


def keep(paper: Paper, actor: Actor) -> Service:
    """It stands as recorded; whoever said that it is wrong may take that back himself. Raises NotAllowed, NotOpen."""
    with transaction.atomic():
        service = _locked(paper, actor)
        if service.doubted_by_id is None:
            raise NotOpen(_("Nobody says any more that it is wrong."))
        _say(KEPT.code, service, actor)
        service.doubted_by, service.doubted_at, service.wrong = None, None, ""
        service.save(update_fields=["doubted_by", "doubted_at", "wrong"])
    return service


def overtaken(notice: Service, way: Way, actor: Actor) -> None:
    """Served otherwise before the days of a public notice had run: the notice counts no more. The paper is locked."""
    with in_its_language():
        notice.wrong = str(OVERTAKEN) % {"way": WAYS[way]}
    _end(notice, actor, way)


def doubted(actor: Actor) -> QuerySet[Service]:
    """Services that somebody else says are recorded wrongly, at the offices that he answers for."""
    rows = Service.objects.filter(state=Service.State.SERVED, doubted_by__isnull=False)
    return rows.exclude(doubted_by=actor.person_id).filter(area_filter(actor, roles=within.OVERSEE))


def contested(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Only papers whose service somebody says is recorded wrongly: a second person decides."""
    rows = Service.objects.filter(paper=OuterRef("pk"), state=Service.State.SERVED, doubted_by__isnull=False)
    return papers.filter(Exists(rows))


def _locked(paper: Paper, actor: Actor) -> Service:
    """The paper, then its service locked (the order in which serving locks them), when this person may correct it."""
    if not actor.roles_at(paper.area) & set(SERVERS):
        raise NotAllowed(only(SERVERS))
    now = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
    if not (guard := may_doubt(now)):
        raise NotOpen(guard.why)
    rows = Service.objects.select_for_update(of=("self",)).filter(paper=now, state=Service.State.SERVED)
    service = rows.select_related("receipt").order_by("pk").last()
    if service is None:
        raise NotOpen(_("No service of this paper is recorded."))
    service.paper = now
    return service


def _end(service: Service, actor: Actor, by: Way | None = None) -> Service:
    """Withdraw it: its proof is void, and the time to serve the paper runs again from where it began."""
    paper = service.paper
    service.state, service.withdrawn_at, service.withdrawn_by_id = (
        Service.State.WITHDRAWN, when.now(), actor.person_id,
    )  # fmt: skip
    service.save(update_fields=["state", "withdrawn_at", "withdrawn_by", "doubted_by", "doubted_at", "wrong"])
    if service.receipt is not None and service.receipt.state == Paper.State.ISSUED:
        about = {"withdrawn": f"{paper.title} {paper.number}".strip(), "wrong": service.wrong}
        about |= {"overtaken_by": by.value} if by is not None else {}
        with in_its_language():
            reason = void_reason(about)
        making.void(service.receipt, reason, actor, **about)
    if by is None and service.way != Way.NOTICE:
        tries.reopen(paper)
    _say(WITHDRAWN.code, service, actor, overtaken_by=by.value if by is not None else "")
    if service.told_at is not None:  # its day had come and stopped the clock
        within.begin(paper, within.since(paper))
    return service


@making.voids("withdrawn")
def void_reason(facts: Mapping[str, Any]) -> str:
    """Why a proof of service is void: of which paper, and what was wrong."""
    told = {"paper": facts["withdrawn"], "reason": _why({**facts, "reason": facts.get("wrong", "")})}
    return _("%(paper)s: service withdrawn: %(reason)s") % told


def _say(kind: str, service: Service, actor: Actor, **more: str) -> None:
    paper = service.paper
    ledger.record(
        kind,
        actor=actor,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={
            "paper": str(paper.uid),
            "service": str(service.uid),
            "receipt": str(service.receipt.uid) if service.receipt is not None else "",
            "title": paper.title,
            "number": paper.number,
            "way": service.way,
            "body": service.body,
            "day": service.served_on.isoformat() if service.served_on else "",
            "reason": "" if more.get("overtaken_by") else service.wrong,
            "said_by": f"person:{service.doubted_by_id}" if service.doubted_by_id else "",
            **{name: value for name, value in more.items() if value},
        },
    )


def _tell_others(service: Service, actor: Actor) -> None:
    """The office's heads and clerks are asked to decide."""
    from zhijian.kernel.notices.telling import tell

    paper = service.paper
    told = {"title": paper.title, "number": paper.number}
    for role in (Role.HEAD, Role.CLERK):
        tell(
            role, matter=paper.matter, template=TOLD, data=told, actor=actor,
            dedupe=f"doubted:{service.uid}:{service.doubted_at}",
        )  # fmt: skip
