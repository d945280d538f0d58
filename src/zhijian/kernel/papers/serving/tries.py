"""What was tried in vain: what a public notice rests on, and of which of it no proof is on file."""

from __future__ import annotations

from django.db.models import QuerySet

from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving import law
from zhijian.kernel.papers.serving.law import Way


def of(paper: Paper) -> QuerySet[Service]:
    """The tries in vain of the paper."""
    return Service.objects.filter(paper=paper, state=Service.State.FAILED).order_by("pk")


def met(one: Service) -> bool:
    """Whether somebody was there who did not take it; earlier rows name him instead of saying so."""
    return one.refused or bool(one.receiver)


def unproven(paper: Paper, needs: law.Needs) -> list[Service]:
    """The tries on which a public notice would rest and of which no proof is on file, one for each way."""
    found: dict[Way, list[Service]] = {}
    for one in of(paper):
        if law.rests_on(Way(one.way), needs):
            found.setdefault(Way.DIRECT if one.way == Way.LEFT else Way(one.way), []).append(one)
    return [tries[-1] for tries in found.values() if not any(one.files for one in tries)]


def settle(paper: Paper) -> None:
    """The paper is in somebody's hands: of what was tried in vain before nothing is to be added any more."""
    of(paper).filter(proof_due=True).update(proof_due=False)


def reopen(paper: Paper) -> None:
    """That service is withdrawn: what was tried in vain counts again, and its missing proof is to be added."""
    of(paper).filter(files=[]).update(proof_due=True)
