"""Within what time a paper is served: a clock from the day on which it can be served to proven service.

It can be served once it is issued and, where its kind bears a seal, sealed. The clock hangs on the paper's matter and
measures the paper: a matter that is closed meanwhile leaves it running.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, in_scope, scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.papers.forms import form, forms
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving import events
from zhijian.kernel.papers.serving.rules import HAND_WITHIN

OVERSEE = (Role.HEAD, Role.CLERK)  # see what is late of their whole office
OFFICERS = (Role.INSPECTOR, Role.CASE_OFFICER)  # see what is late of their own matters
BLOCK = 200  # papers that get their clocks in one transaction
COUNTED = 1000  # a to-do line counts no further


def begin(paper: Paper, at: dt.datetime) -> Clock | None:
    """The time to serve it runs from `at`; None where it can't be served (yet), or the place sets no time."""
    one = form(paper.kind)
    if not one.served or paper.strange or paper.state != Paper.State.ISSUED or (one.sealed and not paper.sealed):
        return None
    called = f"{one.title} {paper.number}".strip()
    day = calendar.legal_day(at)
    return clocks.start(paper.matter, HAND_WITHIN, at, key_day=day, about=str(paper.uid), called=called)


def since(paper: Paper) -> dt.datetime:
    """The moment from which it could be served: what bears a seal is served as the sealed original."""
    sealed = paper.sealed_at if form(paper.kind).sealed else None
    return max(paper.at, sealed) if sealed is not None else paper.at


def end(paper: Paper, at: dt.datetime) -> Clock | None:
    """It was served, or binds nobody any more."""
    return clocks.stop(paper.matter, HAND_WITHIN, at, about=str(paper.uid))


@events.on_served("*")
def served(service: Service) -> None:
    """Stops on the day that counts, whenever it was told."""
    if service.served_on is None:
        return
    told = service.at if service.at is not None and calendar.legal_day(service.at) == service.served_on else None
    end(service.paper, told or calendar.start_of(service.served_on))


def without_clock() -> QuerySet[Paper]:
    """Papers in force that can be served, are not served and have no clock: they were made before there was one."""
    kinds = [one for one in forms().values() if one.served]
    ready = Q(kind__in=[one.kind for one in kinds if not one.sealed]) | Q(
        kind__in=[one.kind for one in kinds if one.sealed], sealed=True
    )
    of_paper = Clock.objects.filter(
        matter=OuterRef("matter"), rule=HAND_WITHIN.name, about=Cast(OuterRef("uid"), TextField())
    )
    served_ = Service.objects.filter(paper=OuterRef("pk"), state=Service.State.SERVED)
    rows = Paper.objects.filter(ready, Paper.in_force())
    return rows.exclude(Exists(of_paper)).exclude(Exists(served_))


def catch_up() -> int:
    """Give each paper that has none its clock, from the day on which it could be served; returns how many.

    Block by block, each in a transaction of its own. Where the place sets no time there is nothing to give.
    """
    done, last = 0, 0
    while True:
        with scoped(SYSTEM):
            block = without_clock().filter(pk__gt=last).select_for_update(of=("self",)).select_related("matter")
            papers = list(block.order_by("pk")[:BLOCK])
            done += sum(begin(one, one.sealed_at or one.at) is not None for one in papers)
        if not papers:
            return done
        last = papers[-1].pk


def running() -> QuerySet[Clock]:
    """The clocks of papers that are still to be served."""
    return Clock.objects.filter(rule=HAND_WITHIN.name, stopped=None)


def late(actor: Actor, *, mine: bool) -> QuerySet[Clock]:
    """Those that ran out: of the matters that he holds (`mine`), or of the offices that he answers for."""
    rows = running().filter(due__lt=calendar.today())
    if mine:
        return in_scope(rows.filter(_held(actor, "matter__")), actor)
    return rows.filter(area_filter(actor, roles=OVERSEE))


def _held(actor: Actor, at: str) -> Q:
    return Q(**{f"{at}assignee__in": actor.hands}) | Q(**{f"{at}second__in": actor.hands})


def held(papers: QuerySet[Paper], actor: Actor) -> QuerySet[Paper]:
    """Only papers of matters that he holds, as first or second officer."""
    return papers.filter(_held(actor, "matter__"))


def overdue(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Only papers whose time to be served is over."""
    of_paper = running().filter(
        matter=OuterRef("matter"), about=Cast(OuterRef("uid"), TextField()), due__lt=calendar.today()
    )
    return papers.filter(Exists(of_paper))


def dues(papers: Sequence[Paper]) -> dict[str, dt.date]:
    """The last day for serving each of them, by its uid. One query."""
    uids = [str(one.uid) for one in papers]
    rows = running().filter(matter__in={one.matter_id for one in papers}, about__in=uids, due__isnull=False)
    return dict(rows.values_list("about", "due"))
