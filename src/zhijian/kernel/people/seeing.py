"""Who sees and manages whom: administrators and heads the people of their area, auditors to read; everybody himself."""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, below
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.people.keeping import COUNTED

MANAGERS = (Role.ADMIN, Role.HEAD)
READERS = (*MANAGERS, Role.AUDITOR)
# A head gives the posts of those who work under him; who oversees and keeps the house is the administrator's.
BY_HEADS = (Role.INSPECTOR, Role.HELPER, Role.CLERK, Role.MEDIATOR, Role.CASE_OFFICER, Role.DISPATCHER)
CHOICES = 300


def people_of(actor: Actor, roles: tuple[Role, ...] = READERS) -> QuerySet[Person]:
    """Those whose home or post lies where the actor holds one of the roles."""
    posts = Post.objects.filter(area_filter(actor, "jurisdiction_id", roles), person=OuterRef("pk"))
    return Person.objects.filter(area_filter(actor, "home_id", roles) | Q(Exists(posts)))


def manages(actor: Actor, person: Person) -> bool:
    """Whether the person is the actor's to manage. Nobody manages himself."""
    return person.pk != actor.person_id and people_of(actor, MANAGERS).filter(pk=person.pk).exists()


def administers(actor: Actor, person: Person) -> bool:
    """Whether the actor keeps the person's account: name, password, lock."""
    return person.pk != actor.person_id and people_of(actor, (Role.ADMIN,)).filter(pk=person.pk).exists()


def grantable(actor: Actor) -> list[Role]:
    """The posts that he may give somewhere."""
    return list(Role) if actor.has(Role.ADMIN) else list(BY_HEADS)


def may_grant(actor: Actor, role: Role, area: str) -> bool:
    """Whether he may give (or end) a post of that role at that office."""
    return actor.has(Role.ADMIN, area) or (role in BY_HEADS and actor.has(Role.HEAD, area))


def areas(actor: Actor) -> list[tuple[str, str]]:
    """The offices of the area that he manages, as a tree."""
    return [(code, words) for code, words in area_options(actor) if actor.roles_at(code) & set(MANAGERS)]


def colleagues(person: Person) -> list[Person]:
    """Those who hold a post of a person's district or office today, with their posts."""
    day = calendar.today()
    codes = {post.jurisdiction_id for post in person.posts.all() if post.holds_on(day)} | {person.home_id or ""}
    places = Q(pk__in=[])
    for code in codes - {""}:
        above = stack().areas[code].parent if code in stack().areas else code
        places |= below("posts__jurisdiction", above or code)
    now = Q(posts__until=None) | Q(posts__until__gte=day)
    rows = Person.objects.filter(places, now, posts__since__lte=day, is_active=True).exclude(pk=person.pk).distinct()
    return list(rows.prefetch_related("posts").order_by("name_key", "pk")[:CHOICES])


def open_counts(people: list[Person]) -> dict[int, str]:
    """Open matters of each, as first or second officer, counted no further than a bound: one query."""
    if not people:
        return {}
    one = f"SELECT 1 FROM {Matter._meta.db_table} WHERE {{}} = p AND closed IS NULL LIMIT {COUNTED + 1}"
    both = f"({one.format('assignee_id')}) UNION ALL ({one.format('second_id')})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p, (SELECT count(*) FROM ({both}) AS held) FROM unnest(%s::bigint[]) AS p",
            [[person.pk for person in people]],
        )
        return {pk: f"{COUNTED:,}+" if n > COUNTED else str(n) for pk, n in cursor.fetchall()}
