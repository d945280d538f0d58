"""Asking for the seal, granting and refusing it; the e-seal service does what was granted, never twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.jobs import every, job
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.notices import notice_template
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.papers import acts as papers
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper, SealRequest
from zhijian.kernel.papers.render import render, rendition
from zhijian.kernel.papers.sealing.providers import Order, Refused, Sealed, TryLater, provider

ASKERS = papers.ASKERS
TRIES = 6
LONG = dt.timedelta(hours=1)  # longer than all pauses between the tries of a job
OPEN = (SealRequest.State.ASKED, SealRequest.State.GRANTED)
ASKED = ledger.entry_kind("seal.asked", label=gettext_lazy("Asked for the seal on {title} {number}"))
GRANTED = ledger.entry_kind("seal.granted", label=gettext_lazy("Granted the e-seal on {title} {number}"))
REFUSED = ledger.entry_kind("seal.refused", label=gettext_lazy("Refused the seal on {title} {number}: {reason}"))
FAILED = ledger.entry_kind(
    "seal.failed", label=gettext_lazy("The e-seal service did not seal {title} {number}: {reason}")
)
NOT_SEALED = "papers.seal_refused"


def _not_sealed(data: Mapping[str, Any]) -> str:
    return _("%(title)s %(number)s: the reason stands on the matter's page. Put it right and ask again.") % data


notice_template(NOT_SEALED, title=gettext_lazy("The seal was refused"), text=_not_sealed)


def may_ask(paper: Paper) -> Guard:
    """Whether the seal can be asked for."""
    if not (guard := papers.may_seal(paper)):
        return guard
    if SealRequest.objects.filter(paper=paper, state__in=OPEN).exists():
        return no(_("The seal has been asked for already."))
    return ok()


def ask(paper: Paper, actor: Actor, note: str = "") -> SealRequest:
    """Ask for the seal on a paper. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        if not actor.roles_at(paper.area) & set(ASKERS):
            raise NotAllowed(papers.only(ASKERS))
        paper = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=paper.pk)
        if not (guard := may_ask(paper)):
            raise NotOpen(guard.why, str(guard.article))
        made = SealRequest.objects.create(
            paper=paper,
            entity_id=paper.entity_id,
            area=paper.area,
            note=note[:300],
            asked_by_id=actor.person_id,
            asked_at=when.now(),
        )
        _tell(ASKED.code, made, actor)
    return made


def grant(request: SealRequest, actor: Actor, *, by_hand: bool) -> SealRequest:
    """Grant it: note that it was stamped by hand, or have the e-seal service do it. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        request = _deciding(request, actor, ("asked", "failed"))
        request.decided_by_id, request.decided_at = actor.person_id, timezone.now()
        if by_hand:
            papers.seal(request.paper, actor)
            request.refresh_from_db()
            return request
        service = provider()
        if service is None:
            raise NotOpen(_("No e-seal service is set up here: stamp the printed original, then note it."))
        if not (guard := papers.may_seal(request.paper)):
            raise NotOpen(guard.why, str(guard.article))
        request.state, request.provider, request.tries, request.answer = SealRequest.State.GRANTED, service.name, 0, ""
        request.save()
        _tell(GRANTED.code, request, actor, at=request.decided_at)  # the seal bears this moment: never before it
        seal_now.later(job_once=f"eseal:{request.pk}", request=request.pk)
    return request


def refuse(request: SealRequest, reason: str, actor: Actor) -> SealRequest:
    """Refuse it with a reason. Raises NotAllowed or NotOpen."""
    with transaction.atomic():
        request = _deciding(request, actor, ("asked", "failed"))
        request.state, request.answer = SealRequest.State.REFUSED, reason[:300]
        request.decided_by_id, request.decided_at = actor.person_id, timezone.now()
        request.save()
        _tell(REFUSED.code, request, actor, reason=request.answer)
        _tell_asker(request, actor)
    return request


def _deciding(request: SealRequest, actor: Actor, states: Sequence[str]) -> SealRequest:
    """The paper, then the request locked (the order in which sealing locks them), while it waits for a decision."""
    paper = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=request.paper_id)
    now = SealRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    now.paper = paper
    if not actor.roles_at(paper.area) & set(papers.SEALERS):
        raise NotAllowed(papers.only(papers.SEALERS))
    if now.state not in states:
        raise NotOpen(_("It has been decided already: %(state)s.") % {"state": now.get_state_display()})
    return now


def asked(actor: Actor) -> QuerySet[SealRequest]:
    """What waits for those who keep the seal, or failed and waits for them again; the oldest first."""
    rows = SealRequest.objects.filter(state__in=[*OPEN, SealRequest.State.FAILED])
    return rows.filter(area_filter(actor, roles=papers.READERS)).order_by("pk")


def asked_count(actor: Actor) -> int:
    """How many wait for a decision, counted no further than papers are."""
    waiting = asked(actor).exclude(state=SealRequest.State.GRANTED).order_by()
    return waiting[: papers.COUNTED].count()


def _tell(kind: str, request: SealRequest, actor: Actor, at: dt.datetime | None = None, **more: str) -> None:
    paper = request.paper
    ledger.record(
        kind,
        actor=actor,
        at=at,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={
            "paper": str(paper.uid),
            "request": str(request.uid),
            "title": paper.title,
            "number": paper.number,
            **more,
        },
    )


def _tell_asker(request: SealRequest, actor: Actor) -> None:
    """Whoever asked learns that the seal is refused; the reason stands on the matter's page."""
    from zhijian.kernel.notices.telling import tell

    if request.asked_by is None:
        return
    told = {"title": request.paper.title, "number": request.paper.number}
    tell(
        request.asked_by, matter=request.paper.matter, template=NOT_SEALED, data=told, actor=actor,
        dedupe=f"seal_refused:{request.uid}",
    )  # fmt: skip


# The service


@job("papers.eseal", title=gettext_lazy("Have a paper sealed by the e-seal service"), tries=TRIES, transaction=False)
def seal_now(request: int) -> None:
    """Have the e-seal service seal what was granted. The service is asked outside of any transaction."""
    with scoped(SYSTEM):
        row = _granted(request)
        if row is None:
            return
        row.tries += 1
        row.save(update_fields=["tries"])
        order = order_of(row)
    service = provider()
    try:
        if service is None:
            raise Refused("no e-seal service is set up any more")
        sealed = service.seal(order)
    except TryLater as error:
        if row.tries < TRIES:
            raise
        _give_up(request, str(error))
    except Refused as error:
        _give_up(request, str(error))
    else:
        _arrived(request, sealed)


@every("*/10 * * * *")
@job("papers.eseal_again", title=gettext_lazy("Take up e-seals that were left behind"), tries=1)
def look_again() -> int:
    """Take up again what was granted long ago and never ended (its worker died); the key makes it safe."""
    old = timezone.now() - LONG
    rows = SealRequest.objects.filter(state=SealRequest.State.GRANTED, decided_at__lt=old)
    found = list(rows.values_list("pk", flat=True))
    for pk in found:
        seal_now.later(job_once=f"eseal:{pk}", request=pk)
    return len(found)


def _granted(request: int) -> SealRequest | None:
    """The request, its paper locked before it, while it is still to be done; a paper that was voided ends it."""
    row = SealRequest.objects.filter(pk=request).first()
    if row is None:
        return None
    paper = Paper.objects.select_for_update(of=("self",)).select_related("matter").get(pk=row.paper_id)
    row = SealRequest.objects.select_for_update(of=("self",)).select_related("decided_by").get(pk=request)
    row.paper = paper
    if row.state != SealRequest.State.GRANTED:
        return None
    if paper.state != Paper.State.ISSUED or paper.sealed:
        with in_its_language():
            row.state, row.answer = SealRequest.State.FAILED, str(paper.get_state_display())
        row.save(update_fields=["state", "answer"])
        return None
    return row


def order_of(row: SealRequest) -> Order:
    """What the service gets: the PDF as it is with the seal, which is the same for each try."""
    paper = _as_sealed(row.paper, row.decided_at)
    return Order(str(row.uid), render(paper), stack().organ(paper.area).seal, paper.title, paper.number)


def _as_sealed(paper: Paper, at: dt.datetime | None) -> Paper:
    shown = copy(paper)
    shown.sealed, shown.sealed_at = True, at
    return shown


def _arrived(request: int, sealed: Sealed) -> None:
    """Keep the sealed PDF as the paper's own, frozen: its digest stands in the ledger and on the verification page."""
    with scoped(SYSTEM):
        row = _granted(request)
        if row is None:
            return
        who = actor_of(row.decided_by) if row.decided_by is not None else SYSTEM
        blob = files.store(sealed.pdf, media_types=files.PDF)
        paper = _as_sealed(row.paper, row.decided_at)
        name = f"{paper.title} {paper.number}"[:200]
        file = files.attach(paper.matter, blob, actor=SYSTEM, kind="paper", name=name)
        making.affix_seal(
            row.paper, who, row.decided_at, file=file, rendered=rendition(paper), serial=sealed.serial, by=row.provider
        )
        row.state, row.serial, row.answer = SealRequest.State.SEALED, sealed.serial, ""
        row.save(update_fields=["state", "serial", "answer"])


def _give_up(request: int, why: str) -> None:
    with scoped(SYSTEM):
        row = _granted(request)
        if row is not None:
            row.state, row.answer = SealRequest.State.FAILED, why[:300]
            row.save(update_fields=["state", "answer"])
            _tell(FAILED.code, row, SYSTEM, reason=row.answer)
