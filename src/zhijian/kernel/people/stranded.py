"""Open matters that no post of their officer reaches: after a post has ended, or when one is about to end by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import SYSTEM, Actor, subtree
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.people import strands
from zhijian.kernel.accounts.roles import READING_ROLES, Role
from zhijian.kernel.accounts.scope import area_filter, below, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters import handing
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.people.keeping import COUNTED

AHEAD = 14  # days: how long before its end a post is warned of on which open matters hang
SHOWN = 50


@dataclass(frozen=True)
class Left:
    """A post that has ended, or ends soon, and how many open matters nobody holds then."""

    post: Post
    matters: int
    over: bool

    @property
    def counted(self) -> str:
        """How many, bounded."""
        return f"{COUNTED:,}+" if self.matters > COUNTED else f"{self.matters:,}"


def left_by(person: Person, area: str, others: list[Post]) -> int:
    """His open matters at `area` that none of the other posts reaches, counted no further than a bound."""
    rows = handing.open_of(person).filter(below("area", *subtree(area)))
    for other in others:
        if other.role in READING_ROLES:
            rows = rows.exclude(below("area", *subtree(other.jurisdiction_id)))
    return rows.order_by()[: COUNTED + 1].count()


def of(actor: Actor, roles: tuple[Role, ...] = (Role.HEAD, Role.ADMIN)) -> list[Left]:
    """The posts of his area that ended, or end within `AHEAD` days, with what nobody holds (then); the latest first."""
    today = calendar.today()
    mine = Post.objects.filter(
        area_filter(actor, "jurisdiction_id", roles), until__lte=today + dt.timedelta(days=AHEAD)
    )
    with scoped(SYSTEM):
        rows = mine.filter(Exists(_hangs()), ~Exists(_same())).select_related("person").order_by("-until", "pk")
        found = []
        for post in rows[:SHOWN]:
            others = [one for one in post.person.posts.all() if one.pk != post.pk and _goes_on(one, post, today)]
            if n := left_by(post.person, post.jurisdiction_id, others):
                found.append(Left(post, n, post.until < today))  # type: ignore[operator]
        return found


def _hangs():  # type: ignore[no-untyped-def]
    """Open matters of the person at the post's office or below it."""
    place = Q(area__startswith=OuterRef("jurisdiction_id"))
    person = Q(assignee=OuterRef("person")) | Q(second=OuterRef("person"))
    return Matter.objects.filter(person, place, closed=None)


def _same():  # type: ignore[no-untyped-def]
    """Another post of the person at the same place that goes on: then nothing is left there."""
    on = Post.objects.filter(person=OuterRef("person"), jurisdiction=OuterRef("jurisdiction"), since__lte=Now())
    return on.filter(until=None).exclude(role__in=set(Role) - READING_ROLES)


def _goes_on(one: Post, post: Post, today: dt.date) -> bool:
    """Whether the other post holds on the day after the post's end, or today where that is over."""
    last = post.until or today
    return one.holds_on(max(last + dt.timedelta(days=1), today))


def count(actor: Actor) -> int:
    """How many such posts there are in his area."""
    return len(of(actor))


def _stays(person: Person, post: Post, others: list[Post]) -> str:
    """No post ends over open matters that no other post of his reaches."""
    with scoped(SYSTEM):
        n = left_by(person, post.jurisdiction_id, others)
    words = ngettext(
        "%(n)s open matter of %(name)s lies where only this post reaches: hand it over or give it to others first.",
        "%(n)s open matters of %(name)s lie where only this post reaches: hand them over or give them to others first.",
        n,
    )
    return words % {"n": f"{COUNTED:,}+" if n > COUNTED else f"{n:,}", "name": person.name} if n else ""


strands(_stays)
