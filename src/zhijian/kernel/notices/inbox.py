"""What somebody has been told on the platform, newest first; and how much of it is new."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.notices.models import UNSETTLED, Arrival, Channel, JobFailure, Notice, NoticeState, ToKind

KEEPERS = (Role.HEAD, Role.CLERK)


def inbox(actor: Actor) -> QuerySet[Notice]:
    """The notices of a member of staff, or of an enterprise on its portal; nobody else has any."""
    rows = Notice.objects.filter(channel=Channel.IN_APP).select_related("matter").order_by("-id")
    if actor.kind == "staff" and actor.person_id is not None:
        return rows.filter(to_kind=ToKind.PERSON, person_id=actor.person_id)
    if actor.kind == "party" and actor.entity_id is not None:
        return rows.filter(to_kind=ToKind.ENTITY, entity_id=actor.entity_id)
    return rows.none()


def unread_count(actor: Actor, most: int = 100) -> int:
    """How many are new, counted no further than `most`."""
    return inbox(actor).filter(state=NoticeState.SENT)[:most].count()


def read(notice: Notice) -> None:
    """The receiver has opened it; when it happened first is kept."""
    Notice.objects.filter(pk=notice.pk, state=NoticeState.SENT).update(state=NoticeState.READ, read_at=timezone.now())


def read_all(actor: Actor) -> int:
    """Mark everything as read; returns how much was new."""
    return inbox(actor).filter(state=NoticeState.SENT).update(state=NoticeState.READ, read_at=timezone.now())


def failed_count(actor: Actor, most: int = 100) -> int:
    """How much did not go out, counted no further than `most`; in the running scope, which is the actor's."""
    return failed()[:most].count()


def failing_jobs(actor: Actor, most: int = 100) -> int:
    """How many jobs were given up and wait for somebody."""
    return JobFailure.objects.filter(mended_at=None, given_up=True)[:most].count()


def failed() -> QuerySet[Notice]:
    """What did not go out, did not arrive or was never reported on, and nobody has seen to; in the viewer's scope."""
    waiting = Notice.objects.filter(UNSETTLED)
    return waiting.select_related("matter", "entity", "person", "robot").order_by("-id")


def undelivered(actor: Actor) -> QuerySet[Notice]:
    """Of those, what is this person's to see to: all of his area, or what he has in hand himself.

    An administrator sees to the ways, the head and the clerks to their office's enterprises, an officer to his own.
    """
    return sees_to(failed(), actor)


def sees_to(rows: QuerySet[Notice], actor: Actor) -> QuerySet[Notice]:
    """Those of these messages that are this person's to see to where they fail."""
    roles = actor.roles_at()
    if roles & {Role.ADMIN, Role.AUDITOR}:
        return rows
    mine = Q(matter__assignee_id__in=actor.hands) | Q(matter__second_id__in=actor.hands)
    if roles & set(KEEPERS):
        mine |= area_filter(actor, roles=KEEPERS)
    return rows.filter(mine, to_kind=ToKind.ENTITY)


def undelivered_count(actor: Actor, most: int = 100) -> int:
    """How many of those are known to have failed, counted no further than `most`."""
    return undelivered(actor).filter(state=NoticeState.FAILED)[:most].count()


def unsent_count(actor: Actor, most: int = 100) -> int:
    """How much did not go out to staff and groups, counted no further than `most`: the administrator sees to it."""
    return failed().filter(state=NoticeState.FAILED).exclude(to_kind=ToKind.ENTITY).order_by()[:most].count()


def unreported_count(actor: Actor, most: int = 100) -> int:
    """How many of those were never reported on, counted no further than `most`."""
    return undelivered(actor).filter(arrival=Arrival.UNKNOWN)[:most].count()
